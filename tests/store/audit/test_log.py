"""A log in which any row was altered, removed or swapped is found out, and nothing can be done to it by mistake."""

import hashlib
import json
import random
import sqlite3
from contextlib import closing, contextmanager

import pytest

from passerby.core.errors import DiskFull, StoreError, UsageError
from passerby.store.audit.log import (
    GENESIS_HASH,
    MAX_PURPOSE_CHARS,
    AuditAction,
    AuditEntry,
    ChainFlaw,
    ChainHead,
    append,
    check,
    clean_purpose,
    digest,
    head,
    read,
    write,
)
from passerby.store.data_folder import RESERVE_FILE
from passerby.store.database import DATABASE_FILE, Database
from tests.store.footage import WALL, Clock

#: Columns that somebody may alter, and with what.
ALTERED = {"previous": "a" * 64, "body": "{}", "hash": "b" * 64}


def entries(count, purpose="case 7"):
    clock = Clock()
    return [
        AuditEntry.of(
            "system:ada", AuditAction.EXPORT_REQUESTED, {"camera": "yard", "count": n}, clock.go(1), "first", purpose
        )
        for n in range(count)
    ]


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def database(folder):
    with Database.open(folder, create=True) as opened:
        yield opened


def logged(database, count):
    with database.write_transaction() as connection:
        return append(connection, entries(count))


def found(database, known=None):
    with database.read_transaction() as connection:
        return check(connection, known)


@contextmanager
def meddling(database):
    """The database as somebody has it who may write the file: without the triggers."""
    with database.write_transaction() as connection:
        for name in ("audit_update", "audit_delete", "audit_insert", "audit_end_update"):
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        yield connection


def flaws(connection, known=None):
    """What a check finds, but for the triggers that are gone."""
    return [flaw for flaw in check(connection, known).flaws if flaw.kind != "unguarded"]


def test_what_was_written_is_read(database):
    last = logged(database, 2)
    assert (2, last, []) == (found(database).rows, found(database).head, found(database).flaws)
    with database.read_transaction() as connection:
        (first, entry), (second, _) = read(connection)
        assert [2] == [number for number, _ in read(connection, round((WALL + 2) * 1e6))]
        assert [1] == [number for number, _ in read(connection, end=round((WALL + 2) * 1e6))]
    assert (1, 2) == (first, second)
    assert ("system:ada", "export_requested", {"camera": "yard", "count": 0}, "case 7") == (
        entry.actor,
        entry.action,
        entry.details,
        entry.purpose,
    )
    assert (round((WALL + 1) * 1e6), True, "first", 101_000_000) == (
        entry.wall,
        entry.trusted,
        entry.boot,
        entry.monotonic,
    )


def test_an_empty_log_is_whole(database):
    assert (0, "0:" + GENESIS_HASH, []) == (found(database).rows, str(found(database).head), found(database).flaws)
    assert [] == found(database, ChainHead()).flaws


def test_the_hash_is_the_one_that_the_docs_state(database):
    logged(database, 2)
    with closing(sqlite3.connect(database.folder.path / DATABASE_FILE)) as plain:
        (_, first), (body, second) = plain.execute("SELECT body, hash FROM audit ORDER BY number").fetchall()
    assert hashlib.sha256(f"passerby audit 1\n2\n{first}\n{body}".encode()).hexdigest() == second


def test_it_is_written_together_with_what_it_is_about_or_not_at_all(database):
    def half():
        with database.write_transaction() as connection:
            append(connection, entries(1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert 0 == found(database).rows


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit SET body = 'x' WHERE number = 2",
        "DELETE FROM audit WHERE number = 3",
        "INSERT OR REPLACE INTO audit SELECT number, previous, 'x', hash FROM audit WHERE number = 2",
        "INSERT INTO audit VALUES (5, 'x', 'y', 'z')",
        "INSERT INTO audit SELECT 4, previous, body, hash FROM audit WHERE number = 3",
        "INSERT INTO audit SELECT 0, previous, body, hash FROM audit WHERE number = 1",
    ],
)
def test_the_database_refuses(database, change):
    logged(database, 3)
    with pytest.raises(StoreError, match="the log"), database.write_transaction() as connection:
        connection.exec_driver_sql(change)
    assert (3, []) == (found(database).rows, found(database).flaws)


def test_that_it_no_longer_refuses_is_seen(database):
    logged(database, 3)
    with meddling(database) as connection:
        connection.exec_driver_sql("SELECT 1")
    assert [ChainFlaw("unguarded")] == found(database).flaws


