"""Where the program `passerby` begins, with as little loaded as can be."""

from __future__ import annotations

import resource
import sys

from passerby.jobs import preload as ahead


def main() -> None:
    """Runs the command line of this process and ends it with its exit code."""
    no_core_dumps()
    ahead.begin(sys.argv[1:])
    try:
        from passerby.cli.app import main

        main()
    finally:
        ahead.end()


def no_core_dumps() -> None:
    """A dump of memory would hold the very pixels that are to be hidden."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
