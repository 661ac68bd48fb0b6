"""Many machines, and files in object storage."""
