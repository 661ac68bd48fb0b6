"""What is written is there after a kill, and a database of another version is not opened."""

import sqlite3
import subprocess
import sys
import time
from contextlib import suppress

import pytest

from passerby.core.errors import StoreError, UsageError
from passerby.service.database import _STEPS, FILE, VERSION, ServiceDatabase, service_lock


def test_a_transaction_that_fails_leaves_nothing(tmp_path):
    with ServiceDatabase(tmp_path) as database:
        with pytest.raises(StoreError, match="cannot be written"), database.transaction() as connection:
            connection.execute("INSERT INTO callbacks (job) VALUES ('nobody')")
        assert [] == database.rows("SELECT * FROM callbacks")
        with suppress(KeyError), database.transaction() as connection:
            connection.execute("INSERT INTO keys VALUES ('a', 'a', 'a', '{}', 's', 0, NULL)")
            raise KeyError
        assert [] == database.rows("SELECT * FROM keys")


def test_it_is_readable_by_its_owner_only(tmp_path):
    with ServiceDatabase(tmp_path / "new"):
        assert 0o700 == (tmp_path / "new").stat().st_mode & 0o777
        assert 0o600 == (tmp_path / "new" / FILE).stat().st_mode & 0o777


def test_what_was_committed_survives_a_kill(tmp_path):
    code = (
        "import os, signal, sys; from pathlib import Path; from passerby.service.database import ServiceDatabase\n"
        "database = ServiceDatabase(Path(sys.argv[1]))\n"
        "with database.transaction() as c: c.execute(\"INSERT INTO keys VALUES ('a', 'a', 'a', '{}', 's', 0, NULL)\")\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    assert -9 == subprocess.run([sys.executable, "-c", code, str(tmp_path)]).returncode
    with ServiceDatabase(tmp_path) as database:
        assert ["a"] == [row["name"] for row in database.rows("SELECT name FROM keys")]


def test_a_later_version_is_not_opened(tmp_path):
    ServiceDatabase(tmp_path).close()
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="later version"):
        ServiceDatabase(tmp_path)


def test_an_older_version_is_brought_up_with_what_is_in_it(tmp_path):
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.executescript(_STEPS[0])
        connection.execute("INSERT INTO keys VALUES ('k', 'k', 'k', '{}', 's', 0, NULL)")
        for id, removed in (("a", 0), ("b", 1)):
            connection.execute(
                "INSERT INTO jobs (id, key, request_sha256, request, source_name, state, created, removed) VALUES (?, "
                "'k', '', '', '', 'done', 0, ?)",
                (id, removed),
            )
        connection.execute("PRAGMA user_version = 1")
    before = time.time()
    for _ in range(2):
        with ServiceDatabase(tmp_path) as database:
            assert VERSION == database.rows("PRAGMA user_version")[0][0]
            kept, removed = database.rows("SELECT removed_at FROM jobs ORDER BY id")
            assert kept["removed_at"] is None
            assert before - 1 <= removed["removed_at"] <= time.time()


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="--data"):
        ServiceDatabase(tmp_path / "file" / "folder")


def test_two_services_do_not_work_on_one_folder(tmp_path):
    with service_lock(tmp_path), pytest.raises(UsageError, match="Another service"), service_lock(tmp_path):
        pass
    with service_lock(tmp_path):
        pass
