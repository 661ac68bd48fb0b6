"""Keys of programs that use the service: what each may do, and how much of it.

A key is 32 random bytes, so its SHA-256 is kept and no slow hash: there is nothing to guess. The secret that signs
callbacks is kept as it is, since it is needed to sign.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from pydantic import Field

from passerby.core.errors import UsageError
from passerby.core.model import FrozenModel
from passerby.core.names import NAME_RULE, is_name
from passerby.service.database import ServiceDatabase
from passerby.service.records import CallbackAddress, StorageAddress

#: Every key begins with this, so that one that leaks is recognised for what it is.
PREFIX = "passerby_"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})


class KeyScope(StrEnum):
    """What a key may do. Without `all` it sees and cancels its own jobs only."""

    SUBMIT = "submit"
    READ = "read"
    CANCEL = "cancel"
    ALL = "all"


class KeySettings(FrozenModel):
    """What a key may do, and how much of it."""

    scopes: tuple[KeyScope, ...] = (KeyScope.SUBMIT, KeyScope.READ, KeyScope.CANCEL)
    storage: tuple[str, ...] = Field(
        default=(), description="Prefixes in object storage that it may read and write; without one, none."
    )
    callback_hosts: tuple[str, ...] = Field(
        default=(), description="Hosts to which its callbacks may go; without one, none."
    )
    max_unfinished: int = Field(default=10_000, ge=1, description="Jobs that wait or run at a time.")
    max_bytes: int = Field(default=100_000_000_000, ge=1, description="Bytes of its uploads and results in all.")
    jobs_a_day: int = Field(default=100_000, ge=1, description="Jobs within 24 hours.")
    requests_a_minute: int = Field(default=1200, ge=1, description="Requests a minute.")


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key that is valid, without the key itself."""

    id: str
    name: str
    settings: KeySettings
    callback_secret: str
    created: float
    revoked: float | None = None

    def has(self, scope: KeyScope) -> bool:
        return scope in self.settings.scopes

    def may_use_storage(self, address: StorageAddress) -> bool:
        """Whether an address lies below one of its prefixes. A part `..` never does."""
        if ".." in address.split("/"):
            return False
        return any(address == prefix or address.startswith(f"{prefix}/") for prefix in self.settings.storage)

    def may_call(self, address: CallbackAddress) -> bool:
        """Whether its callbacks may go there."""
        try:
            parts = urlsplit(address)
        except ValueError:  # brackets that hold no address
            return False
        host = parts.netloc.rpartition(":")[0] if ":" in parts.netloc.rpartition("]")[2] else parts.netloc
        encrypted = parts.scheme == "https" or host.lower() in LOOPBACK
        return encrypted and host.lower() in self.settings.callback_hosts


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key as it is told once, and never again."""

    key: ApiKey
    token: str


class Keys:
    """The keys of one service."""

    def __init__(self, database: ServiceDatabase, clock: Callable[[], float] = time.time) -> None:
        self._database, self._clock = database, clock

    def add(self, name: str, settings: KeySettings) -> NewKey:
        """A new key. Raises UsageError for a name that is taken or not allowed."""
        if not is_name(name):
            raise UsageError(f"{name!r} cannot be the name of a key. Use {NAME_RULE}.")
        settings = settings.model_copy(
            update={
                "storage": tuple(prefix.rstrip("/") for prefix in settings.storage),
                "callback_hosts": tuple(host.lower() for host in settings.callback_hosts),
            }
        )
        token = PREFIX + secrets.token_urlsafe(32)
        secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
        key = ApiKey(secrets.token_hex(8), name, settings, secret, self._clock())
        with self._database.transaction() as connection:
            if connection.execute("SELECT 1 FROM keys WHERE name = ?", (name,)).fetchone():
                raise UsageError(f"There is a key {name} already, or there was one. Choose another name.")
            connection.execute(
                "INSERT INTO keys (id, name, sha256, settings, callback_secret, created) VALUES (?, ?, ?, ?, ?, ?)",
                (key.id, name, _digest(token), settings.model_dump_json(), secret, key.created),
            )
        return NewKey(key, token)

    def revoke(self, name: str) -> None:
        """Refuse a key from now on. Its jobs go on. Raises UsageError where there is none of that name."""
        with self._database.transaction() as connection:
            done = connection.execute(
                "UPDATE keys SET revoked = ? WHERE name = ? AND revoked IS NULL", (self._clock(), name)
            )
            if not done.rowcount:
                raise UsageError(f"There is no valid key {name}. List them with: passerby serve keys list")

    def all(self) -> list[ApiKey]:
        """All keys, those that were revoked included, in order of name."""
        return [_key(row) for row in self._database.rows("SELECT * FROM keys ORDER BY name")]

    def find(self, token: str) -> ApiKey | None:
        """The key with this token; None where it is unknown or revoked."""
        query = "SELECT * FROM keys WHERE sha256 = ? AND revoked IS NULL"
        rows = self._database.rows(query, _digest(token))
        return _key(rows[0]) if rows else None

    def by_id(self, id: str) -> ApiKey | None:
        """A key, also one that was revoked: callbacks of its jobs are still signed."""
        rows = self._database.rows("SELECT * FROM keys WHERE id = ?", id)
        return _key(rows[0]) if rows else None


def _key(row: sqlite3.Row) -> ApiKey:
    settings = KeySettings.model_validate_json(row["settings"])
    return ApiKey(row["id"], row["name"], settings, row["callback_secret"], row["created"], row["revoked"])


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
