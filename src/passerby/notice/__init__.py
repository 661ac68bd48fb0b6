"""What people may know: the public page, the sign, and the data protection pack, from the running configuration."""
