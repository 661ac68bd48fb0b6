"""One release of a case at a time, whichever program makes it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from passerby.core.errors import CaseError

#: Stays in the folder of the case: a lock file that is removed can be locked by two.
LOCK_FILE = "passerby-case.lock"


@contextmanager
def release_lock(folder: Path) -> Iterator[None]:
    """Held while a case is released; it ends with the program, however that ends. Raises CaseError while another
    program has it."""
    try:
        descriptor = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
    except OSError as error:
        raise CaseError(
            f"The folder of the case cannot be written: {error.strerror}. Check its permissions."
        ) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CaseError(
                "Another program is releasing this case. Wait until it has ended, and release again."
            ) from error
        yield
    finally:
        os.close(descriptor)
