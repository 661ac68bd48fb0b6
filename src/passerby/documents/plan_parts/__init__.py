"""What a plan is made of, beside the tracks."""
