"""The retention attestation: what was deleted, when and why, and whether any recording is past its retention.

Deletion uses the minimum age that a recording can have (`boot_sessions.expiry_cutoffs`), so no clock deletes early.
An attestation that nothing is too old must use the maximum age. Within this boot session the two are equal. For an
earlier session the maximum is known where a clock was trusted: in that session, or in one before it, since everything
later is younger. Where it is not, the attestation says so, and claims nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field
from sqlalchemy import Connection, func, select

from passerby.core.clock import Moment
from passerby.core.model import FrozenModel
from passerby.store.audit.log import AuditAction, check, read
from passerby.store.audit.tables import deletion_receipts
from passerby.store.database import Database
from passerby.store.outbox import has_pending_media
from passerby.store.recordings.boot_sessions import (
    BootSession,
    all_boot_sessions,
    boot_session_from_row,
    expiry_cutoffs,
)
from passerby.store.recordings.deletion_receipts import DeletionReason
from passerby.store.recordings.part import to_us
from passerby.store.recordings.recovery import inspect
from passerby.store.recordings.retention import RetentionPolicy
from passerby.store.recordings.tables import boot_sessions, segments

DAY_US = 86_400_000_000
#: Time for which an expired recording may still exist: retention runs once a minute, and rows are deleted before files.
GRACE_US = 300_000_000


class RetentionVerdict(StrEnum):
    """compliant: nothing is too old. undetermined: something may be. violated: something is, or records are damaged."""

    COMPLIANT = "compliant"
    UNDETERMINED = "undetermined"
    VIOLATED = "violated"


#: overdue: certainly too old. possibly_overdue: may be. unindexed_files: without a row, so of unknown age.
#: missing_files: with a row, but deleted without a receipt. audit_log: rows were changed. bytes: over the limit.
VerdictReason = Literal["overdue", "possibly_overdue", "unindexed_files", "missing_files", "audit_log", "bytes"]


class CameraRetention(FrozenModel):
    """The recordings of one camera. Ages are days, of the recording that ended first."""

    camera: str
    max_days: float | None = Field(description="retention of its recordings, days; null: no limit")
    segments: int
    bytes: int
    oldest: int | None = Field(description="start of the earliest, microseconds of Unix time")
    trusted: bool = Field(description="was the clock synchronised then")
    min_age_days: float | None = Field(description="age that the oldest has at least")
    max_age_days: float | None = Field(description="age that it has at most; null: not known, no clock was trusted")
    overdue: int = Field(description="segments that are certainly past the retention")
    possibly_overdue: int = Field(
        description="segments that may be past it: the machine was off, and no clock was trusted"
    )
    pending_upload: int = Field(
        description="of the overdue ones, kept because event media are still to be sent from them"
    )


class DeletionSummary(FrozenModel):
    """Deletions of one camera for one reason, all receipts together. Times: microseconds of Unix time."""

    camera: str
    reason: DeletionReason
    segments: int
    bytes: int
    start: int
    end: int
    trusted: bool
    first_receipt: int | None = Field(description="when the first receipt was written to the audit log; null: none yet")
    last_receipt: int | None
    min_age_days: float | None = Field(
        description="smallest number of days from the end of a recording to its receipt; null: not known"
    )


class AttestedLimits(FrozenModel):
    """The limits of the configuration; null: no limit."""

    days: float | None
    bytes: int | None


class AuditLogState(FrozenModel):
    """The audit log with the receipts: its rows, its head as NUMBER:HASH, and its inconsistencies."""

    rows: int
    head: str
    flaws: tuple[str, ...]


class RetentionAttestation(FrozenModel):
    """The whole attestation, as of `created` (ISO 8601, UTC)."""

    schema_version: Literal[1] = 1
    created: str
    clock_trusted: bool
    verdict: RetentionVerdict
    reasons: tuple[VerdictReason, ...]
    limits: AttestedLimits
    used_bytes: int = Field(description="bytes of all recordings")
    unindexed_files: int = Field(description="files without a row in the index")
    missing_files: int = Field(description="recordings in the index without a file")
    cameras: tuple[CameraRetention, ...]
    deleted: tuple[DeletionSummary, ...]
    log: AuditLogState


class RecordingAges:
    """Ages of recordings, at `now` in the boot session `boot`. Times are microseconds."""

    def __init__(self, sessions: list[BootSession], boot: str, now: Moment) -> None:
        offset = to_us(now.wall) - to_us(now.monotonic)
        self._now = to_us(now.monotonic)
        current = next((session for session in sessions if session.boot == boot), None)
        if current is None:  # nothing was stored in this session yet
            id = max((session.id for session in sessions), default=0) + 1
            current = BootSession(id, boot, self._now, self._now, offset, None, None, now.trusted)
        trusted = [offset] if now.trusted else []
        self._min_offset = min((*trusted, *([] if current.min_offset is None else [current.min_offset])), default=None)
        self._max_offset = max((*trusted, *([] if current.max_offset is None else [current.max_offset])), default=None)
        self._current = BootSession(
            current.id,
            current.boot,
            current.first_seen,
            self._now,
            current.wall_offset,
            self._min_offset,
            self._max_offset,
            current.trusted,
        )
        self._earlier = sorted(
            (session for session in sessions if session.id < current.id), key=lambda session: session.id
        )
        self._cutoffs = expiry_cutoffs([*self._earlier, self._current], self._current, self._now, 0)

    def min_age(self, session: BootSession, end: int) -> int:
        """The minimum age of a recording that ended at `end`: the one that deletion uses."""
        return self._cutoffs.get(session.id, end) - end

    def max_age(self, session: BootSession, end: int) -> int | None:
        """Its maximum age. None where no clock was trusted."""
        if session.id == self._current.id:
            return self._now - end
        bounds = [self._since(session)]
        if self._max_offset is not None and session.min_offset is not None:
            bounds.append(self._now + self._max_offset - session.min_offset - end)
        return min((bound for bound in bounds if bound is not None), default=None)

    def certain_cutoff(self, session: BootSession, age: int) -> int:
        """The monotonic time of the session before which a recording must have ended to be certainly older."""
        return self._cutoffs.get(session.id, age) - age

    def possible_cutoff(self, session: BootSession, age: int) -> int | None:
        """Likewise, to be possibly older. None: whenever it ended."""
        if session.id == self._current.id:
            return self._now - age
        since = self._since(session)
        if since is not None and since <= age:
            return 0
        if self._max_offset is None or session.min_offset is None:
            return None
        return self._now + self._max_offset - session.min_offset - age

    def _since(self, session: BootSession) -> int | None:
        """The maximum time since an earlier session ended: everything in this one is younger."""
        if self._max_offset is None:
            return None
        now = self._now + self._max_offset
        return min(
            (
                now - earlier.last_seen - earlier.min_offset
                for earlier in self._earlier
                if earlier.id < session.id and earlier.min_offset is not None
            ),
            default=None,
        )


def attest_retention(database: Database, limits: RetentionPolicy, boot: str, now: Moment) -> RetentionAttestation:
    """The attestation at `now`. Changes nothing. Raises StoreError where the audit log cannot be read."""
    unindexed, missing = _inconsistent_files(database)
    with database.read_transaction() as connection:
        ages = RecordingAges(all_boot_sessions(connection), boot, now)
        cameras = tuple(_camera(connection, ages, name, limits) for name in _cameras(connection))
        used = int(connection.execute(select(func.coalesce(func.sum(segments.c.size), 0))).scalar_one())
        checked = check(connection)
        flaws = tuple(sorted({flaw.kind for flaw in checked.flaws}))
        deleted = tuple(_deleted(connection)) if not {"changed"} & set(flaws) else ()
    found: list[tuple[VerdictReason, bool]] = [
        ("overdue", any(camera.overdue for camera in cameras)),
        ("unindexed_files", unindexed > 0),
        ("missing_files", missing > 0),
        ("audit_log", bool(flaws)),
        ("bytes", limits.max_bytes is not None and used > limits.max_bytes),
        ("possibly_overdue", any(camera.possibly_overdue for camera in cameras)),
    ]
    reasons = tuple(reason for reason, holds in found if holds)
    verdict = RetentionVerdict.UNDETERMINED if reasons else RetentionVerdict.COMPLIANT
    if set(reasons) - {"possibly_overdue"}:
        verdict = RetentionVerdict.VIOLATED
    return RetentionAttestation(
        created=datetime.fromtimestamp(now.wall, UTC).isoformat(timespec="seconds"),
        clock_trusted=now.trusted,
        verdict=verdict,
        reasons=reasons,
        limits=AttestedLimits(days=limits.days, bytes=limits.max_bytes),
        used_bytes=used,
        unindexed_files=unindexed,
        missing_files=missing,
        cameras=cameras,
        deleted=deleted,
        log=AuditLogState(rows=checked.rows, head=str(checked.head), flaws=flaws),
    )


def _inconsistent_files(database: Database) -> tuple[int, int]:
    """Numbers of files without a row, and of rows without a file. Cameras may be writing and retention deleting
    meanwhile, so only what two inspections agree on counts."""

    def once() -> set[tuple[str, str]]:
        return {
            (finding.kind, finding.path)
            for finding in inspect(database).findings
            if finding.kind in ("orphaned", "unindexed", "missing")
        }

    found = once()
    if found:
        found &= once()
    return sum(kind != "missing" for kind, _ in found), sum(kind == "missing" for kind, _ in found)


def _cameras(connection: Connection) -> list[str]:
    return list(connection.execute(select(segments.c.camera).distinct().order_by(segments.c.camera)).scalars())


def _camera(connection: Connection, ages: RecordingAges, camera: str, limits: RetentionPolicy) -> CameraRetention:
    days = limits.days_by_camera.get(camera, limits.days)
    ends = func.min(segments.c.end).label("ended")
    query = select(*boot_sessions.c, func.count().label("count"), func.sum(segments.c.size).label("size"), ends)
    query = query.add_columns(func.min(segments.c.start).label("start"))
    rows = connection.execute(
        query.join(segments)
        .where(segments.c.camera == camera)
        .group_by(boot_sessions.c.id)
        .order_by(boot_sessions.c.id)
    ).mappings()
    count = size = overdue = possibly = pending = 0
    starts: list[tuple[int, bool]] = []
    min_ages: list[int] = []
    max_ages: list[int | None] = []
    for row in rows:
        session = boot_session_from_row(row)
        count, size = count + row["count"], size + row["size"]
        starts.append((session.to_wall(row["start"]), session.trusted))
        min_ages.append(ages.min_age(session, row["ended"]))
        max_ages.append(ages.max_age(session, row["ended"]))
        if days is not None:
            certain, waits, possible = _overdue(connection, ages, camera, session, round(days * DAY_US) + GRACE_US)
            overdue, possibly, pending = overdue + certain, possibly + possible, pending + waits
    known = [age for age in max_ages if age is not None]
    return CameraRetention(
        camera=camera,
        max_days=days,
        segments=count,
        bytes=size,
        oldest=min(starts)[0] if starts else None,
        trusted=all(trusted for _, trusted in starts),
        min_age_days=round(max(min_ages) / DAY_US, 3) if min_ages else None,
        max_age_days=round(max(known) / DAY_US, 3) if known and len(known) == len(max_ages) else None,
        overdue=overdue,
        possibly_overdue=possibly,
        pending_upload=pending,
    )


def _overdue(
    connection: Connection, ages: RecordingAges, camera: str, session: BootSession, age: int
) -> tuple[int, int, int]:
    """Segments of a session that are certainly older; of those, that event media need; and that may be older."""
    own = (segments.c.camera == camera) & (segments.c.boot_session == session.id)
    counted = select(func.count()).select_from(segments).join(boot_sessions).where(own)
    certain = ages.certain_cutoff(session, age)
    overdue = connection.execute(counted.where(segments.c.end < certain)).scalar_one()
    pending = connection.execute(counted.where(segments.c.end < certain, has_pending_media())).scalar_one()
    possible = ages.possible_cutoff(session, age)
    either = counted if possible is None else counted.where(segments.c.end < possible)
    return overdue, pending, max(0, connection.execute(either).scalar_one() - overdue)


def _deleted(connection: Connection) -> Iterator[DeletionSummary]:
    """All receipts, also those that are not in the log yet, by camera and reason."""
    found: dict[tuple[str, str], list[Mapping[str, object]]] = {}
    for _, entry in read(connection):
        if entry.action == AuditAction.RECORDINGS_DELETED.value:
            receipt = dict(entry.details) | {"written": entry.wall, "written_trusted": entry.trusted}
            found.setdefault((str(receipt["camera"]), str(receipt["reason"])), []).append(receipt)
    for row in connection.execute(select(deletion_receipts)).mappings():
        receipt = {name: row[name] for name in ("start", "end", "trusted", "segments", "bytes")}
        found.setdefault((row["camera"], row["reason"]), []).append(
            receipt | {"written": None, "written_trusted": False}
        )
    for (camera, reason), rows in sorted(found.items()):
        yield _sum_receipts(camera, reason, rows)


def _sum_receipts(camera: str, reason: str, rows: list[Mapping[str, object]]) -> DeletionSummary:
    written = list(_numbers(row["written"] for row in rows))
    ages = [
        int(str(row["written"])) - int(str(row["end"])) for row in rows if row["trusted"] and row["written_trusted"]
    ]
    return DeletionSummary.model_validate(
        {
            "camera": camera,
            "reason": reason,
            "segments": sum(_numbers(row["segments"] for row in rows)),
            "bytes": sum(_numbers(row["bytes"] for row in rows)),
            "start": min(_numbers(row["start"] for row in rows)),
            "end": max(_numbers(row["end"] for row in rows)),
            "trusted": all(row["trusted"] for row in rows),
            "first_receipt": min(written, default=None),
            "last_receipt": max(written, default=None),
            "min_age_days": round(min(ages) / DAY_US, 3) if ages else None,
        }
    )


def _numbers(values: Iterable[object]) -> Iterator[int]:
    yield from (value for value in values if isinstance(value, int))
