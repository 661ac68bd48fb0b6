"""Boot sessions of the machine, and the wall time in them.

Inside a session, times are monotonic; one number, the offset, converts them to wall time. It is stored with everything
else that is stored. While the clock is not trusted (not synchronised), the latest offset is kept and marked. Once it is
trusted, the whole session is corrected by a change of one row: also the morning that was recorded before the network
came back. A clock that is set by hand after that is not trusted, and changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, insert, select, update

from passerby.core.clock import Moment
from passerby.store.recordings.part import to_us
from passerby.store.recordings.tables import boot_sessions

#: Differences of the offset below this are the time between reading two clocks, not a change.
_OFFSET_TOLERANCE_US = 50_000


@dataclass(frozen=True, slots=True)
class BootSession:
    """One row of `boot_sessions`; the units are there."""

    id: int
    boot: str
    first_seen: int
    last_seen: int
    wall_offset: int
    min_offset: int | None
    max_offset: int | None
    trusted: bool

    def to_wall(self, monotonic: int) -> int:
        """Microseconds of Unix time."""
        return monotonic + self.wall_offset


def record_clock(connection: Connection, boot: str, at: Moment) -> int:
    """Store that this boot session existed at that time, and the state of its clock. Returns the id of the session."""
    monotonic = to_us(at.monotonic)
    offset = to_us(at.wall) - monotonic
    row = connection.execute(select(boot_sessions).where(boot_sessions.c.boot == boot)).mappings().first()
    if row is None:
        trusted = offset if at.trusted else None
        values = {
            "boot": boot,
            "first_seen": monotonic,
            "last_seen": monotonic,
            "wall_offset": offset,
            "trusted": at.trusted,
        }
        result = connection.execute(insert(boot_sessions).values(min_offset=trusted, max_offset=trusted, **values))
        return int(result.inserted_primary_key[0])  # type: ignore[index]  # SQLite always returns it
    session = boot_session_from_row(row)
    values = {"first_seen": min(session.first_seen, monotonic), "last_seen": max(session.last_seen, monotonic)}
    if at.trusted:
        values["min_offset"] = offset if session.min_offset is None else min(session.min_offset, offset)
        values["max_offset"] = offset if session.max_offset is None else max(session.max_offset, offset)
    changed = at.trusted != session.trusted or abs(offset - session.wall_offset) > _OFFSET_TOLERANCE_US
    if at.trusted >= session.trusted and changed:
        values |= {"wall_offset": offset, "trusted": at.trusted}
    connection.execute(update(boot_sessions).where(boot_sessions.c.id == session.id).values(**values))
    return session.id


def all_boot_sessions(connection: Connection) -> list[BootSession]:
    """All boot sessions, in order."""
    rows = connection.execute(select(boot_sessions).order_by(boot_sessions.c.id)).mappings()
    return [boot_session_from_row(row) for row in rows]


def boot_session_from_row(row: RowMapping) -> BootSession:
    """The boot session in a row, of a join as well."""
    return BootSession(**{column.name: row[column] for column in boot_sessions.columns})


def expiry_cutoffs(sessions: list[BootSession], current: BootSession, now: int, max_age_us: int) -> dict[int, int]:
    """For each boot session, by id, the monotonic time up to which its recordings are older than `max_age_us`, at `now`
    (monotonic) in the `current` session. Never later than that, whatever the clocks showed.

    Inside the current session that is simple. For an earlier one there are two lower bounds of the age, and the larger
    one holds: the time that the machine has run since, which no clock can falsify; and the wall clocks, where both were
    trusted, each read so that the recording looks younger.
    """
    uptime, cutoffs = now - current.first_seen, {current.id: now - max_age_us}
    earlier = (session for session in sessions if session.id < current.id)
    for session in sorted(earlier, key=lambda session: -session.id):
        cutoff = session.last_seen - (max_age_us - uptime)
        if session.max_offset is not None and current.min_offset is not None:
            cutoff = max(cutoff, now + current.min_offset - session.max_offset - max_age_us)
        cutoffs[session.id] = cutoff
        uptime += session.last_seen - session.first_seen
    return cutoffs
