"""The recordings of a site: what there is, from when to when, and what becomes of it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

from sqlalchemy import func, select

from passerby.core.clock import Moment, boot_id
from passerby.core.errors import StoreError
from passerby.store.database import Database
from passerby.store.recordings.part import micros
from passerby.store.recordings.recovery import Found, look, recover
from passerby.store.recordings.retention import Keeper, Retention
from passerby.store.recordings.segment import Segment, segment_of
from passerby.store.recordings.segment_writer import SegmentWriter
from passerby.store.recordings.tables import covered, runs, segments

_DAY = 86_400_000_000


@dataclass(frozen=True, slots=True)
class CameraRecordings:
    """What there is of one camera. `oldest` and `newest` are microseconds of Unix time; `seconds` are recorded ones."""

    camera: str
    segments: int
    bytes: int
    seconds: float
    oldest: int
    newest: int
    trusted: bool


@dataclass(frozen=True, slots=True)
class RecordingStatus:
    """Bytes: `used` by recordings, `free` on the disk, `room` that recordings may still take, `a_day` of the last day.
    `days_left` until there is no more room and the oldest goes early; None when it goes for its age before that.
    `clock_trusted` is false while the times of this run of the machine may be wrong."""

    used: int
    free: int
    room: int
    a_day: int
    days_left: float | None
    clock_trusted: bool


class Recordings:
    """The recordings in a data folder. Each process that writes or reads them has its own."""

    def __init__(self, database: Database, retention: Retention | None = None, *, boot: str | None = None) -> None:
        """`boot` names this run of the machine, by default as the system does."""
        self.database = database
        self._boot = boot_id() if boot is None else boot
        self.keeper = Keeper(database, retention or Retention(), self._boot)

    @classmethod
    def open(cls, folder: Path, retention: Retention | None = None) -> Recordings:
        """Raises FolderGone, StoreError and DiskFull, as Database.open does."""
        return cls(Database.open(folder), retention)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.database.close()

    def writer(self, camera: str) -> SegmentWriter:
        """What stores the parts of one camera; one at a time for each. Raises UsageError for a name that cannot be."""
        return SegmentWriter(self.database, self.keeper, self._boot, camera)

    def recover(self) -> Found:
        """Before anything is written: bring rows and files together after a crash. Says what was found.

        Until these recordings are closed no other program can do so. Raises StoreError when one is at work.
        """
        return recover(self.database)

    def check(self) -> Found:
        """Are rows and files as they should be? Reads every recording, and changes nothing."""
        return look(self.database, thorough=True)

    def expire(self, now: Moment) -> int:
        """Delete what has been kept for long enough. To be called every minute or so, by one process."""
        return self.keeper.expire(now)

    def between(self, camera: str, start: float, end: float) -> list[Segment]:
        """Segments with something between two moments (seconds of Unix time), in the order in which they were made."""
        ends, begins = segments.c.end + runs.c.offset, segments.c.start + runs.c.offset
        wanted = select(segments, runs).join(runs).where(segments.c.camera == camera)
        wanted = wanted.where(ends > micros(start), begins < micros(end)).order_by(segments.c.run, segments.c.start)
        with self.database.reading() as connection:
            return [segment_of(row) for row in connection.execute(wanted).mappings()]

    def covered(self, segment: Segment, start: int, end: int) -> int | None:
        """Frames that were painted over whole in those of its parts that begin between two moments (microseconds after
        its beginning); None when that is not known any more."""
        if not segment.covered:
            return segment.covered
        where = (covered.c.segment == segment.id) & (covered.c.after >= start) & (covered.c.after < end)
        with self.database.reading() as connection:
            summed = select(func.coalesce(func.sum(covered.c.frames), 0)).where(where)
            return int(connection.execute(summed).scalar_one())

    def segment(self, id: int) -> Segment | None:
        """One segment, if it is still there."""
        wanted = select(segments, runs).join(runs).where(segments.c.id == id)
        with self.database.reading() as connection:
            row = connection.execute(wanted).mappings().first()
        return None if row is None else segment_of(row)

    def cameras(self) -> list[CameraRecordings]:
        """What there is, by camera."""
        walls = func.min(segments.c.start + runs.c.offset), func.max(segments.c.end + runs.c.offset)
        seconds, trusted = func.sum(segments.c.end - segments.c.start), func.min(runs.c.trusted)
        wanted = select(segments.c.camera, func.count(), func.sum(segments.c.size), seconds, *walls, trusted)
        with self.database.reading() as connection:
            rows = connection.execute(wanted.join(runs).group_by(segments.c.camera).order_by(segments.c.camera)).all()
        return [
            CameraRecordings(camera, count, size, length / 1e6, oldest, newest, bool(sure))
            for camera, count, size, length, oldest, newest, sure in rows
        ]

    def status(self, now: Moment) -> RecordingStatus:
        """How full it is, and for how long there is room."""
        since = micros(now.monotonic) - _DAY
        recent = (runs.c.boot == self._boot) & (segments.c.end > since)
        summed = select(func.coalesce(func.sum(segments.c.size), 0), func.min(segments.c.start))
        with self.database.reading() as connection:  # a full disk must not keep it from saying so
            size, first = connection.execute(summed.select_from(segments).join(runs).where(recent)).one()
            known = connection.execute(select(runs.c.trusted).where(runs.c.boot == self._boot)).scalar()
        used, free, kept = self.keeper.used(), self.database.folder.free(), self.keeper.retention
        room = max(0, free - self.keeper.spare)
        if kept.bytes is not None:
            room = min(room, max(0, kept.bytes - used))
        span = micros(now.monotonic) - max(since, first) if first is not None else 0
        a_day = round(size * _DAY / span) if span > 0 else 0
        days: Sequence[float | None] = [kept.days, *kept.days_of.values()]
        longest = None if None in days else max(day for day in days if day is not None)
        full = room / a_day if a_day else None
        if full is not None and longest is not None and longest * a_day <= used + room:
            full = None
        return RecordingStatus(used, free, room, a_day, full, now.trusted or bool(known))

    def read(self, segment: Segment) -> BinaryIO:
        """Its file. What lies in it beyond `segment.size` is not part of it. Raises StoreError when it is gone."""
        try:
            flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW
            return os.fdopen(os.open(segment.path, flags, dir_fd=self.database.folder.descriptor), "rb")
        except OSError as error:
            raise StoreError(
                f"{segment.path} cannot be read: {error.strerror}. It may just have been deleted for its age; if not, "
                "run: passerby recordings check"
            ) from error
