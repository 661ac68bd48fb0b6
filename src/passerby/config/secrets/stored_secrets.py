"""Passwords that were entered on the pages: in one encrypted file of the data folder, and never in `site.yaml`.

The file and its key can be read by the service's user alone (mode 600). The key is mixed with the id of the machine, so
that a copy of the data folder on another machine opens nothing. Each password belongs to one host and is given out for
no other: whoever may change an address must not be able to send the password there.
"""

from __future__ import annotations

import json
import os
import secrets
import threading
from base64 import urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Final

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from passerby.core.errors import OutputError

FILE: Final = "secrets"
KEY_FILE: Final = "secrets.key"
_KEY_BYTES = 32
_MODE = 0o600
#: The file is read, changed and written as a whole, by one thread at a time. Only the process of the pages writes it.
_LOCK = threading.Lock()
MACHINE_ID: Final = Path("/etc/machine-id")


def machine_id() -> bytes:
    """The id of this machine; empty where it has none, as in some containers."""
    try:
        return MACHINE_ID.read_bytes().strip()
    except OSError:
        return b""


class StoredSecrets:
    """The secrets in a data folder, by name and host."""

    def __init__(self, folder: Path, machine: Callable[[], bytes] = machine_id) -> None:
        self._folder, self._machine = folder, machine

    @property
    def problem(self) -> str | None:
        """Why the stored secrets cannot be used, and what to do; None where they can, or where there are none."""
        try:
            self._read()
        except (OSError, ValueError, InvalidToken):
            return (
                "The stored passwords cannot be read: they were stored on another machine, or the file is damaged. "
                "Enter the passwords of the cameras again."
            )
        return None

    def get(self, name: str, host: str) -> str | None:
        """The secret of that name, if it was given for that host; None, too, where it cannot be read."""
        try:
            value, owner = self._read().get(name, ("", ""))
        except (OSError, ValueError, InvalidToken):
            return None
        return value if owner == host and value else None

    def all(self) -> dict[str, tuple[str, str]]:
        """All secrets with their hosts, for a backup; none where they cannot be read."""
        try:
            return self._read()
        except (OSError, ValueError, InvalidToken):
            return {}

    def put(self, name: str, value: str | None, host: str = "") -> None:
        """Store a secret, or forget it (None). Raises OutputError."""
        with _LOCK:
            self._put(name, value, host)

    def _put(self, name: str, value: str | None, host: str) -> None:
        try:
            stored = self._read()
        except (OSError, ValueError, InvalidToken):
            stored = {}  # nobody can read them any more
        if value is None and name not in stored:
            return
        stored.pop(name, None)
        if value is not None:
            stored[name] = (value, host)
        try:
            _write(self._folder / FILE, self._cipher(create=True).encrypt(json.dumps(stored).encode()))
        except OSError as error:
            raise OutputError(
                f"The password could not be stored in {self._folder}: {error.strerror}. Check the disk and the "
                "permissions of that folder."
            ) from None

    def _read(self) -> dict[str, tuple[str, str]]:
        path = self._folder / FILE
        if not path.exists():
            return {}
        stored = json.loads(self._cipher(create=False).decrypt(path.read_bytes()))
        return {name: (value, host) for name, (value, host) in stored.items()}

    def _cipher(self, *, create: bool) -> Fernet:
        path = self._folder / KEY_FILE
        if create and not path.exists():
            _write(path, secrets.token_bytes(_KEY_BYTES))
        derived = HKDF(SHA256(), _KEY_BYTES, salt=self._machine(), info=b"passerby secrets").derive(path.read_bytes())
        return Fernet(urlsafe_b64encode(derived))


def _write(path: Path, data: bytes) -> None:
    part = path.with_name(f".{path.name}.part")
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _MODE), "wb") as file:
        os.fchmod(file.fileno(), _MODE)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)
