"""Runs of the machine, and what time it was in them.

Inside a run, times are monotonic; one number, the offset, says what they are on the wall. It is written down with
everything that is stored. While the clock is not trusted, the latest it said is taken, and is marked. Once it is
trusted, the whole run is put right by one change of one row: the morning that was recorded before the network came
back as well. A clock that is set by hand after that is no longer trusted, and changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, insert, select, update

from passerby.core.clock import Moment
from passerby.store.recordings.part import micros
from passerby.store.recordings.tables import runs

#: Changes of the offset below this (microseconds) are the difference between reading two clocks, not a change.
_SAME = 50_000


@dataclass(frozen=True, slots=True)
class Run:
    """One row of `runs`; the units are there."""

    id: int
    boot: str
    began: int
    seen: int
    offset: int
    least: int | None
    most: int | None
    trusted: bool

    def wall(self, monotonic: int) -> int:
        """Microseconds of Unix time."""
        return monotonic + self.offset


def note(connection: Connection, boot: str, at: Moment) -> int:
    """Write down that this run was seen at that moment, and what its clock says. The number of the run."""
    monotonic = micros(at.monotonic)
    offset = micros(at.wall) - monotonic
    row = connection.execute(select(runs).where(runs.c.boot == boot)).mappings().first()
    if row is None:
        trusted = offset if at.trusted else None
        values = {"boot": boot, "began": monotonic, "seen": monotonic, "offset": offset, "trusted": at.trusted}
        done = connection.execute(insert(runs).values(least=trusted, most=trusted, **values))
        return int(done.inserted_primary_key[0])  # type: ignore[index]  # SQLite always says
    run = run_of(row)
    values = {"began": min(run.began, monotonic), "seen": max(run.seen, monotonic)}
    if at.trusted:
        values["least"] = offset if run.least is None else min(run.least, offset)
        values["most"] = offset if run.most is None else max(run.most, offset)
    if at.trusted >= run.trusted and (at.trusted != run.trusted or abs(offset - run.offset) > _SAME):
        values |= {"offset": offset, "trusted": at.trusted}
    connection.execute(update(runs).where(runs.c.id == run.id).values(**values))
    return run.id


def all_runs(connection: Connection) -> list[Run]:
    """In their order."""
    return [run_of(row) for row in connection.execute(select(runs).order_by(runs.c.id)).mappings()]


def run_of(row: RowMapping) -> Run:
    """The run in a row, of a join as well."""
    return Run(**{column.name: row[column] for column in runs.columns})


def cut(known: list[Run], current: Run, now: int, kept: int) -> dict[int, int]:
    """For each run, by number, the monotonic moment up to which its recordings are older than `kept` microseconds, now
    that it is `now` (monotonic) in the `current` run. Never too late a moment, whatever clocks have said.

    Inside the current run that is simple. For one before it there are two bounds, and the better one holds: the time
    for which the machine has run since, which no clock can falsify; and the walls, where both were trusted, each taken
    so that the recording looks younger.
    """
    ran, found = now - current.began, {current.id: now - kept}
    for run in sorted((run for run in known if run.id < current.id), key=lambda run: -run.id):
        moment = run.seen - (kept - ran)
        if run.most is not None and current.least is not None:
            moment = max(moment, now + current.least - run.most - kept)
        found[run.id] = moment
        ran += run.seen - run.began
    return found