@pytest.mark.parametrize("column", sorted(ALTERED))
def test_an_altered_row_is_found(database, column):
    logged(database, 5)
    with meddling(database) as connection:
        for number in range(1, 6):
            (was,) = connection.exec_driver_sql(f"SELECT {column} FROM audit WHERE number = ?", (number,)).fetchone()
            connection.exec_driver_sql(f"UPDATE audit SET {column} = ? WHERE number = ?", (ALTERED[column], number))
            assert ("changed", number) in [(flaw.kind, flaw.first) for flaw in flaws(connection)]
            connection.exec_driver_sql(f"UPDATE audit SET {column} = ? WHERE number = ?", (was, number))
            assert [] == flaws(connection)


def test_what_is_no_text_any_more_is_found_all_the_same(database):
    logged(database, 3)
    with meddling(database) as connection:
        connection.exec_driver_sql("UPDATE audit SET body = CAST(x'ff00fe' AS TEXT) WHERE number = 2")
    assert [ChainFlaw("changed", 2, 2), ChainFlaw("unguarded")] == found(database).flaws
    with database.read_transaction() as connection, pytest.raises(StoreError, match="Row 2.*passerby audit check"):
        list(read(connection))


def test_removed_rows_are_named(database):
    logged(database, 9)
    with meddling(database) as connection:
        connection.exec_driver_sql("DELETE FROM audit WHERE number IN (1, 5, 6)")
        assert [ChainFlaw("missing", 1, 1), ChainFlaw("missing", 5, 6)] == flaws(connection)


def test_a_rewritten_row_with_a_valid_hash_breaks_the_chain_at_the_next(database):
    logged(database, 5)
    with meddling(database) as connection:
        (previous,) = connection.exec_driver_sql("SELECT previous FROM audit WHERE number = 3").fetchone()
        forged = digest(3, previous.encode(), b"{}")
        connection.exec_driver_sql("UPDATE audit SET body = '{}', hash = ? WHERE number = 3", (forged,))
        assert [ChainFlaw("unchained", 4, 4)] == flaws(connection)


def test_a_truncated_or_emptied_log_is_found(database):
    logged(database, 5)
    with meddling(database) as connection:
        connection.exec_driver_sql("DELETE FROM audit WHERE number = 5")
        assert [ChainFlaw("missing", 5, 5)] == flaws(connection)
        connection.exec_driver_sql("DELETE FROM audit")
        assert [ChainFlaw("missing", 1, 5)] == flaws(connection)


@pytest.mark.parametrize("number", [0, -1])
def test_a_row_below_the_first_is_found(database, number):
    logged(database, 2)
    with meddling(database) as connection:
        forged = digest(number, GENESIS_HASH.encode(), b"{}")
        connection.exec_driver_sql("INSERT INTO audit VALUES (?, ?, '{}', ?)", (number, GENESIS_HASH, forged))
        assert ChainFlaw("unchained", number, number) in flaws(connection)


@pytest.mark.parametrize(
    "statements",
    [
        ["DROP TRIGGER audit_update", "CREATE TRIGGER audit_update BEFORE UPDATE ON audit WHEN 0 BEGIN SELECT 1; END"],
        ["DROP TRIGGER audit_end_update"],
        ["CREATE TRIGGER audit_more AFTER INSERT ON audit BEGIN SELECT 1; END"],
        ["DROP TRIGGER audit_end_delete", "DELETE FROM audit_end"],
    ],
)
def test_triggers_are_known_by_their_text(database, statements):
    logged(database, 2)
    with database.write_transaction() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    assert [ChainFlaw("unguarded")] == found(database).flaws


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM audit_end", "UPDATE audit_end SET number = 0", "INSERT INTO audit_end VALUES (2, 7)"],
)
def test_the_end_of_the_log_cannot_be_moved(database, statement):
    logged(database, 2)
    with pytest.raises(StoreError, match="the log"), database.write_transaction() as connection:
        connection.exec_driver_sql(statement)


def test_only_a_head_detects_truncation_or_a_rewritten_log(database):
    known = logged(database, 5)
    with database.write_transaction() as connection:
        append(connection, entries(1))
    assert [] == found(database, known).flaws
    with meddling(database) as connection:
        connection.exec_driver_sql("DELETE FROM audit WHERE number >= 5")
        connection.exec_driver_sql("UPDATE audit_end SET number = 4")  # by somebody who knows of it
        assert [] == flaws(connection)
        assert [ChainFlaw("head", 5, 5)] == flaws(connection, known)
        connection.exec_driver_sql("DELETE FROM audit")
    with database.write_transaction() as connection:
        append(connection, entries(7, "something else"))
    assert [ChainFlaw("unguarded")] == found(database).flaws
    assert [ChainFlaw("head", 5, 5), ChainFlaw("unguarded")] == found(database, known).flaws


