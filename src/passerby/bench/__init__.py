"""How well it hides and how fast it is, measured from outside: by pixels alone, and by whole cold processes.

Nothing in here knows how passerby finds or paints. It runs programs, reads what they wrote, and counts. It sees
originals, since what is missing from a picture shows only beside it; what it says of them is numbers.
"""
