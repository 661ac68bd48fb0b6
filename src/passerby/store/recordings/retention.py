"""Retention of recordings: for how long, and how much space. The oldest are deleted first, except those that event
media in the outbox still need.

Rows are deleted before files, so that no row names a file that does not exist; a crash in between leaves files without
a row, which are deleted at the next start. Only on a disk too full to write even that, files are deleted first.
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
from passerby.store.outbox import has_pending_media
from passerby.store.recordings import deletion_receipts
from passerby.store.recordings.boot_sessions import all_boot_sessions, expiry_cutoffs, record_clock
from passerby.store.recordings.clip_space import LENT_SHARE, delete_clips, lent_to_clips
from passerby.store.recordings.part import to_us
from passerby.store.recordings.retention_limit import read_retention_limit
from passerby.store.recordings.segment import Segment, segment_from_row, segment_path
from passerby.store.recordings.tables import boot_sessions, segments, usage

#: Bytes left free by default, or this share of the disk where that is less.
MIN_FREE_BYTES, MIN_FREE_SHARE = 256 << 20, 0.05
#: Segments deleted in one transaction: writers wait meanwhile.
_BATCH = 100
_DAY_US = 86_400_000_000


class RetentionPolicy(FrozenModel):
    """The limits. Whichever is reached first applies, also the retention limit in the database (retention_limit.py)."""

    days: float | None = Field(default=30, gt=0, description="Days for which recordings are kept; null: no limit.")
    days_by_camera: Mapping[str, float] = Field(default={}, description="Other days for single cameras, by name.")
    max_bytes: int | None = Field(default=None, gt=0, description="Maximum size of all recordings; null: no limit.")
    min_free_bytes: int | None = Field(
        default=None, ge=0, description="Bytes left free on the disk; null: 256 MiB, or 5 % of the disk if less."
    )


class RetentionEnforcer:
    """Deletes recordings that exceed the policy, in the data folder of `database`."""

    def __init__(self, database: Database, retention: RetentionPolicy, boot: str) -> None:
        self._database, self.policy, self._boot = database, retention, boot

    @property
    def min_free(self) -> int:
        """Bytes to be left free on the disk."""
        if self.policy.min_free_bytes is not None:
            return self.policy.min_free_bytes
        return min(MIN_FREE_BYTES, int(self._database.folder.capacity_bytes() * MIN_FREE_SHARE))

    def used(self) -> int:
        """Bytes of all segments."""
        with self._database.read_transaction() as connection:
            return int(connection.execute(select(usage.c.bytes)).scalar_one())

    def make_room(self, need: int) -> None:
        """Before `need` bytes are written: free the missing space. Raises DiskFull when nothing can be deleted."""
        disk_missing = self._disk_missing(need)
        if disk_missing > 0:
            delete_clips(self._database.folder, disk_missing, keep=int(self.min_free * LENT_SHARE))
        missing = self._missing(need)
        if missing > 0 and self.free(missing) < missing and self._missing(need) > 0:
            raise DiskFull(
                f"No space for recordings in {self._database.folder.path}, and no old recording left to delete. Free "
                "space on this disk, or raise the limit."
            )

    def free_disk(self, need: int) -> int:
        """The disk is full: delete clips, then the oldest segments, until `need` bytes are free or nothing is left.
        Returns the bytes freed."""
        freed = delete_clips(self._database.folder, need)
        return freed + (self.free(need - freed, ignore_order=True) if freed < need else 0)

    def free(self, need: int, ignore_order: bool = False) -> int:
        """Delete the oldest segments until `need` bytes are free or none is left. Returns the bytes freed. With
        `ignore_order` files are deleted before their rows: the disk has no space for anything else."""
        freed = 0
        while freed < need:
            oldest = self._oldest(need - freed)
            if not oldest:
                break
            try:
                self.delete(oldest, "room")
            except DiskFull:
                if not ignore_order:
                    return freed + self.free(need - freed, ignore_order=True)
                self._unlink(oldest)  # the rows follow: now there is space for it
                self.delete(oldest, "room")
            freed += sum(segment.size for segment in oldest)
        return freed

    def expire(self, now: Moment) -> int:
        """Delete what is past the retention. Returns the number of segments. To be called about once a minute."""
        removed = 0
        while batch := self._expired(now):
            self.delete(batch, "age")
            removed += len(batch)
        self._write_receipts(now)
        self._database.allocate_reserve()
        return removed

    def delete(self, deleted: Sequence[Segment], reason: deletion_receipts.DeletionReason) -> None:
        """Delete these segments, rows first, with a receipt for those that no other process has deleted meanwhile."""
        with self._database.write_transaction() as connection:
            ids = [segment.id for segment in deleted]
            rows = select(segments, boot_sessions).join(boot_sessions).where(segments.c.id.in_(ids))
            existing = [segment_from_row(row) for row in connection.execute(rows).mappings()]
            deletion_receipts.add(connection, existing, reason)
            connection.execute(delete(segments).where(segments.c.id.in_(ids)))
            connection.execute(update(usage).values(bytes=usage.c.bytes - sum(segment.size for segment in existing)))
        self._unlink(deleted)

    def _write_receipts(self, now: Moment) -> None:
        """Write pending deletion receipts to the audit log."""
        with self._database.read_transaction() as connection:
            if not deletion_receipts.due(connection, self._boot, now):
                return
        with self._database.write_transaction() as connection:
            deletion_receipts.write_due(connection, self._boot, now)

    def _missing(self, need: int) -> int:
        missing = self._disk_missing(need)
        if self.policy.max_bytes is not None:
            missing = max(missing, self.used() + need - self.policy.max_bytes)
        return missing

    def _disk_missing(self, need: int) -> int:
        """Bytes that are missing on the disk. What is lent to clips counts as free."""
        missing = self.min_free + need - self._database.folder.free_bytes()
        return missing - lent_to_clips(self._database.folder, self.min_free) if missing > 0 else missing

    def _oldest(self, need: int) -> list[Segment]:
        """The oldest segments that hold `need` bytes together, if there are. Not those that are being written."""
        written = and_(segments.c.open, boot_sessions.c.boot == self._boot)
        query = (
            select(segments, boot_sessions)
            .join(boot_sessions)
            .where(~written, ~has_pending_media())
            .order_by(segments.c.boot_session, segments.c.end)
        )
        with self._database.read_transaction() as connection:
            found = [segment_from_row(row) for row in connection.execute(query.limit(_BATCH)).mappings()]
        total, taken = 0, []
        for segment in found:
            if total >= need:
                break
            taken.append(segment)
            total += segment.size
        return taken

    def _expired(self, now: Moment) -> list[Segment]:
        limit = read_retention_limit(self._database)
        longest, days_of = limit.apply(self.policy.days), limit.apply_each(self.policy.days_by_camera)
        if longest is None and not days_of:
            return []
        with self._database.write_transaction() as connection:
            current_id = record_clock(connection, self._boot, now)
            sessions = all_boot_sessions(connection)
        current = next(session for session in sessions if session.id == current_id)
        found: list[Segment] = []
        with self._database.read_transaction() as connection:
            for camera in connection.execute(select(segments.c.camera).distinct()).scalars().all():
                days = days_of.get(camera, longest)
                if days is None:
                    continue
                cutoffs = expiry_cutoffs(sessions, current, to_us(now.monotonic), round(days * _DAY_US))
                for session_id, cutoff in cutoffs.items():
                    found += _ended_before(connection, camera, session_id, cutoff, _BATCH - len(found))
        return found

    def _unlink(self, deleted: Sequence[Segment]) -> None:
        root = self._database.folder.descriptor
        for segment in deleted:
            with suppress(FileNotFoundError):
                os.unlink(segment.path, dir_fd=root)
        for camera, boot in {(segment.camera, segment.boot_session.boot) for segment in deleted}:
            if boot != self._boot:  # in the current one a writer may be about to create a file
                with suppress(OSError):  # usually: it is not empty yet
                    os.rmdir(os.path.dirname(segment_path(camera, boot, 0)), dir_fd=root)


def _ended_before(connection: Connection, camera: str, session_id: int, cutoff: int, limit: int) -> list[Segment]:
    """Segments of a boot session that had ended by that time."""
    old = and_(segments.c.camera == camera, segments.c.boot_session == session_id, segments.c.end <= cutoff)
    query = (
        select(segments, boot_sessions)
        .join(boot_sessions)
        .where(old, ~has_pending_media())
        .order_by(segments.c.end)
        .limit(max(0, limit))
    )
    return [segment_from_row(row) for row in connection.execute(query).mappings()]
