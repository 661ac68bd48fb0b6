"""The database of a site: one SQLite file in the data folder, shared by the processes of the cameras.

Committed transactions are on the disk (`synchronous=FULL`), and a crash loses only uncommitted ones: SQLite's
guarantee, by its write-ahead log. Writers take turns; each transaction is short. Opening it migrates its tables.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar

from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.exc import DatabaseError

from passerby.core.errors import DiskFull, StoreError
from passerby.store.data_folder import DataFolder

if TYPE_CHECKING:  # Alembic is needed only for migrations, and is slow to import
    from alembic.config import Config

DATABASE_FILE = "passerby.db"
_VERSIONS = Path(__file__).parent / "migrations" / "versions"
#: Seconds that a transaction waits for the lock.
BUSY_TIMEOUT_S = 30
#: Pages (4 KiB) of the write-ahead log before a checkpoint: the log must fit on a full disk.
WAL_CHECKPOINT_PAGES = 250
#: The reserve inside the database: pieces of so many bytes, three pages each with their row.
RESERVE_PIECES, RESERVE_PIECE_BYTES = 48, 8 << 10
_WRITE_OPTION = "passerby_writes"
T = TypeVar("T")


class Database:
    """Connections to the database in `folder`. One instance for all threads of a process; not usable after a fork."""

    def __init__(self, folder: DataFolder) -> None:
        self.folder = folder
        self._engine = create_engine(
            f"sqlite:///{folder.path / DATABASE_FILE}", connect_args={"timeout": BUSY_TIMEOUT_S}
        )
        event.listen(self._engine, "connect", _on_connect)
        event.listen(self._engine, "begin", _on_begin)

    @classmethod
    def open(cls, folder: Path, *, create: bool = False) -> Database:
        """Open the database of a data folder, and migrate its tables to this version of the program.

        `create` initialises a new data folder first. Raises DataFolderMissing, StoreError, and DiskFull.
        """
        database = cls(DataFolder.create(folder) if create else DataFolder.open(folder))
        try:
            database._keep_private()
            try:
                database._migrate()
            except DiskFull:
                if not database.folder.release_reserve():
                    raise
                database._migrate()
            database.allocate_reserve()
        except BaseException:
            database.close()
            raise
        return database

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def read_transaction(self) -> Iterator[Connection]:
        """A transaction with a consistent snapshot of the database, which does not wait for writers."""
        self.check()
        with self._translate_errors(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write_transaction(self) -> Iterator[Connection]:
        """A transaction that is on the disk after the block, or was rolled back. Raises DiskFull or StoreError."""
        self.check()
        with (
            self._translate_errors(),
            self._engine.connect().execution_options(**{_WRITE_OPTION: True}) as connection,
            connection.begin(),
        ):
            yield connection

    def write_reserved(self, write: Callable[[Connection], T], keep: int = 0) -> T:
        """Run `write` in a transaction, as `write_transaction` does. On a full disk a piece of the reserve is given up
        for it in the same transaction, so that nobody can take the space in between; `keep` pieces are left for others.
        The reserve file is the last resort. Raises DiskFull or StoreError."""
        try:
            with self.write_transaction() as connection:
                return write(connection)
        except DiskFull:
            with suppress(DiskFull), self.write_transaction() as connection:
                pieces = connection.execute(text("SELECT count(*) FROM reserve")).scalar_one()
                if pieces > keep:
                    connection.execute(text("DELETE FROM reserve WHERE id = (SELECT max(id) FROM reserve)"))
                    return write(connection)
            if keep or not self.folder.release_reserve():
                raise
            with self.write_transaction() as connection:
                return write(connection)

    def allocate_reserve(self) -> None:
        """Allocate what is kept for a full disk, if it is not there and there is enough space now."""
        self.folder.allocate_reserve()
        with suppress(DiskFull, StoreError, OSError):  # tried again in a minute
            with self.read_transaction() as connection:
                pieces = connection.execute(text("SELECT count(*) FROM reserve")).scalar_one()
            missing = RESERVE_PIECES - pieces
            if missing <= 0 or self.folder.free_bytes() < 4 * RESERVE_PIECES * RESERVE_PIECE_BYTES:
                return
            with self.write_transaction() as connection:
                for _ in range(missing):
                    connection.execute(text(f"INSERT INTO reserve (data) VALUES (zeroblob({RESERVE_PIECE_BYTES}))"))

    def _keep_private(self) -> None:
        """Only the user that the service runs as may read the database: it holds hashes of passwords, and secrets of
        second factors. SQLite gives its other files the same mode."""
        root = self.folder.descriptor
        with suppress(FileExistsError, PermissionError):
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            os.close(os.open(DATABASE_FILE, flags, 0o600, dir_fd=root))
        for name in (DATABASE_FILE, f"{DATABASE_FILE}-wal", f"{DATABASE_FILE}-shm"):
            with suppress(OSError):  # not there, or of another user, who is told when it cannot be opened
                if os.stat(name, dir_fd=root, follow_symlinks=False).st_mode & 0o077:
                    os.chmod(name, 0o600, dir_fd=root)

    def check(self) -> None:
        """Is the data folder still mounted? Raises DataFolderMissing. Reconnects when it was unmounted meanwhile."""
        if self.folder.check():
            self._engine.dispose()

    def close(self) -> None:
        self._engine.dispose()
        self.folder.close()

    def _migrate(self) -> None:
        with self.read_transaction() as connection:
            if _current_revision(connection) == _head_revision():
                return
        from alembic import command

        with (
            self.write_transaction() as connection
        ):  # one transaction; another process that opens it at the same time waits
            found = _current_revision(connection)
            if found is not None and found not in _revisions():
                raise StoreError(
                    f"{self.folder.path / DATABASE_FILE} was made by a newer passerby (its tables are at {found}). "
                    "Install that version again, or use another data folder."
                )
            config = _alembic_config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        try:
            yield
        except DatabaseError as error:
            raise _store_error(self.folder.path / DATABASE_FILE, error) from error


def _on_connect(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # transactions begin explicitly, not where Python's module decides
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"wal_autocheckpoint={WAL_CHECKPOINT_PAGES}",
        "trusted_schema=OFF",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _on_begin(connection: Connection) -> None:
    # A writer takes the lock from the start: a transaction that has read first can no longer wait for it.
    writes = connection.get_execution_options().get(_WRITE_OPTION, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _current_revision(connection: Connection) -> str | None:
    exists = connection.execute(text("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'")).first()
    if exists is None:
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision


def _alembic_config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "passerby.store:migrations")
    return config


def _revisions() -> list[str]:
    """All revisions of this version of the program, the oldest first: files are named after them, rNNNN_WHAT.py.

    Alembic knows them too, but is slow to import, and usually there is nothing to migrate.
    """
    return sorted(path.name[1:5] for path in _VERSIONS.glob("r[0-9][0-9][0-9][0-9]_*.py"))


def _head_revision() -> str:
    return _revisions()[-1]


def _store_error(path: Path, error: DatabaseError) -> StoreError | DiskFull:
    """The error for an SQLite error, with what to do about it."""
    code = getattr(error.orig, "sqlite_errorcode", 0)
    if code & 0xFF == sqlite3.SQLITE_FULL or code in (sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE):
        return DiskFull(f"No space left to write {path}. Free some on this disk, or lower the retention in site.yaml.")
    if code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return StoreError(
            f"{path} is damaged: {error.orig}. Check the disk. Move the file and those whose names begin with its name "
            "away, and start again: recordings are then recovered from their files, and their times are marked as not "
            "trusted."
        )
    if code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreError(
            f"{path} was locked for more than {BUSY_TIMEOUT_S} seconds. Check whether the disk is too slow or failing."
        )
    if code & 0xFF in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return StoreError(
            f"{path} cannot be opened for writing. Run this command as the user that the service runs as."
        )
    return StoreError(f"{path}: {error.orig}. Check the disk, and start again.")
