"""The audit log: who did what, to what, for which purpose, and when. It is append-only.

Each row contains the hash of the row before it and its own, over its number, that hash and its text. So a row that was
changed, removed, inserted or moved no longer matches its neighbours. Anyone who can write the file can still build a
new chain, or cut off the end: a head (number and hash of one row) that is kept elsewhere detects that.

Rows from before database revision 0007 have other names; they are translated on reading (`legacy.py`).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, JsonValue, ValidationError
from sqlalchemy import Connection, LargeBinary, cast, insert, select

from passerby.core.clock import Moment
from passerby.core.errors import StoreError, UsageError
from passerby.core.model import FrozenModel
from passerby.store.audit import legacy
from passerby.store.audit.tables import audit, audit_end
from passerby.store.audit.triggers import guarded
from passerby.store.database import Database
from passerby.store.recordings.part import to_us

#: The hash before the first row.
GENESIS_HASH = "0" * 64
#: The actor of what the program does by itself.
PROGRAM_ACTOR = "passerby"
#: Longest purpose.
MAX_PURPOSE_CHARS = 500
_HEAD = re.compile(r"(\d{1,18}):([0-9a-f]{64})")


class AuditAction(StrEnum):
    """The actions of this version. The log accepts any, so rows of a newer version can be read."""

    EXPORT_REQUESTED = "export_requested"  # written before a byte is copied
    EXPORT_COMPLETED = "export_completed"  # with the hashes of its files
    RECORDINGS_DELETED = "recordings_deleted"  # by the program; docs/design/audit.md
    COUNTS_DELETED = "counts_deleted"  # counts and events beyond their retention, by the program
    LOGIN = "login"
    LOGIN_FAILED = "login_failed"
    ACCESS_DENIED = "access_denied"  # a request that the role does not allow
    LOGOUT = "logout"  # or a session that somebody else ended
    APPROVED = "approved"  # by the second person
    REJECTED = "rejected"  # likewise
    EXPORT_DOWNLOADED = "export_downloaded"
    CAMERA_CHECKED = "camera_checked"  # cameras were discovered on the network, or one was checked
    CAMERA_MOVED = "camera_moved"  # turned to one of its presets
    LOG_VERIFIED = "log_verified"
    CHANGED = "changed"  # events, zones, settings, accounts, the retention limit
    VIEWED = "viewed"  # live view or recordings on the web pages: written before they are shown


class AuditEntry(FrozenModel):
    """The content of one row."""

    actor: str = Field(
        description="system:NAME for a user of the machine, account:NAME for an account, or passerby for the program."
    )
    action: str = Field(description="What was done; see AuditAction.")
    details: Mapping[str, JsonValue] = Field(description="Of what: camera, times (microseconds of Unix time), sizes.")
    purpose: str | None = Field(description="The stated purpose; null for what the program does by itself.")
    wall: int = Field(description="When, microseconds of Unix time by the machine's clock.")
    trusted: bool = Field(description="Was that clock synchronised?")
    boot: str = Field(description="The boot session of the machine.")
    monotonic: int = Field(description="When, microseconds since the machine was started: independent of the clock.")

    @classmethod
    def of(
        cls,
        actor: str,
        action: AuditAction,
        details: Mapping[str, JsonValue],
        at: Moment,
        boot: str,
        purpose: str | None = None,
    ) -> Self:
        """Raises UsageError for a purpose that is empty or too long."""
        if purpose is not None:
            purpose = clean_purpose(purpose)
        return cls(
            actor=_replace_surrogates(actor),
            action=action.value,
            details=details,
            purpose=purpose,
            wall=to_us(at.wall),
            trusted=at.trusted,
            boot=boot,
            monotonic=to_us(at.monotonic),
        )


@dataclass(frozen=True, slots=True)
class ChainHead:
    """Number and hash of a row. 0 and zeros: the log is empty."""

    number: int = 0
    hash: str = GENESIS_HASH

    @classmethod
    def parse(cls, text: str) -> ChainHead:
        """The inverse of `str`. Raises UsageError."""
        found = _HEAD.fullmatch(text.strip().lower())
        if found is None:
            raise UsageError(
                f"{text!r} is not the head of an audit log. Give it as `passerby audit head` prints it: NUMBER:HASH"
            )
        return cls(int(found[1]), found[2])

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row as it is stored, even if it was tampered with. All but the number are bytes."""

    number: int
    previous: bytes
    body: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class ChainFlaw:
    """One inconsistency of the log. `first` and `last` are row numbers, 0 where it concerns no row.

    missing: these rows do not exist. changed: the row does not match its hash. unchained: the row before it is not the
    one that it was appended to; so is a row with a number below 1. unguarded: the triggers that refuse changes were
    removed or altered. head: the row of the given
    head does not exist, or has another hash.
    """

    kind: Literal["missing", "changed", "unchained", "unguarded", "head"]
    first: int = 0
    last: int = 0


@dataclass(slots=True)
class ChainCheck:
    """The result of a check: the number of rows, the head, and the inconsistencies."""

    rows: int = 0
    head: ChainHead = field(default_factory=ChainHead)
    flaws: list[ChainFlaw] = field(default_factory=list)


def clean_purpose(purpose: str) -> str:
    """The purpose as it is stored: one line, without control characters, which a terminal would interpret.

    Raises UsageError when it is empty or too long.
    """
    text = "".join(letter for letter in " ".join(_replace_surrogates(purpose).split()) if letter.isprintable()).strip()
    if not 0 < len(text) <= MAX_PURPOSE_CHARS:
        raise UsageError(f"A purpose must have 1 to {MAX_PURPOSE_CHARS} characters, not {len(text)}. State it briefly.")
    return text


