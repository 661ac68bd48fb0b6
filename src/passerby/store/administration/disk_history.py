"""How full the disk was over time: one sample an hour, for a year."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert

from passerby.store.administration.tables import disk_history
from passerby.store.database import Database

HOUR_S = 3600
#: Hours that are kept: a year, and the same season of the year before to compare with.
MAX_HOURS = 400 * 24


@dataclass(frozen=True, slots=True)
class DiskSample:
    """Bytes of the disk, of what is free on it, and of all recordings, at a time (Unix seconds, a whole hour)."""

    time: int
    capacity: int
    free: int
    recordings: int


class DiskHistory:
    """The samples of a site."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._last_hour: int | None = None

    def sample(self, wall: float, recordings: int) -> bool:
        """Note how full the disk is, once an hour. True when it was noted. Raises DiskFull or StoreError."""
        hour = int(wall // HOUR_S)
        if hour == self._last_hour:
            return False
        folder = self._database.folder
        row = {
            "hour": hour,
            "capacity": folder.capacity_bytes(),
            "free": folder.free_bytes(),
            "recordings": recordings,
        }
        with self._database.write_transaction() as connection:
            connection.execute(insert(disk_history).values(row).on_conflict_do_nothing())
            connection.execute(delete(disk_history).where(disk_history.c.hour < hour - MAX_HOURS))
        self._last_hour = hour
        return True

    def between(self, start: float, end: float) -> list[DiskSample]:
        """Samples from `start` to before `end` (Unix seconds), the oldest first."""
        table = disk_history
        query = select(table).where(table.c.hour >= start / HOUR_S, table.c.hour < end / HOUR_S)
        with self._database.read_transaction() as connection:
            rows = connection.execute(query.order_by(table.c.hour)).all()
        return [DiskSample(row.hour * HOUR_S, row.capacity, row.free, row.recordings) for row in rows]
