"""A lock on a file that is replaced as a whole: between reading and replacing it, no other program does the same."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def open_locked(path: Path, *, create: bool = False) -> int:
    """A descriptor of the file that has this name once the lock is held, to be closed by the caller. Waits for others.
    Raises OSError, FileNotFoundError among them unless `create`. A link is not followed."""
    flags = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | (os.O_CREAT if create else 0)
    while True:
        descriptor = os.open(path, flags, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            # Who had the lock may have replaced or removed the file meanwhile: then this is the lock of nothing.
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(descriptor), os.lstat(path)):
                    return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


@contextmanager
def while_locked(path: Path) -> Iterator[None]:
    """Held while a file is read, changed and replaced. One that is not there, or cannot be opened for writing, is not
    locked: what is done with it says why."""
    descriptor = None
    with suppress(OSError):
        descriptor = open_locked(path)
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)
