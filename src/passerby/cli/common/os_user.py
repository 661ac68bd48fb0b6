"""The operating system's user at the terminal."""

from __future__ import annotations

import getpass
import os
import pwd
from pathlib import Path

#: The login user: Linux keeps it through su and sudo, and lets it be set only once. All ones: nobody logged in.
_LOGIN_UID = Path("/proc/self/loginuid")
_NO_LOGIN = 2**32 - 1


def current_user() -> str:
    """`system:NAME`, for the audit log; `system:UID` for a user without a name."""
    try:
        login = int(_LOGIN_UID.read_text(encoding="ascii"))
    except (OSError, ValueError):
        login = _NO_LOGIN
    number = os.getuid() if login == _NO_LOGIN else login
    try:
        return f"system:{pwd.getpwuid(number).pw_name}"
    except KeyError:
        return f"system:{number}"


def user_name() -> str:
    """Whose name stands beside corrections and releases, unless another is given."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "reviewer"
