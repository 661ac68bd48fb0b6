"""Takes jobs of the service from its queue and runs them, here or on a cluster."""