def meddled(connection, chance, count):
    """Do one thing to the log; how to say it."""
    row, other = chance.sample(range(1, count + 1), 2)
    what = chance.choice(["altered", "removed", "swapped"])
    if what == "altered":
        column = chance.choice(sorted(ALTERED))
        (text,) = connection.exec_driver_sql(f"SELECT {column} FROM audit WHERE number = ?", (row,)).fetchone()
        at = chance.randrange(len(text))
        letter = chance.choice([one for one in "0123456789abcdef" if one != text[at]])
        connection.exec_driver_sql(
            f"UPDATE audit SET {column} = ? WHERE number = ?", (text[:at] + letter + text[at + 1 :], row)
        )
    elif what == "removed":
        row = min(row, count - 1)  # the last one: see the test of heads
        connection.exec_driver_sql("DELETE FROM audit WHERE number = ?", (row,))
    else:
        connection.exec_driver_sql("UPDATE audit SET number = -1 WHERE number = ?", (row,))
        connection.exec_driver_sql("UPDATE audit SET number = ? WHERE number = ?", (row, other))
        connection.exec_driver_sql("UPDATE audit SET number = ? WHERE number = -1", (other,))
    return f"{what} {row} {other}"


def test_whatever_is_done_to_one_row_is_found(database):
    logged(database, 40)
    chance = random.Random(9)
    with meddling(database) as connection:
        for _ in range(300):
            before = connection.begin_nested()
            done = meddled(connection, chance, 40)
            assert flaws(connection), done
            before.rollback()
        assert [] == flaws(connection)


def test_a_log_of_a_hundred_thousand_rows(database):
    known = logged(database, 100_000)
    whole = found(database, known)
    assert (100_000, known, []) == (whole.rows, whole.head, whole.flaws)
    with meddling(database) as connection:
        connection.exec_driver_sql(
            "UPDATE audit SET body = replace(body, '\"count\":49999', '\"count\":49998') WHERE number = 50000"
        )
        connection.exec_driver_sql("DELETE FROM audit WHERE number = 70000")
        connection.exec_driver_sql("UPDATE audit SET number = -1 WHERE number = 20")
        connection.exec_driver_sql("UPDATE audit SET number = 20 WHERE number = 90000")
        connection.exec_driver_sql("UPDATE audit SET number = 90000 WHERE number = -1")
        expected = [("changed", 20), ("changed", 50_000), ("missing", 70_000), ("changed", 90_000)]
        assert expected == [(flaw.kind, flaw.first) for flaw in flaws(connection) if flaw.kind != "unchained"]


@pytest.mark.parametrize("told", ["", "7", "x:" + GENESIS_HASH, "7:abc", f"7:{GENESIS_HASH}0"])
def test_what_is_no_head_is_refused(told):
    with pytest.raises(UsageError, match="passerby audit head"):
        ChainHead.parse(told)


def test_a_head_is_read_as_it_is_written(database):
    known = logged(database, 3)
    assert known == ChainHead.parse(f" {str(known).upper()}\n")
    with database.read_transaction() as connection:
        assert known == head(connection)


@pytest.mark.parametrize("purpose", ["", " \n", "\x1b", "x" * (MAX_PURPOSE_CHARS + 1)])
def test_an_empty_purpose_is_rejected(purpose):
    with pytest.raises(UsageError, match="State it briefly"):
        clean_purpose(purpose)


def test_a_purpose_is_one_line_that_no_terminal_obeys():
    assert "request 12, [2Jbike ?" == clean_purpose(" request 12,\n\x1b[2Jbike \udcff")


def test_two_programs_write_one_chain(database, folder):
    with Database.open(folder) as other:
        for entry in entries(10):
            write(database, entry)
            write(other, entry)
    assert (20, []) == (found(database).rows, found(database).flaws)


def test_on_a_full_disk_the_reserve_is_released(database, folder, monkeypatch):
    write_transaction, room = database.write_transaction, [folder / RESERVE_FILE]

    @contextmanager
    def full():
        if not room or room[0].exists():
            raise DiskFull("There is no room left.")
        with write_transaction() as connection:
            yield connection

    assert (folder / RESERVE_FILE).exists()
    monkeypatch.setattr(database, "write_transaction", full)
    (entry,) = entries(1)
    assert 1 == write(database, entry).number
    assert not (folder / RESERVE_FILE).exists()
    room.clear()
    with pytest.raises(DiskFull):
        write(database, entry)
    assert 1 == found(database).rows


def test_a_body_is_json_that_others_can_read(database, folder):
    logged(database, 1)
    with closing(sqlite3.connect(folder / DATABASE_FILE)) as plain:
        (body,) = plain.execute("SELECT body FROM audit").fetchone()
    assert {"actor", "action", "details", "purpose", "wall", "trusted", "boot", "monotonic"} == json.loads(body).keys()
