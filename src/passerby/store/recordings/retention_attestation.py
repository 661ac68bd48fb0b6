"""A statement of retention: what was deleted, when and why, and whether anything is there that is too old.

Deleting goes by the least age that a recording can have (`runs.cut`), so that no clock deletes early. A statement that
nothing is too old must go by the most. Within this run of the machine the two are the same. For an earlier run the most
is known where a clock could be trusted: in that run, or in one before it, since what came later is younger. Where it is
not, the statement says so, and claims nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field
from sqlalchemy import Connection, RowMapping, func, select

from passerby.core.clock import Moment
from passerby.core.model import FrozenModel
from passerby.store.audit.log import Deed, check, read
from passerby.store.audit.tables import receipts
from passerby.store.database import Database
from passerby.store.outbox import held
from passerby.store.recordings.boot_sessions import Run, all_runs, cut
from passerby.store.recordings.deletion_receipts import Why
from passerby.store.recordings.part import micros
from passerby.store.recordings.recovery import look
from passerby.store.recordings.retention import Retention
from passerby.store.recordings.tables import runs, segments

DAY = 86_400_000_000
#: Microseconds for which what is too old may still be there: old recordings are looked for once a minute, and a row
#: goes before its file.
GRACE = 300_000_000


class Verdict(StrEnum):
    """kept: nothing is too old. unsure: something may be. broken: something is, or the statement has no ground."""

    KEPT = "kept"
    UNSURE = "unsure"
    BROKEN = "broken"


#: older: certainly too old. perhaps: may be. files: on the disk, in no index, so nobody knows how old. vanished: in the
#: index, and gone without a receipt. log: rows of the log of deletions were changed. bytes: more than was allowed.
Reason = Literal["older", "perhaps", "files", "vanished", "log", "bytes"]


class CameraKept(FrozenModel):
    """What there is of one camera. Ages are days, of the recording whose end is longest ago."""

    camera: str
    days: float | None = Field(description="that its recordings may be kept; null: no limit")
    segments: int
    bytes: int
    oldest: int | None = Field(description="where the earliest begins, microseconds of Unix time")
    trusted: bool = Field(description="is that to be believed")
    at_least: float | None = Field(description="the age that the oldest certainly has")
    at_most: float | None = Field(description="the age that it cannot exceed; null: no clock says so")
    older: int = Field(description="segments that are certainly older than the limit")
    perhaps: int = Field(description="segments that may be older: the machine was off, and no clock was trusted")
    waiting: int = Field(description="of the older ones, kept because a picture of an event is still to be sent")


class Deleted(FrozenModel):
    """What was deleted of one camera for one reason, all receipts together. Times: microseconds of Unix time."""

    camera: str
    why: Why
    segments: int
    bytes: int
    begins: int
    ends: int
    trusted: bool
    first: int | None = Field(description="when the first receipt went into the log; null: none has yet")
    last: int | None
    youngest: float | None = Field(
        description="days from the end of a recording to its receipt, the least that there is; null: no clock says so"
    )


class Limits(FrozenModel):
    """As the site says; null: no limit."""

    days: float | None
    bytes: int | None


class LogState(FrozenModel):
    """The log that the receipts are in: its rows, its last row as NUMBER:HASH, and what is wrong with it."""

    rows: int
    head: str
    flaws: tuple[str, ...]


class Statement(FrozenModel):
    """The whole statement, as of `made` (ISO 8601, UTC)."""

    schema_version: Literal[1] = 1
    made: str
    clock_trusted: bool
    verdict: Verdict
    reasons: tuple[Reason, ...]
    limits: Limits
    used: int = Field(description="bytes of all recordings")
    files: int = Field(description="files on the disk that no index names")
    vanished: int = Field(description="recordings in the index whose file is gone")
    cameras: tuple[CameraKept, ...]
    deleted: tuple[Deleted, ...]
    log: LogState


class Ages:
    """How old recordings are, at `now` in the run `boot`. Times are microseconds."""

    def __init__(self, known: list[Run], boot: str, now: Moment) -> None:
        offset = micros(now.wall) - micros(now.monotonic)
        self._now = micros(now.monotonic)
        mine = next((run for run in known if run.boot == boot), None)
        if mine is None:  # nothing was recorded in this run
            number = max((run.id for run in known), default=0) + 1
            mine = Run(number, boot, self._now, self._now, offset, None, None, now.trusted)
        trusted = [offset] if now.trusted else []
        self._least = min((*trusted, *([] if mine.least is None else [mine.least])), default=None)
        self._most = max((*trusted, *([] if mine.most is None else [mine.most])), default=None)
        self._current = Run(
            mine.id, mine.boot, mine.began, self._now, mine.offset, self._least, self._most, mine.trusted
        )
        self._runs = sorted((run for run in known if run.id < mine.id), key=lambda run: run.id)
        self._cut = cut([*self._runs, self._current], self._current, self._now, 0)

    def at_least(self, run: Run, end: int) -> int:
        """The age that something surely has that ended then: what deleting goes by."""
        return self._cut.get(run.id, end) - end

    def at_most(self, run: Run, end: int) -> int | None:
        """The age that it cannot exceed. None where no clock says so."""
        if run.id == self._current.id:
            return self._now - end
        bounds = [self._since(run)]
        if self._most is not None and run.least is not None:
            bounds.append(self._now + self._most - run.least - end)
        return min((bound for bound in bounds if bound is not None), default=None)

    def surely_by(self, run: Run, age: int) -> int:
        """The monotonic moment of the run before which something must have ended to be older than that for sure."""
        return self._cut.get(run.id, age) - age

    def perhaps_by(self, run: Run, age: int) -> int | None:
        """Likewise, to be older than that perhaps. None: whenever it ended."""
        if run.id == self._current.id:
            return self._now - age
        since = self._since(run)
        if since is not None and since <= age:
            return 0
        if self._most is None or run.least is None:
            return None
        return self._now + self._most - run.least - age

    def _since(self, run: Run) -> int | None:
        """How long ago at most the runs before this one ended: whatever is in it is younger."""
        if self._most is None:
            return None
        now = self._now + self._most
        return min(
            (now - one.seen - one.least for one in self._runs if one.id < run.id and one.least is not None),
            default=None,
        )


def statement(database: Database, limits: Retention, boot: str, now: Moment) -> Statement:
    """What can be said at that moment. Changes nothing. Raises StoreError where the log cannot be read any more."""
    files, vanished = _strays(database)
    with database.reading() as connection:
        ages = Ages(all_runs(connection), boot, now)
        cameras = tuple(_camera(connection, ages, name, limits) for name in _cameras(connection))
        used = int(connection.execute(select(func.coalesce(func.sum(segments.c.size), 0))).scalar_one())
        checked = check(connection)
        flaws = tuple(sorted({flaw.what for flaw in checked.flaws}))
        deleted = tuple(_deleted(connection)) if not {"changed"} & set(flaws) else ()
    found: list[tuple[Reason, bool]] = [
        ("older", any(camera.older for camera in cameras)),
        ("files", files > 0),
        ("vanished", vanished > 0),
        ("log", bool(flaws)),
        ("bytes", limits.bytes is not None and used > limits.bytes),
        ("perhaps", any(camera.perhaps for camera in cameras)),
    ]
    reasons = tuple(reason for reason, holds in found if holds)
    broken = bool(set(reasons) - {"perhaps"})
    return Statement(
        made=datetime.fromtimestamp(now.wall, UTC).isoformat(timespec="seconds"),
        clock_trusted=now.trusted,
        verdict=Verdict.BROKEN if broken else Verdict.UNSURE if reasons else Verdict.KEPT,
        reasons=reasons,
        limits=Limits(days=limits.days, bytes=limits.bytes),
        used=used,
        files=files,
        vanished=vanished,
        cameras=cameras,
        deleted=deleted,
        log=LogState(rows=checked.rows, head=str(checked.head), flaws=flaws),
    )


def _strays(database: Database) -> tuple[int, int]:
    """Files that no row names, and rows that have no file. Cameras may be writing and old files going meanwhile, so it
    counts what two looks agree upon."""

    def once() -> set[tuple[str, str]]:
        return {(one.what, one.path) for one in look(database).findings if one.what in ("left", "lost", "missing")}

    found = once()
    if found:
        found &= once()
    return sum(what != "missing" for what, _ in found), sum(what == "missing" for what, _ in found)


def _cameras(connection: Connection) -> list[str]:
    return list(connection.execute(select(segments.c.camera).distinct().order_by(segments.c.camera)).scalars())


def _camera(connection: Connection, ages: Ages, camera: str, limits: Retention) -> CameraKept:
    days = limits.days_of.get(camera, limits.days)
    ends = func.min(segments.c.end).label("ended")
    wanted = select(*runs.c, func.count().label("count"), func.sum(segments.c.size).label("size"), ends)
    wanted = wanted.add_columns(func.min(segments.c.start).label("start"))
    rows = connection.execute(
        wanted.join(segments).where(segments.c.camera == camera).group_by(runs.c.id).order_by(runs.c.id)
    ).mappings()
    count = size = older = perhaps = waiting = 0
    begins: list[tuple[int, bool]] = []
    least: list[int] = []
    most: list[int | None] = []
    for row in rows:
        run = _run(row)
        count, size = count + row["count"], size + row["size"]
        begins.append((run.wall(row["start"]), run.trusted))
        least.append(ages.at_least(run, row["ended"]))
        most.append(ages.at_most(run, row["ended"]))
        if days is not None:
            surely, waits, maybe = _too_old(connection, ages, camera, run, round(days * DAY) + GRACE)
            older, perhaps, waiting = older + surely, perhaps + maybe, waiting + waits
    known = [age for age in most if age is not None]
    return CameraKept(
        camera=camera,
        days=days,
        segments=count,
        bytes=size,
        oldest=min(begins)[0] if begins else None,
        trusted=all(trusted for _, trusted in begins),
        at_least=round(max(least) / DAY, 3) if least else None,
        at_most=round(max(known) / DAY, 3) if known and len(known) == len(most) else None,
        older=older,
        perhaps=perhaps,
        waiting=waiting,
    )


def _too_old(connection: Connection, ages: Ages, camera: str, run: Run, age: int) -> tuple[int, int, int]:
    """Segments of a run that are surely older; of those, that wait to be sent; and that may be older."""
    mine = (segments.c.camera == camera) & (segments.c.run == run.id)
    counted = select(func.count()).select_from(segments).join(runs).where(mine)
    surely = ages.surely_by(run, age)
    older = connection.execute(counted.where(segments.c.end < surely)).scalar_one()
    waiting = connection.execute(counted.where(segments.c.end < surely, held())).scalar_one()
    moment = ages.perhaps_by(run, age)
    there = counted if moment is None else counted.where(segments.c.end < moment)
    perhaps = connection.execute(there).scalar_one()
    return older, waiting, max(0, perhaps - older)


def _run(row: RowMapping) -> Run:
    return Run(**{column.name: row[column.name] for column in runs.columns})


def _deleted(connection: Connection) -> Iterator[Deleted]:
    """All receipts, those that are not in the log yet too, by camera and reason."""
    found: dict[tuple[str, str], list[Mapping[str, object]]] = {}
    for _, entry in read(connection):
        if entry.what == Deed.DELETED.value:
            on = dict(entry.on) | {"noted": entry.wall, "sure": entry.trusted}
            found.setdefault((str(on["camera"]), str(on["why"])), []).append(on)
    for row in connection.execute(select(receipts)).mappings():
        on = {name: row[name] for name in ("begins", "ends", "trusted", "segments", "bytes")}
        found.setdefault((row["camera"], row["why"]), []).append(on | {"noted": None, "sure": False})
    for (camera, why), rows in sorted(found.items()):
        yield _summed(camera, why, rows)


def _summed(camera: str, why: str, rows: list[Mapping[str, object]]) -> Deleted:
    noted = list(_numbers(row["noted"] for row in rows))
    waits = [
        noted - ends
        for row in rows
        if row["trusted"] and row["sure"]
        for noted, ends in [(int(str(row["noted"])), int(str(row["ends"])))]
    ]
    return Deleted.model_validate(
        {
            "camera": camera,
            "why": why,
            "segments": sum(_numbers(row["segments"] for row in rows)),
            "bytes": sum(_numbers(row["bytes"] for row in rows)),
            "begins": min(_numbers(row["begins"] for row in rows)),
            "ends": max(_numbers(row["ends"] for row in rows)),
            "trusted": all(row["trusted"] for row in rows),
            "first": min(noted, default=None),
            "last": max(noted, default=None),
            "youngest": round(min(waits) / DAY, 3) if waits else None,
        }
    )


def _numbers(values: Iterable[object]) -> Iterator[int]:
    yield from (value for value in values if isinstance(value, int))
