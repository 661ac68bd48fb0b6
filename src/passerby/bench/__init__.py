"""Accuracy and speed, measured from outside: by pixels alone, and by whole cold processes.

Nothing in here knows how passerby detects or masks. It runs programs, reads their outputs, and counts. It reads
originals, since what a mask removed shows only by comparison; it outputs numbers about them only.
"""
