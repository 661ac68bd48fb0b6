"""Breached passwords: a list that the site has downloaded, so that no password is sent to anybody.

The list is that of Have I Been Pwned, ordered by hash: a line is the SHA-1 of a password in upper-case hexadecimal
digits, with or without `:` and a count. It has gigabytes, so it is searched by bisection and never read whole.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from passerby.core.errors import UsageError

_LINE = re.compile(rb"[0-9A-F]{40}(?::\d+)?")


def refuse_breached(password: str, list_path: Path | None) -> str:
    """The password, if it is not on the list, or there is no list. Raises UsageError when it is on it, or when the list
    cannot be read."""
    if list_path is None:
        return password
    wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    try:
        found = _first_not_before(list_path, wanted)
    except OSError as error:
        raise UsageError(
            f"{list_path} cannot be read: {error.strerror}. See `breached_passwords` in site.yaml."
        ) from error
    if found == wanted:
        raise UsageError("This password is in a list of breached passwords, which attackers try. Choose another one.")
    return password


def _first_not_before(list_path: Path, wanted: bytes) -> bytes:
    """The first hash of the list that is not before `wanted`; empty where there is none."""
    with list_path.open("rb") as file:

        def hash_from(offset: int) -> bytes:
            """The hash in the first line that begins at `offset` or later; empty at the end."""
            file.seek(max(0, offset - 1))
            if offset:
                file.readline()
            line = file.readline()
            return _hash(line, list_path) if line.strip() else b""

        low, high = 0, file.seek(0, 2)
        while low < high:
            middle = (low + high) // 2
            hash = hash_from(middle)
            if hash and hash < wanted:
                low = middle + 1
            else:
                high = middle
        return hash_from(low)


def _hash(line: bytes, list_path: Path) -> bytes:
    if not _LINE.fullmatch(line.strip()):
        raise UsageError(
            f"{list_path} is not a list of breached passwords: a line is not a SHA-1. See "
            "`breached_passwords` in site.yaml."
        )
    return line[:40]
