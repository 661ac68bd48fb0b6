"""The database of a site: one SQLite file in the data folder, shared by the processes of the cameras.

What was committed is on the disk (`synchronous=FULL`), and a crash loses what was not: SQLite's own promise, by its
write-ahead log. Writers take turns; each transaction is short. Whoever opens it brings its tables up to date first.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Self

from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.exc import DatabaseError

from passerby.core.errors import DiskFull, StoreError
from passerby.store.data_folder import DataFolder

if TYPE_CHECKING:  # Alembic is needed when the tables are made or changed, and takes its time to load
    from alembic.config import Config

NAME = "passerby.db"
_VERSIONS = Path(__file__).parent / "migrations" / "versions"
#: Seconds that a transaction waits for its turn.
PATIENCE = 30
#: Pages (4 KiB) of the write-ahead log after which it is taken over: it must fit beside the rest on a full disk.
CHECKPOINT = 250
_WRITES = "passerby_writes"


class Database:
    """Open connections to the database in `folder`. One for all threads of a process; not to be carried over a fork."""

    def __init__(self, folder: DataFolder) -> None:
        self.folder = folder
        self._engine = create_engine(f"sqlite:///{folder.path / NAME}", connect_args={"timeout": PATIENCE})
        event.listen(self._engine, "connect", _prepare)
        event.listen(self._engine, "begin", _begin)

    @classmethod
    def open(cls, folder: Path, *, make: bool = False) -> Database:
        """The database of the data folder, its tables as this version of the program knows them.

        `make` gives a new folder its identity first. Raises FolderGone, StoreError, and DiskFull.
        """
        database = cls(DataFolder.make(folder) if make else DataFolder.open(folder))
        try:
            try:
                database._migrate()
            except DiskFull:
                if not database.folder.release():
                    raise
                database._migrate()
            database.folder.reserve()
        except BaseException:
            database.close()
            raise
        return database

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database from beginning to end, and does not wait for writers."""
        self.check()
        with self._translated(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is on the disk when the block has ended, or never was. Raises DiskFull or StoreError."""
        self.check()
        with (
            self._translated(),
            self._engine.connect().execution_options(**{_WRITES: True}) as connection,
            connection.begin(),
        ):
            yield connection

    def check(self) -> None:
        """Is the data folder still there? Raises FolderGone. What was open is let go of when it was gone meanwhile."""
        if self.folder.check():
            self._engine.dispose()

    def close(self) -> None:
        self._engine.dispose()
        self.folder.close()

    def _migrate(self) -> None:
        with self.reading() as connection:
            if _revision(connection) == _newest():
                return
        from alembic import command

        with self.writing() as connection:  # all of it or nothing; another process that comes at the same time waits
            found = _revision(connection)
            if found is not None and found not in _known():
                raise StoreError(
                    f"{self.folder.path / NAME} was made by a newer passerby (its tables are at {found}). Install that "
                    "version again, or name another data folder."
                )
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except DatabaseError as error:
            raise _meaning(self.folder.path / NAME, error) from error


def _prepare(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # transactions begin where we say, not where Python's module guesses
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"wal_autocheckpoint={CHECKPOINT}",
        "trusted_schema=OFF",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    # A writer says so from the start: one that has read first cannot wait for its turn any more.
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _revision(connection: Connection) -> str | None:
    known = connection.execute(text("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'")).first()
    if known is None:
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "passerby.store:migrations")
    return config


def _known() -> list[str]:
    """All revisions that this version of the program has, the oldest first: files are called after them, rNNNN_WHAT.py.

    Alembic would say so too, but takes its time to load, and most often there is nothing to do for it.
    """
    return sorted(path.name[1:5] for path in _VERSIONS.glob("r[0-9][0-9][0-9][0-9]_*.py"))


def _newest() -> str:
    return _known()[-1]


def _meaning(path: Path, error: DatabaseError) -> StoreError | DiskFull:
    """What an error of SQLite means for a person."""
    code = getattr(error.orig, "sqlite_errorcode", 0)
    if code & 0xFF == sqlite3.SQLITE_FULL or code in (sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE):
        return DiskFull(f"There is no room left to write {path}. Free some on this disk, or let less be kept.")
    if code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return StoreError(
            f"{path} is damaged: {error.orig}. Check the disk. Move the file and those that begin with its name away, "
            "and start again: recordings are then found by their files, and their times are marked as not trusted."
        )
    if code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreError(f"{path} is busy for more than {PATIENCE} seconds. Is the disk too slow, or failing?")
    if code & 0xFF in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return StoreError(f"{path} cannot be opened for writing. Run it as the user that the service runs as.")
    return StoreError(f"{path}: {error.orig}. Check the disk, and start again.")
