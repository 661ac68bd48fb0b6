"""Entries of the registry of weights, and those that other packages bring."""
