"""How long recordings are kept, and how much room they may take. The oldest go first, but for those that a picture in
the outbox is still to be made from.

Rows go before files, so that no row names a file that is gone; a crash in between leaves files that no row names, which
go when passerby starts. Only on a disk so full that not even that can be written, files go first.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress

from pydantic import Field
from sqlalchemy import Connection, and_, delete, select, update

from passerby.core.clock import Moment
from passerby.core.errors import DiskFull
from passerby.core.model import FrozenModel
from passerby.store.database import Database
from passerby.store.outbox import held
from passerby.store.recordings import deletion_receipts as receipts
from passerby.store.recordings.boot_sessions import all_runs, cut, note
from passerby.store.recordings.part import micros
from passerby.store.recordings.retention_limit import read_ceiling
from passerby.store.recordings.segment import Segment, path_of, segment_of
from passerby.store.recordings.tables import runs, segments, usage

#: Bytes that are left free by default, or this share of the disk where that is less.
FREE, SHARE = 256 << 20, 0.05
#: Segments that are deleted in one transaction: writers wait meanwhile.
_AT_ONCE = 100
_DAY = 86_400_000_000


class Retention(FrozenModel):
    """What is kept. Whichever limit is reached first counts, the ceiling in the store too (store/recordings/retention_limit.py)."""

    days: float | None = Field(default=30, gt=0, description="Days that a recording is kept; null: no limit.")
    days_of: Mapping[str, float] = Field(default={}, description="Other days for some cameras, by name.")
    bytes: int | None = Field(default=None, gt=0, description="Most that all recordings take; null: no limit.")
    free: int | None = Field(
        default=None, ge=0, description="Bytes left free on the disk; null: 256 MiB, or 5 % of the disk if less."
    )


class Keeper:
    """Deletes what is too old or too much, in the data folder of `database`."""

    def __init__(self, database: Database, retention: Retention, boot: str) -> None:
        self._database, self.retention, self._boot = database, retention, boot

    @property
    def spare(self) -> int:
        """Bytes that are to be left free on the disk."""
        if self.retention.free is not None:
            return self.retention.free
        return min(FREE, int(self._database.folder.capacity() * SHARE))

    def used(self) -> int:
        """Bytes of all segments."""
        with self._database.reading() as connection:
            return int(connection.execute(select(usage.c.bytes)).scalar_one())

    def make_room(self, need: int) -> None:
        """Before `need` bytes are written: free what is missing of them. Raises DiskFull when nothing can be freed."""
        missing = self._missing(need)
        if missing > 0 and self.free(missing) < missing and self._missing(need) > 0:
            raise DiskFull(
                f"There is no room for recordings in {self._database.folder.path}, and no old one left to delete. Free "
                "some on this disk, or allow more."
            )

    def free(self, need: int, full: bool = False) -> int:
        """Delete the oldest segments until `need` bytes are free or none is left; how many bytes it was. With `full`
        the disk has no room for anything, which costs the order of things."""
        freed = 0
        while freed < need:
            oldest = self._oldest(need - freed)
            if not oldest:
                break
            try:
                self.remove(oldest, "room")
            except DiskFull:
                if not full:
                    return freed + self.free(need - freed, full=True)
                self._unlink(oldest)  # rows follow: now there is room for it
                self.remove(oldest, "room")
            freed += sum(segment.size for segment in oldest)
        return freed

    def expire(self, now: Moment) -> int:
        """Delete what has been kept for long enough; how many segments it was. To be called every minute or so."""
        removed = 0
        while batch := self._too_old(now):
            self.remove(batch, "age")
            removed += len(batch)
        self._seal(now)
        self._database.folder.reserve()
        return removed

    def remove(self, gone: Sequence[Segment], why: receipts.Why) -> None:
        """Delete these segments, rows first, with a receipt for those that nobody else has deleted meanwhile."""
        with self._database.writing() as connection:
            ids = [segment.id for segment in gone]
            rows = select(segments, runs).join(runs).where(segments.c.id.in_(ids))
            there = [segment_of(row) for row in connection.execute(rows).mappings()]
            receipts.add(connection, there, why)
            connection.execute(delete(segments).where(segments.c.id.in_(ids)))
            connection.execute(update(usage).values(bytes=usage.c.bytes - sum(segment.size for segment in there)))
        self._unlink(gone)

    def _seal(self, now: Moment) -> None:
        """What was deleted some time ago goes into the log."""
        with self._database.reading() as connection:
            if not receipts.due(connection, self._boot, now):
                return
        with self._database.writing() as connection:
            receipts.seal(connection, self._boot, now)

    def _missing(self, need: int) -> int:
        missing = self.spare + need - self._database.folder.free()
        if self.retention.bytes is not None:
            missing = max(missing, self.used() + need - self.retention.bytes)
        return missing

    def _oldest(self, need: int) -> list[Segment]:
        """So many that they hold `need` bytes, if there are. Not those that are being written."""
        written = and_(segments.c.open, runs.c.boot == self._boot)
        wanted = select(segments, runs).join(runs).where(~written, ~held()).order_by(segments.c.run, segments.c.end)
        with self._database.reading() as connection:
            found = [segment_of(row) for row in connection.execute(wanted.limit(_AT_ONCE)).mappings()]
        total, taken = 0, []
        for segment in found:
            if total >= need:
                break
            taken.append(segment)
            total += segment.size
        return taken

    def _too_old(self, now: Moment) -> list[Segment]:
        highest = read_ceiling(self._database)
        longest, days_of = highest.of(self.retention.days), highest.of_each(self.retention.days_of)
        if longest is None and not days_of:
            return []
        with self._database.writing() as connection:
            current = note(connection, self._boot, now)
            known = all_runs(connection)
        current_run = next(run for run in known if run.id == current)
        found: list[Segment] = []
        with self._database.reading() as connection:
            for camera in connection.execute(select(segments.c.camera).distinct()).scalars().all():
                days = days_of.get(camera, longest)
                if days is None:
                    continue
                for run, moment in cut(known, current_run, micros(now.monotonic), round(days * _DAY)).items():
                    found += _ended(connection, camera, run, moment, _AT_ONCE - len(found))
        return found

    def _unlink(self, gone: Sequence[Segment]) -> None:
        root = self._database.folder.descriptor
        for segment in gone:
            with suppress(FileNotFoundError):
                os.unlink(segment.path, dir_fd=root)
        for camera, boot in {(segment.camera, segment.run.boot) for segment in gone}:
            if boot != self._boot:  # in that of this run somebody may be about to make a file
                with suppress(OSError):  # most often: it is not empty yet
                    os.rmdir(os.path.dirname(path_of(camera, boot, 0)), dir_fd=root)


def _ended(connection: Connection, camera: str, run: int, moment: int, most: int) -> list[Segment]:
    """Segments of a run that had ended by that moment."""
    old = and_(segments.c.camera == camera, segments.c.run == run, segments.c.end <= moment)
    wanted = select(segments, runs).join(runs).where(old, ~held()).order_by(segments.c.end).limit(max(0, most))
    return [segment_of(row) for row in connection.execute(wanted).mappings()]
