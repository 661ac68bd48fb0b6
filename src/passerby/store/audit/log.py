"""The log of what was done: who, what, on what, for which purpose, and when. It is added to, and never changed.

Each row holds the hash of the row before it and its own, over its number, that hash and its text. So a row that was
changed, taken out, put in or moved no longer fits its neighbours. Who may write the file can still make a new chain of
their own, or cut off the end: against that stands a head, number and hash of one row, that was told to somebody else.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, JsonValue, ValidationError
from sqlalchemy import Connection, LargeBinary, cast, insert, select, text

from passerby.core.clock import Moment
from passerby.core.errors import DiskFull, StoreError, UsageError
from passerby.core.model import FrozenModel
from passerby.store.audit.tables import audit
from passerby.store.database import Database
from passerby.store.recordings.part import micros

#: What stands before the first row.
NOTHING = "0" * 64
#: What the program itself does, and no person.
PROGRAM = "passerby"
#: Characters that a purpose may have.
LONGEST = 500
_GUARDS = {"audit_update", "audit_delete", "audit_insert"}
_HEAD = re.compile(r"(\d{1,18}):([0-9a-f]{64})")


class Deed(StrEnum):
    """What can be done. Others come as there is more to do; the log takes any."""

    EXPORT = "export"  # asked for: written down before a byte is copied
    EXPORTED = "exported"  # the files of it are there
    DELETED = "deleted"  # recordings, by the program; docs/design/audit.md
    FORGOTTEN = "forgotten"  # counts and events that were kept for long enough, by the program
    LOGIN = "login"  # somebody came in
    LOGIN_REFUSED = "login_refused"  # somebody tried
    DENIED = "denied"  # somebody asked for what their role does not allow
    LOGOUT = "logout"  # somebody went, or was made to go
    AGREED = "agreed"  # the second person, to what another has asked for
    REFUSED = "refused"  # likewise
    TAKEN = "taken"  # the file of an export was downloaded
    TRIED = "tried"  # cameras looked for on the network, or one tried
    CHECKED = "checked"  # the log itself
    CHANGED = "changed"  # events, zones, settings, accounts, the ceiling
    VIEWED = "viewed"  # live pictures, recordings, on the pages: written down before they are shown


class Entry(FrozenModel):
    """What one row says."""

    who: str = Field(description="system:NAME for a user of the machine, or passerby for the program itself.")
    what: str = Field(description="What was done.")
    on: Mapping[str, JsonValue] = Field(description="On what: camera, times (microseconds of Unix time), sizes.")
    purpose: str | None = Field(description="What for, as was said; null for what the program does by itself.")
    wall: int = Field(description="When, microseconds of Unix time, as the machine's clock said.")
    trusted: bool = Field(description="Was that to be believed?")
    boot: str = Field(description="The run of the machine it was in.")
    monotonic: int = Field(description="When, microseconds since the machine was started: no clock can falsify it.")

    @classmethod
    def of(
        cls, who: str, what: Deed, on: Mapping[str, JsonValue], at: Moment, boot: str, purpose: str | None = None
    ) -> Self:
        """Raises UsageError for a purpose that says nothing, or too much."""
        if purpose is not None:
            purpose = stated(purpose)
        return cls(
            who=_sound(who),
            what=what.value,
            on=on,
            purpose=purpose,
            wall=micros(at.wall),
            trusted=at.trusted,
            boot=boot,
            monotonic=micros(at.monotonic),
        )


@dataclass(frozen=True, slots=True)
class Head:
    """A row, by its number and its hash. 0 and zeros: there is none yet."""

    number: int = 0
    hash: str = NOTHING

    @classmethod
    def parse(cls, told: str) -> Head:
        """As `str` writes it. Raises UsageError."""
        found = _HEAD.fullmatch(told.strip().lower())
        if found is None:
            raise UsageError(f"{told!r} is no head of a log. Give it as `passerby audit head` prints it: NUMBER:HASH")
        return cls(int(found[1]), found[2])

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it lies there, whatever has become of it. All but the number are bytes."""

    number: int
    previous: bytes
    body: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is wrong with the log. `first` and `last` are numbers of rows, 0 where it is about none.

    missing: these rows are not there. changed: the row is not what was hashed. unchained: the row before it is not the
    one that it was put after. unguarded: what keeps rows from being changed has been taken away. head: the row that was
    told elsewhere is not there, or is another.
    """

    what: Literal["missing", "changed", "unchained", "unguarded", "head"]
    first: int = 0
    last: int = 0


@dataclass(slots=True)
class Checked:
    """What a check has found: how many rows there are, the last of them, and what is wrong."""

    rows: int = 0
    head: Head = field(default_factory=Head)
    flaws: list[Flaw] = field(default_factory=list)


def stated(purpose: str) -> str:
    """A purpose as it is written down: one line, and nothing in it that a terminal would obey.

    Raises UsageError when it says nothing, or too much.
    """
    said = "".join(letter for letter in " ".join(_sound(purpose).split()) if letter.isprintable()).strip()
    if not 0 < len(said) <= LONGEST:
        raise UsageError(f"A purpose has 1 to {LONGEST} characters, not {len(said)}. Say in short what it is for.")
    return said


def digest(number: int, previous: bytes, body: bytes) -> str:
    """The hash of a row. No two rows give the same text to hash: lines end where they end, and the body comes last."""
    return hashlib.sha256(b"passerby audit 1\n%d\n%b\n%b" % (number, previous, body)).hexdigest()


def append(connection: Connection, entries: Sequence[Entry]) -> Head:
    """Into the transaction that is under way, so that it is written down together with what it is about, or not at all.
    The last row."""
    at = head(connection)
    rows = []
    for entry in entries:
        body, number = entry.model_dump_json(), at.number + 1
        mark = digest(number, at.hash.encode(), body.encode())
        rows.append({"number": number, "previous": at.hash, "body": body, "hash": mark})
        at = Head(number, mark)
    if rows:
        connection.execute(insert(audit), rows)
    return at


def write(database: Database, entry: Entry) -> Head:
    """In a transaction of its own. On a full disk the room that was set aside is given for it. Raises DiskFull."""
    try:
        with database.writing() as connection:
            return append(connection, [entry])
    except DiskFull:
        if not database.folder.release():
            raise
        with database.writing() as connection:
            return append(connection, [entry])


def head(connection: Connection) -> Head:
    """The last row. Its hash is what the row says; whether that is right, `check` tells."""
    last = connection.execute(select(audit.c.number, audit.c.hash).order_by(audit.c.number.desc()).limit(1)).first()
    return Head() if last is None else Head(last.number, last.hash)


def read(connection: Connection, start: int = 0, end: int | None = None) -> Iterator[tuple[int, Entry]]:
    """Entries from and to (and not with) a moment, microseconds of Unix time as the clock said, with their numbers.

    Raises StoreError at a row that nobody can read any more.
    """
    for row in _rows(connection):
        entry = _entry(row.number, row.body)
        if entry.wall >= start and (end is None or entry.wall < end):
            yield row.number, entry


def after(connection: Connection, number: int, most: int) -> list[Row]:
    """At most so many rows after one, the oldest first, as they lie there: for a copy elsewhere."""
    return list(_rows(connection, number, most))


def latest(
    connection: Connection, before: int | None, most: int, what: str | None = None, who: str | None = None
) -> list[tuple[int, Entry]]:
    """At most so many entries before a row, the newest first, of one deed or one person.

    Raises StoreError at a row that nobody can read any more.
    """
    body = cast(audit.c.body, LargeBinary).label("body")  # what was put there on purpose need not be text
    wanted = select(audit.c.number, body).order_by(audit.c.number.desc())
    if before is not None:
        wanted = wanted.where(audit.c.number < before)
    found: list[tuple[int, Entry]] = []
    for row in connection.execute(wanted.execution_options(yield_per=500)):
        entry = _entry(row.number, row.body)
        if (what is None or entry.what == what) and (who is None or entry.who == who):
            found.append((row.number, entry))
        if len(found) >= most:
            break
    return found


def check(connection: Connection, known: Head | None = None) -> Checked:
    """Reads every row. `known` is a head that was told elsewhere: that row must be there, as it was."""
    found, before = Checked(), Row(0, b"", b"", NOTHING.encode())
    met = known is None or known == Head()
    for row in _rows(connection):
        found.rows += 1
        if row.number != before.number + 1:
            found.flaws.append(Flaw("missing", before.number + 1, row.number - 1))
        elif row.previous != before.hash:
            found.flaws.append(Flaw("unchained", row.number, row.number))
        if row.hash != digest(row.number, row.previous, row.body).encode():
            found.flaws.append(Flaw("changed", row.number, row.number))
        met = met or (known is not None and (row.number, row.hash) == (known.number, known.hash.encode()))
        before = row
    found.head = Head(before.number, before.hash.decode("ascii", "replace"))
    if known is not None and not met:
        found.flaws.append(Flaw("head", known.number, known.number))
    there = set(
        connection.execute(
            text("SELECT name FROM sqlite_master WHERE tbl_name = 'audit' AND type = 'trigger'")
        ).scalars()
    )
    if not there >= _GUARDS:
        found.flaws.append(Flaw("unguarded"))
    return found


def _entry(number: int, body: bytes | str) -> Entry:
    try:
        return Entry.model_validate_json(body)
    except ValidationError as error:
        raise StoreError(f"Row {number} of the log cannot be read. See what else is: passerby audit check") from error


def _rows(connection: Connection, number: int = 0, most: int = -1) -> Iterator[Row]:
    """Those after a number, as bytes: what was put there on purpose need not be text, and must not keep anybody from
    seeing it."""
    raw = (cast(audit.c[name], LargeBinary) for name in ("previous", "body", "hash"))
    wanted = select(audit.c.number, *raw).where(audit.c.number > number).order_by(audit.c.number).limit(most)
    for found, previous, body, mark in connection.execute(wanted):
        yield Row(found, bytes(previous), bytes(body), bytes(mark))


def _sound(told: str) -> str:
    """What came from a command line may hold bytes that are no text."""
    return told.encode("utf-8", "replace").decode()
