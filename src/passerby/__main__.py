"""`python -m passerby`, the same as `passerby`."""

from passerby.cli.start import main

main()
