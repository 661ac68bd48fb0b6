"""Passwords that were stolen somewhere: a list that the site has fetched for itself, so that nobody else is asked.

The list is that of Have I Been Pwned, ordered by hash: a line is the SHA-1 of a password in capital hexadecimal digits,
with or without `:` and how often it was found. It is gigabytes, so a place in it is looked for and never all of it.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from passerby.core.errors import UsageError

_LINE = re.compile(rb"[0-9A-F]{40}(?::\d+)?")


def not_stolen(password: str, listed: Path | None) -> str:
    """The password, if it is not on the list, or there is no list. Raises UsageError when it is, or when the list is
    not there, or is none."""
    if listed is None:
        return password
    wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    try:
        found = _at(listed, wanted)
    except OSError as error:
        raise UsageError(f"{listed} cannot be read: {error.strerror}. See `stolen` in site.yaml.") from error
    if found == wanted:
        raise UsageError("This password was stolen somewhere, and is among those that are tried. Take another one.")
    return password


def _at(listed: Path, wanted: bytes) -> bytes:
    """The first hash of the list that is not before `wanted`; nothing where there is none."""
    with listed.open("rb") as file:

        def from_(place: int) -> bytes:
            """Of the first line that begins there or later; nothing at the end."""
            file.seek(max(0, place - 1))
            if place:
                file.readline()
            line = file.readline()
            return _hash(line, listed) if line.strip() else b""

        low, high = 0, file.seek(0, 2)
        while low < high:
            middle = (low + high) // 2
            hash = from_(middle)
            if hash and hash < wanted:
                low = middle + 1
            else:
                high = middle
        return from_(low)


def _hash(line: bytes, listed: Path) -> bytes:
    if not _LINE.fullmatch(line.strip()):
        raise UsageError(f"{listed} is no list of stolen passwords: a line is not a SHA-1. See `stolen` in site.yaml.")
    return line[:40]
