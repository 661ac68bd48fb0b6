"""The address by which live pictures are opened. The token in it is a key: it must not land in a log.

A terminal shows it to the one who started the program. A service has none, and what it says is kept in the journal,
which others may read; so there it goes into a file that only its own user can read.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from passerby.core.errors import OutputError

#: The file, in the data folder.
NAME = "live-address"


def keep(folder: Path, address: str) -> Path:
    """Write the address into a file (mode 0600), in place of the one of an earlier run. Raises OutputError."""
    path, new = folder / NAME, folder / f"{NAME}.part"
    try:
        new.unlink(missing_ok=True)
        file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(file, "w", encoding="utf-8") as out:
            out.write(address + "\n")
        new.replace(path)
    except OSError as error:
        with suppress(OSError):
            new.unlink()
        raise OutputError(
            f"The address of the live pictures cannot be written into {path}: {error.strerror}. Make room there, or "
            "start passerby on a terminal, which shows it."
        ) from error
    return path


def forget(folder: Path) -> None:
    """The token is worth nothing any more."""
    with suppress(OSError):
        (folder / NAME).unlink()
