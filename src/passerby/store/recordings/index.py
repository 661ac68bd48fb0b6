"""The recordings of a site: which there are, from when to when, and their lifecycle."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

from sqlalchemy import func, select

from passerby.core.clock import Moment, boot_id
from passerby.core.errors import DiskFull, StoreError
from passerby.store.database import Database
from passerby.store.recordings.approval_clips import delete_expired_clips
from passerby.store.recordings.part import to_us
from passerby.store.recordings.recovery import FsckResult, inspect, recover
from passerby.store.recordings.retention import RetentionEnforcer, RetentionPolicy
from passerby.store.recordings.segment import Segment, segment_from_row
from passerby.store.recordings.segment_writer import SegmentWriter
from passerby.store.recordings.tables import boot_sessions, covered_parts, segments

_DAY = 86_400_000_000


@dataclass(frozen=True, slots=True)
class CameraRecordings:
    """The recordings of one camera. `oldest` and `newest` are microseconds of Unix time; `seconds` is recorded time."""

    camera: str
    segments: int
    bytes: int
    seconds: float
    oldest: int
    newest: int
    trusted: bool


@dataclass(frozen=True, slots=True)
class RecordingStatus:
    """Bytes: `used` by recordings, `free` on the disk, `available` to recordings, `bytes_per_day` over the last day.
    `days_left` until no space is left and the oldest are deleted early; None when they are deleted for their age
    before that. `limit` is the size that the settings allow to all recordings, where that is reached first; None where
    it is the disk. `clock_trusted` is false while times of this boot session may be wrong."""

    used: int
    free: int
    available: int
    bytes_per_day: int
    days_left: float | None
    limit: int | None
    clock_trusted: bool


class Recordings:
    """The recordings in a data folder. Each process that writes or reads them opens its own."""

    def __init__(
        self, database: Database, retention: RetentionPolicy | None = None, *, boot: str | None = None
    ) -> None:
        """`boot` is the id of this boot session, by default the operating system's."""
        self.database = database
        self._boot = boot_id() if boot is None else boot
        self.retention = RetentionEnforcer(database, retention or RetentionPolicy(), self._boot)

    @classmethod
    def open(cls, folder: Path, retention: RetentionPolicy | None = None) -> Recordings:
        """Raises DataFolderMissing, StoreError and DiskFull, as Database.open does."""
        return cls(Database.open(folder), retention)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.database.close()

    def writer(self, camera: str) -> SegmentWriter:
        """The writer of one camera; one at a time for each. Raises UsageError for an invalid name."""
        return SegmentWriter(self.database, self.retention, self._boot, camera)

    def recover(self) -> FsckResult:
        """Before anything is written: make rows and files consistent after a crash. Returns what was found.

        Locks the data folder until these recordings are closed. Raises StoreError when another process holds the lock.
        """
        return recover(self.database)

    def check(self) -> FsckResult:
        """Are rows and files consistent? Reads every recording, and changes nothing."""
        return inspect(self.database, read_all=True)

    def expire(self, now: Moment) -> int:
        """Delete what is older than the retention period, and clips that have expired. To be called about once a
        minute, by one process."""
        with suppress(DiskFull):  # their files are gone; that is written down when there is space
            delete_expired_clips(self.database, now.wall)
        return self.retention.expire(now)

    def between(self, camera: str, start: float, end: float) -> list[Segment]:
        """Segments that overlap a time range (seconds of Unix time), in the order in which they were recorded."""
        ends, begins = segments.c.end + boot_sessions.c.wall_offset, segments.c.start + boot_sessions.c.wall_offset
        query = select(segments, boot_sessions).join(boot_sessions).where(segments.c.camera == camera)
        query = query.where(ends > to_us(start), begins < to_us(end)).order_by(
            segments.c.boot_session, segments.c.start
        )
        with self.database.read_transaction() as connection:
            return [segment_from_row(row) for row in connection.execute(query).mappings()]

    def covered_frames(self, segment: Segment, start: int, end: int) -> int | None:
        """Frames that were covered whole, in the parts of the segment that begin between two times (microseconds from
        its start); None when that is not known any more."""
        if not segment.covered:
            return segment.covered
        in_range = (
            (covered_parts.c.segment == segment.id) & (covered_parts.c.offset >= start) & (covered_parts.c.offset < end)
        )
        with self.database.read_transaction() as connection:
            summed = select(func.coalesce(func.sum(covered_parts.c.frames), 0)).where(in_range)
            return int(connection.execute(summed).scalar_one())

    def segment(self, id: int) -> Segment | None:
        """One segment, None if it was deleted."""
        query = select(segments, boot_sessions).join(boot_sessions).where(segments.c.id == id)
        with self.database.read_transaction() as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else segment_from_row(row)

    def cameras(self) -> list[CameraRecordings]:
        """The recordings, by camera."""
        walls = (
            func.min(segments.c.start + boot_sessions.c.wall_offset),
            func.max(segments.c.end + boot_sessions.c.wall_offset),
        )
        seconds, trusted = func.sum(segments.c.end - segments.c.start), func.min(boot_sessions.c.trusted)
        query = select(segments.c.camera, func.count(), func.sum(segments.c.size), seconds, *walls, trusted)
        with self.database.read_transaction() as connection:
            rows = connection.execute(
                query.join(boot_sessions).group_by(segments.c.camera).order_by(segments.c.camera)
            ).all()
        return [
            CameraRecordings(camera, count, size, length / 1e6, oldest, newest, bool(sure))
            for camera, count, size, length, oldest, newest, sure in rows
        ]

    def status(self, now: Moment) -> RecordingStatus:
        """How much space is used, and for how long there is space left."""
        since = to_us(now.monotonic) - _DAY
        recent = (boot_sessions.c.boot == self._boot) & (segments.c.end > since)
        summed = select(func.coalesce(func.sum(segments.c.size), 0), func.min(segments.c.start))
        with self.database.read_transaction() as connection:  # read-only, so that it works on a full disk
            size, first = connection.execute(summed.select_from(segments).join(boot_sessions).where(recent)).one()
            known = connection.execute(
                select(boot_sessions.c.trusted).where(boot_sessions.c.boot == self._boot)
            ).scalar()
        used, free, policy = self.retention.used(), self.database.folder.free_bytes(), self.retention.policy
        available = max(0, free - self.retention.min_free)
        limit = None
        if policy.max_bytes is not None and policy.max_bytes - used < available:
            limit, available = policy.max_bytes, max(0, policy.max_bytes - used)
        span = to_us(now.monotonic) - max(since, first) if first is not None else 0
        bytes_per_day = round(size * _DAY / span) if span > 0 else 0
        days: Sequence[float | None] = [policy.days, *policy.days_by_camera.values()]
        longest = None if None in days else max(day for day in days if day is not None)
        days_left = available / bytes_per_day if bytes_per_day else None
        if days_left is not None and longest is not None and longest * bytes_per_day <= used + available:
            days_left = None
        return RecordingStatus(used, free, available, bytes_per_day, days_left, limit, now.trusted or bool(known))

    def open_segment(self, segment: Segment) -> BinaryIO:
        """Open its file. Bytes beyond `segment.size` are not part of it. Raises StoreError when it was deleted."""
        try:
            flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW
            return os.fdopen(os.open(segment.path, flags, dir_fd=self.database.folder.descriptor), "rb")
        except OSError as error:
            raise StoreError(
                f"{segment.path} cannot be read: {error.strerror}. It may just have been deleted by retention; if not, "
                "run: passerby recordings check"
            ) from error
