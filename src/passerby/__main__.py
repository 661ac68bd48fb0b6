"""Where the program `passerby` (or `python -m passerby`) starts, with as little loaded as possible."""

from __future__ import annotations

import sys

from passerby.core.process_limits import disable_core_dumps
from passerby.jobs.preload import preload


def main() -> None:
    """Run the command line of this process and end the process with its exit code."""
    disable_core_dumps()
    preloaded = preload(sys.argv[1:])
    try:
        from passerby.cli import app

        app.main(preloaded=preloaded)
    finally:
        if preloaded is not None:
            preloaded.kill()


if __name__ == "__main__":
    main()
