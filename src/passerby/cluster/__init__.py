"""Many machines, and files that lie in object storage."""
