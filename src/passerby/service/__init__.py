"""Jobs that other programs submit: a queue on the disk, keys with quotas, and signed callbacks; without HTTP."""
