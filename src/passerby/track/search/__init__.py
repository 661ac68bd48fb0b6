"""Searching for what is tracked: in crops by a model, and by what it looks like."""
