"""`passerby audit`: the log shown and checked."""

import hashlib
import json
import sqlite3
from contextlib import closing

import pytest
from typer.testing import CliRunner

from passerby.cli.audit import app
from passerby.core.errors import UsageError
from passerby.store.audit.log import AuditAction, AuditEntry, write
from passerby.store.database import DATABASE_FILE, Database
from tests.store.footage import WALL, Clock


def run(data, *arguments):
    return CliRunner().invoke(app, [*arguments, "--data", str(data)], catch_exceptions=False)


@pytest.fixture
def data(tmp_path):
    folder, clock = tmp_path / "data", Clock()
    with Database.open(folder, create=True) as database:
        for n in range(3):
            on = {"camera": "yard", "start": round(WALL * 1e6), "bytes": n}
            clock.trusted = n != 1
            write(
                database,
                AuditEntry.of("system:ada", AuditAction.EXPORT_REQUESTED, on, clock.go(60), "first", "case [red]7"),
            )
    return folder


def meddle(data, *statements):
    with closing(sqlite3.connect(data / DATABASE_FILE, isolation_level=None)) as plain:
        for name in ("audit_update", "audit_delete"):
            (sql,) = plain.execute("SELECT sql FROM sqlite_master WHERE name = ?", [name]).fetchone()
            plain.execute(f"DROP TRIGGER {name}")
            statements = (*statements, sql)
        for statement in statements:
            plain.execute(statement)


def test_an_intact_log_is_reported_as_intact(data):
    output = run(data, "head").stdout.strip()
    done = run(data, "check")
    assert 0 == done.exit_code
    assert "3 rows, all unchanged" in done.stdout
    assert f"Head: {output}" in done.stdout
    assert "Only an earlier head shows" in done.stdout
    assert 0 == run(data, "check", "--head", output).exit_code
    assert {"rows": 3, "head": output, "flaws": []} == json.loads(run(data, "check", "--json").stdout)


def test_a_changed_row_is_named(data):
    meddle(data, "UPDATE audit SET body = '{}' WHERE number = 2")
    done = run(data, "check")
    assert (3, "row 2 is not what was written") == (done.exit_code, done.stdout.strip())
    flaws = json.loads(run(data, "check", "--json").stdout)["flaws"]
    assert [{"kind": "changed", "first": 2, "last": 2}] == flaws


def test_missing_rows_are_named(data):
    meddle(data, "DELETE FROM audit WHERE number < 3")
    done = run(data, "check")
    assert (3, "rows 1 to 2 are missing") == (done.exit_code, done.stdout.strip())


def test_a_cut_end_is_seen_with_a_head(data):
    output = run(data, "head").stdout.strip()
    meddle(data, "DELETE FROM audit WHERE number = 3")
    done = run(data, "check")
    assert (3, "row 3 is missing") == (done.exit_code, done.stdout.strip())
    meddle(data, "UPDATE audit_end SET number = 2")  # by somebody who knows of it
    assert 0 == run(data, "check").exit_code
    done = run(data, "check", "--head", output)
    assert 3 == done.exit_code
    assert "row 3 is not the one with the given head" in done.stdout


def test_missing_triggers_are_reported(data):
    with closing(sqlite3.connect(data / DATABASE_FILE)) as plain:
        plain.execute("DROP TRIGGER audit_delete")
    done = run(data, "check")
    assert 3 == done.exit_code
    assert "the triggers that refuse changes" in done.stdout


def test_a_head_that_is_none_is_refused(data):
    with pytest.raises(UsageError, match="passerby audit head"):
        run(data, "check", "--head", "latest")


def test_the_log_is_listed(data, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    output = run(data, "list").stdout
    assert 3 == output.count("system:ada")
    assert 1 == output.count("?")  # the clock was not trusted then
    assert "case [red]7" in output
    rows = [json.loads(line) for line in run(data, "list", "--json").stdout.splitlines()]
    assert [(1, 0), (2, 1), (3, 2)] == [(row["number"], row["details"]["bytes"]) for row in rows]


def test_a_part_of_the_log_is_listed(data):
    rows = run(data, "list", "2027-01-15T08:01:30+00:00", "2027-01-15T08:02:30+00:00", "--json").stdout.splitlines()
    assert [2] == [json.loads(row)["number"] for row in rows]


def test_rows_are_followed_as_they_lie_there(data):
    def rows(*arguments):
        return [json.loads(line) for line in run(data, "follow", "--no-wait", *arguments).stdout.splitlines()]

    assert [1, 2, 3] == [row["number"] for row in rows()]
    assert [3] == [row["number"] for row in rows("--after", "2")]
    assert [] == rows("--after", "3")
    previous = "0" * 64
    for row in rows():  # a copy elsewhere can be checked without this program
        text = f"passerby audit 1\n{row['number']}\n{previous}\n{row['body']}"
        assert (previous, hashlib.sha256(text.encode()).hexdigest()) == (row["previous"], row["hash"])
        previous = row["hash"]
    assert f"3:{previous}" == run(data, "head").stdout.strip()


def test_rows_are_followed_as_they_are_written(data, monkeypatch):
    """Between two looks somebody writes a row; then they press Ctrl+C."""

    def pause(_):
        if len(pauses) == 2:
            raise KeyboardInterrupt
        pauses.append(1)
        with Database.open(data) as database:
            write(
                database,
                AuditEntry.of("system:ada", AuditAction.EXPORT_REQUESTED, {}, Clock().go(900), "first", "case 8"),
            )

    pauses = []
    monkeypatch.setattr("passerby.cli.audit.time.sleep", pause)
    output = CliRunner().invoke(app, ["follow", "--data", str(data)]).stdout
    assert [1, 2, 3, 4, 5] == [json.loads(line)["number"] for line in output.splitlines()]
