"""The tables are those that the program knows, and what was committed stays."""

import os
import sqlite3
import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import select, text, update

from passerby.core.errors import DiskFull, StoreError
from passerby.store.accounts.sessions import LAST_USED_RESOLUTION_S, Sessions
from passerby.store.audit.log import AuditAction, AuditEntry, check, write
from passerby.store.database import (
    DATABASE_FILE,
    RESERVE_PIECES,
    Database,
    _alembic_config,
    _head_revision,
    _revisions,
)
from passerby.store.recordings.tables import metadata, usage
from tests.store.small_disk import fill, small

__all__ = ["small"]


@pytest.fixture
def database(tmp_path):
    with Database.open(tmp_path / "data", create=True) as opened:
        yield opened


def used(database):
    with database.read_transaction() as connection:
        return connection.execute(select(usage.c.bytes)).scalar_one()


def test_migrations_make_the_tables_of_the_program(database):
    with database.read_transaction() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert [] == compare_metadata(context, metadata)


def test_files_are_called_after_their_revisions():
    scripts = list(ScriptDirectory.from_config(_alembic_config()).walk_revisions())
    assert _revisions() == sorted(script.revision for script in scripts)
    assert _head_revision() == scripts[0].revision


def test_a_table_that_no_migration_makes_is_seen(database):
    with database.write_transaction() as connection:
        connection.execute(text("ALTER TABLE usage DROP COLUMN bytes"))
    with database.read_transaction() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata)


def test_it_is_written_for_good(database):
    with database.read_transaction() as connection:
        pragmas = [connection.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous")]
    assert ["wal", 2] == pragmas


def test_a_transaction_happens_whole_or_not_at_all(database):
    def half():
        with database.write_transaction() as connection:
            connection.execute(update(usage).values(bytes=5))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert 0 == used(database)
    with database.write_transaction() as connection:
        connection.execute(update(usage).values(bytes=5))
    assert 5 == used(database)


def test_several_processes_may_make_it_at_the_same_time(tmp_path):
    Database.open(tmp_path / "data", create=True).close()
    for path in (tmp_path / "data").glob(f"{DATABASE_FILE}*"):
        path.unlink()
    code = "import sys; from pathlib import Path; from passerby.store.database import Database\n"
    code += "Database.open(Path(sys.argv[1])).close()"
    opening = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "data")]) for _ in range(3)]
    assert [0, 0, 0] == [process.wait(60) for process in opening]
    with Database.open(tmp_path / "data") as database:
        assert 0 == used(database)


def test_writers_of_two_connections_take_turns(database):
    with Database.open(database.folder.path) as other:
        for _ in range(20):
            for one in (database, other):
                with one.write_transaction() as connection:
                    count = connection.execute(select(usage.c.bytes)).scalar_one()
                    connection.execute(update(usage).values(bytes=count + 1))
    assert 40 == used(database)


def test_one_of_a_newer_program_is_refused(database):
    with database.write_transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="newer passerby.*Install that version"):
        Database.open(database.folder.path)


def test_a_damaged_database_is_reported(tmp_path):
    Database.open(tmp_path, create=True).close()
    (tmp_path / DATABASE_FILE).write_bytes(b"not a database at all" * 400)
    with pytest.raises(StoreError, match="is damaged.*Check the disk"):
        Database.open(tmp_path)


def test_the_database_is_consistent_for_sqlite_alone(database):
    with database.write_transaction() as connection:
        connection.execute(update(usage).values(bytes=7))
    with sqlite3.connect(database.folder.path / DATABASE_FILE) as plain:
        assert [("ok",)] == plain.execute("PRAGMA integrity_check").fetchall()
        assert [(7,)] == plain.execute("SELECT bytes FROM usage").fetchall()
    plain.close()


@pytest.mark.parametrize("mode", [0o755, 0o777])
def test_nobody_else_reads_the_database_whatever_its_folder_allows(tmp_path, mode):
    """A new one, and one that an older version has made."""
    folder = tmp_path / "data"
    folder.mkdir()
    folder.chmod(mode)
    before = os.umask(0)
    try:
        for _ in range(2):
            with Database.open(folder, create=True) as database:
                with database.write_transaction() as connection:
                    connection.exec_driver_sql("UPDATE usage SET bytes = bytes")
                modes = {path.name: path.stat().st_mode & 0o777 for path in folder.glob(f"{DATABASE_FILE}*")}
                assert {0o600} == set(modes.values()), modes
            (folder / DATABASE_FILE).chmod(0o644)
    finally:
        os.umask(before)


def test_on_a_full_disk_logins_are_still_logged(small, clock):
    """Filled to the last byte, again after each login: whatever is freed, somebody else takes it at once."""
    with Database.open(small, create=True) as database:
        with database.write_transaction() as connection:  # the write-ahead log has its size, as it has after minutes
            connection.exec_driver_sql("INSERT INTO reserve (data) VALUES (zeroblob(1048576))")
        with database.write_transaction() as connection:
            connection.exec_driver_sql("DELETE FROM reserve WHERE length(data) = 1048576")
        opened = Sessions(database)
        for n in range(20):
            fill(small, f"ballast-{n}")
            entry = AuditEntry.of("account:jo", AuditAction.LOGIN, {}, clock.now(), "first", "case 7")
            write(database, entry)
            cookie = opened.open(None, "system:jo", "token", "case 7", clock.wall)
            clock.go(LAST_USED_RESOLUTION_S + 1)
            assert "system:jo" == opened.find(cookie, clock.wall).actor
        with database.read_transaction() as connection:
            assert (20, []) == (check(connection).rows, check(connection).flaws)
        (small / "ballast-0").unlink()
        database.allocate_reserve()
        with database.read_transaction() as connection:
            pieces = connection.exec_driver_sql("SELECT count(*) FROM reserve").scalar_one()
        assert RESERVE_PIECES == pieces


def test_views_leave_the_reserve_to_logins(recordings, monkeypatch):
    database, written = recordings.database, []

    def full_unless_a_piece_was_given_up(connection):
        pieces = connection.exec_driver_sql("SELECT count(*) FROM reserve").scalar_one()
        if pieces == RESERVE_PIECES - len(written):
            raise DiskFull("full")
        written.append(pieces)

    for _ in range(RESERVE_PIECES - 5):
        database.write_reserved(full_unless_a_piece_was_given_up, keep=5)
    with pytest.raises(DiskFull):
        database.write_reserved(full_unless_a_piece_was_given_up, keep=5)
    for _ in range(5):
        database.write_reserved(full_unless_a_piece_was_given_up)
