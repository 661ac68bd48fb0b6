"""The file with the address of the pages. The token in the address grants access, so it must not end up in a log.

On a terminal the address is printed for whoever started the program. The output of a service goes to the journal, which
others may read; so a service writes the address to a file that only its own user can read.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from passerby.core.errors import OutputError

#: Name of the file in the data folder.
FILE_NAME = "live-address"


def write_token_file(folder: Path, address: str) -> Path:
    """Write the address to a file (mode 0600), replacing the one of an earlier run. Raises OutputError."""
    path, new = folder / FILE_NAME, folder / f"{FILE_NAME}.part"
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
            f"Cannot write the address of the pages to {path}: {error.strerror}. Free some space there or fix the "
            "permissions, or start passerby on a terminal, which shows the address."
        ) from error
    return path


def remove_token_file(folder: Path) -> None:
    """Remove the file: its token is no longer valid."""
    with suppress(OSError):
        (folder / FILE_NAME).unlink()
