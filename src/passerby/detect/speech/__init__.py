"""Where somebody speaks: when, and never who or what."""
