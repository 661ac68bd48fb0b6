"""Plates in a frame of a video."""
