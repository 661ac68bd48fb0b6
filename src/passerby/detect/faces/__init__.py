"""What is special about faces."""
