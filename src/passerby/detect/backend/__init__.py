"""What stands between a model and OpenVINO: how it is imported, and what is kept compiled."""
