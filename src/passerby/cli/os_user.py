"""Who is at the terminal, as far as the machine knows."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

#: Who logged in: Linux keeps it through su and sudo, and only lets it be set once. All ones: nobody logged in.
_LOGIN = Path("/proc/self/loginuid")
_NOBODY = 2**32 - 1


def person() -> str:
    """`system:NAME`, for the log; of a user without a name, the number."""
    try:
        login = int(_LOGIN.read_text(encoding="ascii"))
    except (OSError, ValueError):
        login = _NOBODY
    number = os.getuid() if login == _NOBODY else login
    try:
        return f"system:{pwd.getpwuid(number).pw_name}"
    except KeyError:
        return f"system:{number}"
