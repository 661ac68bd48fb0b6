"""`python -m passerby`, the same as `passerby`."""

from passerby.cli.entry import main

main()
