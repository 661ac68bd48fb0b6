"""Commands that run until they are stopped, as far as cli/ has no room for them."""
