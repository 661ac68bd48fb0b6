"""HTTP of the job service."""
