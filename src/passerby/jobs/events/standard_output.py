"""Standard output: its reader may be gone, or its disk full; and what else a process starts keeps off it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from passerby.core.errors import OutputError


class StandardOutputError(OutputError):
    """Standard output cannot be written to: what read it is gone, or its disk is full."""


def write_line(text: str) -> None:
    """Write a line to standard output at once. Raises StandardOutputError where nothing reads it any more, or the disk
    that it goes to is full."""
    try:
        if sys.stdout is None:
            raise BrokenPipeError
        print(text, flush=True)
    except BrokenPipeError:
        discard()
        raise StandardOutputError(
            "Standard output is closed: what read it has ended. The run was stopped; finished files are complete."
        ) from None
    except OSError as error:
        discard()
        raise StandardOutputError(
            f"Standard output cannot be written to: {error.strerror}. The run was stopped; finished files are "
            "complete. Free some room, and run it again with --resume."
        ) from error


def discard() -> None:
    """What is left in the buffer goes nowhere: otherwise the interpreter fails on it once more when it ends."""
    with suppress(OSError, ValueError, AttributeError):
        devnull = os.open(os.devnull, os.O_WRONLY)
        os.dup2(devnull, sys.stdout.fileno())
        os.close(devnull)


@contextmanager
def reserved() -> Iterator[None]:
    """Meanwhile only what this process prints goes to standard output; what libraries and their processes write to its
    descriptor goes to standard error."""
    try:
        sys.stdout.flush()
        descriptor = sys.stdout.fileno()
        ours = os.dup(descriptor)
    except (OSError, ValueError, AttributeError):  # closed, or replaced by something that is no file
        yield
        return
    before = sys.stdout
    try:
        os.dup2(2, descriptor)
        with os.fdopen(os.dup(ours), "w", encoding=before.encoding, errors=before.errors) as stream:
            sys.stdout = stream
            try:
                yield
            finally:
                sys.stdout = before
    finally:
        os.dup2(ours, descriptor)
        os.close(ours)
