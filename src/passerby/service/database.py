"""The database of the service: SQLite, in which a transaction that was answered survives a kill and a power cut."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from passerby.core.errors import StoreError, UsageError

FILE = "service.db"
#: Seconds to wait for another process that writes (`passerby serve keys`).
BUSY_TIMEOUT_S = 30.0
_TABLES = """
CREATE TABLE keys (
    id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, sha256 TEXT NOT NULL UNIQUE, settings TEXT NOT NULL,
    callback_secret TEXT NOT NULL, created REAL NOT NULL, revoked REAL
) STRICT;
CREATE TABLE uploads (
    id TEXT PRIMARY KEY, key TEXT NOT NULL REFERENCES keys (id), name TEXT NOT NULL, size INTEGER NOT NULL,
    sha256 TEXT NOT NULL, created REAL NOT NULL, job TEXT
) STRICT;
CREATE INDEX uploads_of_key ON uploads (key);
CREATE TABLE jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, key TEXT NOT NULL REFERENCES keys (id),
    idempotency_key TEXT, request_sha256 TEXT NOT NULL, request TEXT NOT NULL, source_name TEXT NOT NULL,
    state TEXT NOT NULL, created REAL NOT NULL, started REAL, finished REAL, attempts INTEGER NOT NULL DEFAULT 0,
    message TEXT, output TEXT, stored_bytes INTEGER NOT NULL DEFAULT 0, removed INTEGER NOT NULL DEFAULT 0,
    UNIQUE (key, idempotency_key)
) STRICT;
CREATE INDEX jobs_by_state ON jobs (state, number);
CREATE INDEX jobs_of_key ON jobs (key, state);
CREATE TABLE transitions (
    number INTEGER PRIMARY KEY AUTOINCREMENT, job TEXT NOT NULL REFERENCES jobs (id), time REAL NOT NULL,
    state TEXT NOT NULL
) STRICT;
CREATE INDEX transitions_of_job ON transitions (job);
CREATE TABLE callbacks (
    job TEXT PRIMARY KEY REFERENCES jobs (id), due REAL, attempts INTEGER NOT NULL DEFAULT 0, delivered REAL,
    problem TEXT
) STRICT;
CREATE INDEX callbacks_due ON callbacks (due) WHERE due IS NOT NULL;
"""
#: Jobs are forgotten some time after their files were deleted; their idempotency keys stay, so that none is
#: made a second time.
_FORGETTING = """
ALTER TABLE jobs ADD COLUMN removed_at REAL;
UPDATE jobs SET removed_at = CAST(strftime('%s', 'now') AS REAL) WHERE removed = 1;
CREATE INDEX jobs_removed ON jobs (removed_at) WHERE removed_at IS NOT NULL;
CREATE INDEX jobs_started ON jobs (key, started);
CREATE TABLE used_idempotency_keys (
    key TEXT NOT NULL REFERENCES keys (id), idempotency_key TEXT NOT NULL, PRIMARY KEY (key, idempotency_key)
) STRICT, WITHOUT ROWID;
"""
#: What makes each version of the tables of the one before.
_STEPS = (_TABLES, _FORGETTING)
#: Version of the tables. A newer database is not opened; an older one is brought up step by step.
VERSION = len(_STEPS)


class ServiceDatabase:
    """One connection, which threads share in turn."""

    def __init__(self, folder: Path) -> None:
        """Opens or creates it. Raises StoreError."""
        self.folder = folder
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = folder / FILE
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            self._connection = sqlite3.connect(
                path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
            )
            self._connection.row_factory = sqlite3.Row
            # FULL: what was answered to a client is on the disk.
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
                self._connection.execute(f"PRAGMA {pragma}")
        except (OSError, sqlite3.Error) as error:
            raise StoreError(
                f"The data of the service in {folder} cannot be opened: {error}. Check its permissions, or choose "
                "another folder with --data."
            ) from error
        self._lock = threading.RLock()
        self._upgrade()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Everything in the block, or nothing. It is on the disk when the block has ended. Raises StoreError."""
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    yield self._connection
                except BaseException:
                    self._connection.execute("ROLLBACK")
                    raise
                self._connection.execute("COMMIT")
            except sqlite3.Error as error:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise StoreError(
                    f"The database of the service cannot be written: {error}. Is the disk full, or not writable?"
                ) from error

    def rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        """Rows of a query that changes nothing. Raises StoreError."""
        with self._lock:
            try:
                return self._connection.execute(query, values).fetchall()
            except sqlite3.Error as error:
                raise StoreError(f"The database of the service cannot be read: {error}.") from error

    def _upgrade(self) -> None:
        version = int(self.rows("PRAGMA user_version")[0][0])
        if version > VERSION:
            self.close()
            raise StoreError(
                f"The data in {self.folder} was written by a later version of passerby. Use that version, or another "
                "folder with --data."
            )
        if version < VERSION:
            with self.transaction() as connection:
                version = int(connection.execute("PRAGMA user_version").fetchone()[0])
                for step in _STEPS[version:]:
                    for statement in step.split(";\n"):
                        if statement.strip():
                            connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {max(version, VERSION)}")


@contextmanager
def service_lock(folder: Path) -> Iterator[None]:
    """Only one service works on a folder. Raises UsageError for the second one."""
    descriptor = os.open(folder / "service.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(
                f"Another service works on {folder}. Stop it first, or give this one a folder of its own with --data."
            ) from None
        yield
    finally:
        os.close(descriptor)
