"""Which file this is: its SHA-256 and its size."""

from __future__ import annotations

import hashlib
from pathlib import Path

from passerby.core.errors import SourceError


def fingerprint(path: Path) -> tuple[str, int]:
    """(SHA-256 in hex, size in bytes) of a file, read in pieces. Raises SourceError when it cannot be read."""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
            return digest.hexdigest(), file.tell()
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}. Check the path and your rights to it.") from error


def printable(path: Path) -> str:
    """The file's name for reports and terminals: what is no text (line ends, bytes that are not UTF-8) shows as ?"""
    return "".join(letter if letter.isprintable() else "?" for letter in path.name)
