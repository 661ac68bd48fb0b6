"""Identity of a file: its SHA-256 and its size."""

from __future__ import annotations

import hashlib
from pathlib import Path

from passerby.core.errors import SourceError
from passerby.core.names import printable


def fingerprint(path: Path) -> tuple[str, int]:
    """(SHA-256 in hex, size in bytes) of a file, read in blocks. Raises SourceError when it cannot be read."""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
            return digest.hexdigest(), file.tell()
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}. Check the path and its permissions.") from error


def printable_name(path: Path) -> str:
    """The file name for reports and terminals: unprintable characters (line breaks, invalid UTF-8) become ?"""
    return printable(path.name)
