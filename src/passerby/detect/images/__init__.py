"""A frame or still as the images that models are given, and detections back in its pixels."""
