"""What a run says to programs: one JSON object a line on standard output."""