def digest(number: int, previous: bytes, body: bytes) -> str:
    """The hash of a row. The hashed text is unambiguous: number and hash have no line feed, and the body is last."""
    return hashlib.sha256(b"passerby audit 1\n%d\n%b\n%b" % (number, previous, body)).hexdigest()


def append(connection: Connection, entries: Sequence[AuditEntry]) -> ChainHead:
    """Append entries within the current transaction, so that an entry is stored together with what it is about, or not
    at all. Returns the head."""
    at = head(connection)
    rows = []
    for entry in entries:
        body, number = entry.model_dump_json(), at.number + 1
        hash = digest(number, at.hash.encode(), body.encode())
        rows.append({"number": number, "previous": at.hash, "body": body, "hash": hash})
        at = ChainHead(number, hash)
    if rows:
        connection.execute(insert(audit), rows)
    return at


def write(database: Database, entry: AuditEntry, keep: int = 0) -> ChainHead:
    """Append one entry in a transaction of its own. On a full disk the reserve is used for it, but for `keep` pieces.
    Raises DiskFull."""
    return database.write_reserved(lambda connection: append(connection, [entry]), keep)


def head(connection: Connection) -> ChainHead:
    """The last row. Its hash is the stored one; `check` verifies it."""
    last = connection.execute(select(audit.c.number, audit.c.hash).order_by(audit.c.number.desc()).limit(1)).first()
    return ChainHead() if last is None else ChainHead(last.number, last.hash)


def read(connection: Connection, start: int = 0, end: int | None = None) -> Iterator[tuple[int, AuditEntry]]:
    """Entries from `start` to before `end`, microseconds of Unix time by the machine's clock, with their numbers.

    Raises StoreError at a row that is not readable.
    """
    for row in _rows(connection):
        entry = _entry(row.number, row.body)
        if entry.wall >= start and (end is None or entry.wall < end):
            yield row.number, entry


def rows_after(connection: Connection, number: int, limit: int) -> list[RawRow]:
    """At most `limit` rows after row `number`, the oldest first, as they are stored: for a copy elsewhere."""
    return list(_rows(connection, number, limit))


def latest(
    connection: Connection, before: int | None, limit: int, action: str | None = None, actor: str | None = None
) -> list[tuple[int, AuditEntry]]:
    """At most `limit` entries before row `before`, the newest first, of one action or one actor.

    Raises StoreError at a row that is not readable.
    """
    body = cast(audit.c.body, LargeBinary).label("body")  # a row that was tampered with need not be text
    query = select(audit.c.number, body).order_by(audit.c.number.desc())
    if before is not None:
        query = query.where(audit.c.number < before)
    found: list[tuple[int, AuditEntry]] = []
    for row in connection.execute(query.execution_options(yield_per=500)):
        entry = _entry(row.number, row.body)
        if (action is None or entry.action == action) and (actor is None or entry.actor == actor):
            found.append((row.number, entry))
        if len(found) >= limit:
            break
    return found


def check(connection: Connection, known: ChainHead | None = None) -> ChainCheck:
    """Reads and verifies every row. `known` is a head that was kept elsewhere: that row must exist unchanged."""
    found, before = ChainCheck(), RawRow(0, b"", b"", GENESIS_HASH.encode())
    head_found = known is None or known == ChainHead()
    for row in _rows(connection, None):
        found.rows += 1
        if row.number < 1:  # the triggers never let one in
            found.flaws.append(ChainFlaw("unchained", row.number, row.number))
            continue
        if row.number != before.number + 1:
            found.flaws.append(ChainFlaw("missing", before.number + 1, row.number - 1))
        elif row.previous != before.hash:
            found.flaws.append(ChainFlaw("unchained", row.number, row.number))
        if row.hash != digest(row.number, row.previous, row.body).encode():
            found.flaws.append(ChainFlaw("changed", row.number, row.number))
        head_found = head_found or (known is not None and (row.number, row.hash) == (known.number, known.hash.encode()))
        before = row
    found.head = ChainHead(before.number, before.hash.decode("ascii", "replace"))
    if known is not None and not head_found:
        found.flaws.append(ChainFlaw("head", known.number, known.number))
    end = connection.execute(select(audit_end.c.number)).scalars().all()
    if end != [found.head.number]:
        last = max([found.head.number, *end])
        flaw = ChainFlaw("missing", found.head.number + 1, last) if last > found.head.number else ChainFlaw("unguarded")
        found.flaws.append(flaw)
    if not guarded(connection) and ChainFlaw("unguarded") not in found.flaws:
        found.flaws.append(ChainFlaw("unguarded"))
    return found


def _entry(number: int, body: bytes | str) -> AuditEntry:
    try:
        return AuditEntry.model_validate(legacy.translate(json.loads(body)))
    except (ValidationError, ValueError, TypeError) as error:
        raise StoreError(
            f"Row {number} of the audit log cannot be read. To find out more: passerby audit check"
        ) from error


def _rows(connection: Connection, number: int | None = 0, limit: int = -1) -> Iterator[RawRow]:
    """Rows after a number (None: all), as bytes: a row that was tampered with need not be text, and must not break
    reading."""
    raw = (cast(audit.c[name], LargeBinary) for name in ("previous", "body", "hash"))
    query = select(audit.c.number, *raw).order_by(audit.c.number).limit(limit)
    if number is not None:
        query = query.where(audit.c.number > number)
    for row_number, previous, body, hash in connection.execute(query):
        yield RawRow(row_number, bytes(previous), bytes(body), bytes(hash))


def _replace_surrogates(text: str) -> str:
    """Text from a command line may contain bytes that are not valid text."""
    return text.encode("utf-8", "replace").decode()
