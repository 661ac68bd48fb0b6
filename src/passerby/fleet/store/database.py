"""The database of a fleet: SQLite or PostgreSQL, as its address says. The same tables, migrations and queries."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.sql.schema import Table

from passerby.core.errors import StoreError, UsageError
from passerby.fleet.store.tables import PARTITIONED

_VERSIONS = Path(__file__).parent / "migrations" / "versions"
#: Seconds that a transaction waits for the lock (SQLite), and for a connection (PostgreSQL).
BUSY_TIMEOUT_S, CONNECT_TIMEOUT_S = 30, 10
#: Seconds after which PostgreSQL ends a query: none of ours takes long.
STATEMENT_TIMEOUT_S = 60
#: Memory of a query for sorting: the sums of ten sites over a month are sorted without files.
WORK_MEMORY_MB = 32
#: Key of the lock that migrations hold.
_MIGRATION_LOCK = 7_061_737


class FleetDatabase:
    """Connections to the database at `address`: `sqlite:///PATH`, or `postgresql://USER@HOST/NAME`."""

    def __init__(self, address: str) -> None:
        """Migrates the tables to this version of the program. Raises UsageError for an address that is neither, and
        StoreError where it cannot be reached."""
        self._known_months: set[tuple[str, int]] = set()
        try:
            self._engine = create_engine(_with_driver(address), **_options(address))
        except (ArgumentError, NoSuchModuleError) as error:
            raise UsageError(f"This is not the address of a database: {error}. {_ADDRESSES}") from None
        self.address = self._engine.url.render_as_string(hide_password=True)
        self.is_postgresql = self._engine.dialect.name == "postgresql"
        if not self.is_postgresql:
            event.listen(self._engine, "connect", _on_connect)
            event.listen(self._engine, "begin", _on_begin)
        try:
            self._migrate()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Committed after the block, or rolled back. Raises StoreError."""
        with self._translate_errors(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """For queries. Raises StoreError."""
        with (
            self._translate_errors(),
            self._engine.connect().execution_options(passerby_reads=True) as connection,
            connection.begin(),
        ):
            yield connection

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """INSERT of the database's own dialect, which has ON CONFLICT."""
        return postgresql.insert(table) if self.is_postgresql else sqlite.insert(table)

    def ensure_months(self, connection: Connection, table: str, times: set[int]) -> None:
        """Make the partitions for these months (`month_of`), where the database has partitions."""
        if not self.is_postgresql:
            return
        _, unit = PARTITIONED[table]
        for month in times:
            if (table, month) in self._known_months:
                continue
            low, high = (int(_first_of(month + step).timestamp()) * unit for step in (0, 1))
            name = f"{table}_{_first_of(month):%Y_%m}"
            connection.execute(
                text(f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF {table} FOR VALUES FROM ({low}) TO ({high})")
            )
            self._known_months.add((table, month))

    def forget_months(self) -> None:
        """After a transaction that was rolled back: the partitions that it made are gone."""
        self._known_months.clear()

    def _migrate(self) -> None:
        from alembic import command
        from alembic.config import Config

        head = max(path.name[1:5] for path in _VERSIONS.glob("f[0-9][0-9][0-9][0-9]_*.py"))
        with self.transaction() as connection:
            if self.is_postgresql:
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})"))
            found = _revision(connection, self.is_postgresql)
            if found == head:
                return
            if found is not None and found > head:
                raise StoreError(
                    f"{self.address} was made by a newer passerby (its tables are at {found}). Install that version "
                    "again, or use another database."
                )
            config = Config()
            config.set_main_option("script_location", "passerby.fleet.store:migrations")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            self.forget_months()
            reason = str(error.orig).strip().splitlines()[0]
            raise StoreError(f"The database {self.address}: {reason}. Check that it runs and has space.") from error


_ADDRESSES = "Write sqlite:///fleet.db, or postgresql://USER@HOST/NAME."


def month_of(seconds: int) -> int:
    """The month of a time (Unix seconds, UTC), counted from year 0."""
    at = datetime.fromtimestamp(seconds, UTC)
    return at.year * 12 + at.month - 1


def _first_of(month: int) -> datetime:
    return datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC)


def _with_driver(address: str) -> str:
    scheme, separator, rest = address.partition("://")
    if scheme in ("postgresql", "postgres"):
        return f"postgresql+psycopg{separator}{rest}"
    if scheme == "sqlite" and rest.startswith("/") and len(rest) > 1:
        return address
    raise UsageError(f"{scheme or address!r} is not a database that a fleet can use. {_ADDRESSES}")


def _options(address: str) -> dict[str, Any]:
    if address.startswith("sqlite"):
        return {"connect_args": {"timeout": BUSY_TIMEOUT_S}}
    import_module("psycopg")  # SQLAlchemy's driver: where it is missing, the error names the extra
    return {
        "pool_pre_ping": True,
        "connect_args": {
            "connect_timeout": CONNECT_TIMEOUT_S,
            "options": f"-c statement_timeout={STATEMENT_TIMEOUT_S * 1000} -c timezone=UTC "
            f"-c work_mem={WORK_MEMORY_MB}MB",
        },
    }


def _on_connect(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # transactions begin explicitly
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF"):
        connection.execute(f"PRAGMA {pragma}").close()


def _on_begin(connection: Connection) -> None:
    reads = connection.get_execution_options().get("passerby_reads", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _revision(connection: Connection, is_postgresql: bool) -> str | None:
    query = (
        "SELECT 1 FROM pg_tables WHERE tablename = 'alembic_version' AND schemaname = current_schema()"
        if is_postgresql
        else "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
    )
    if connection.execute(text(query)).first() is None:
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision
