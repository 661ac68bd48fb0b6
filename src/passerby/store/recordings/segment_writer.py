"""Writes parts into segments, in an order that makes every row true at any time.

    1. check that the data folder is still mounted; free space if there is too little
    2. append the part to the segment, or write it into a new file after its initialisation section
    3. fsync the file, and for a new one the folders that lead to it
    4. update the row, which now includes the part

A crash before 4 leaves bytes beyond those in the row. When a step fails, only that part is lost: the file is truncated
to the size in its row, and the next part begins a new segment.
"""

from __future__ import annotations

import errno
import os
from contextlib import suppress

from sqlalchemy import Connection, insert, update

from passerby.core.errors import DiskFull, OutputError, StoreError
from passerby.store.database import Database
from passerby.store.recordings.boot_sessions import record_clock
from passerby.store.recordings.part import Part, camera_name, to_us
from passerby.store.recordings.retention import RetentionEnforcer
from passerby.store.recordings.segment import RECORDINGS_FOLDER, segment_path
from passerby.store.recordings.tables import covered_parts, segments, usage

#: Length after which a new file is started.
SEGMENT_US = 60_000_000


class SegmentWriter:
    """Writes the parts of one camera. For use by one thread."""

    def __init__(self, database: Database, retention: RetentionEnforcer, boot: str, camera: str) -> None:
        self._database, self._retention, self._boot = database, retention, boot
        self._camera = camera_name(camera)
        self._file: int | None = None
        self._path = ""
        self._segment_id = self._size = self._start_us = self._first_part_us = 0
        self._init = b""

    def append(self, part: Part) -> None:
        """When this returns, the part is on the disk. Raises DiskFull, DataFolderMissing or StoreError when it is
        lost."""
        continues = self._file is not None and not part.discontinuity and part.init == self._init
        if not continues or to_us(part.captured_at.monotonic) - self._start_us >= SEGMENT_US:
            self._close_file()
        try:
            try:
                self._append(part)
            except DiskFull:  # another writer was faster; after deleting old recordings, one more try
                self._close_file()
                if not self._retention.free_disk(2 * (len(part.init) + len(part.body))):
                    raise
                self._append(part)
        except (StoreError, OutputError):
            self._close_file()
            raise

    def close(self) -> None:
        """No more parts for now: the segment is complete."""
        self._close_file()
        with (
            suppress(DiskFull, StoreError),
            self._database.write_transaction() as connection,
        ):  # otherwise recovery does it at the next start
            self._mark_closed(connection, except_id=0)

    def _append(self, part: Part) -> None:
        new = self._file is None
        data = part.init + part.body if new else part.body
        self._database.check()
        self._retention.make_room(len(data))
        before = 0 if new else self._size
        try:
            if new:
                self._create(part)
            assert self._file is not None
            try:
                _write(self._file, data, before)
                os.fsync(self._file)
                if new:
                    self._sync_folders()
            except OSError as error:
                raise _write_error(self._path, error) from error
            with self._database.write_transaction() as connection:
                self._write_row(connection, part, before + len(data), new)
        except (StoreError, OutputError):
            self._truncate(before)
            raise
        self._size = before + len(data)

    def _create(self, part: Part) -> None:
        self._start_us, self._first_part_us, self._init = to_us(part.captured_at.monotonic), part.start, part.init
        self._path = segment_path(self._camera, self._boot, self._start_us)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
        root = self._database.folder.descriptor
        try:
            for folder in self._folders()[1:]:
                with suppress(FileExistsError):
                    os.mkdir(folder, 0o750, dir_fd=root)
            self._file = os.open(self._path, flags, 0o640, dir_fd=root)
        except OSError as error:
            raise _write_error(self._path, error) from error

    def _folders(self) -> list[str]:
        """From the data folder downwards."""
        return [
            ".",
            RECORDINGS_FOLDER,
            f"{RECORDINGS_FOLDER}/{self._camera}",
            f"{RECORDINGS_FOLDER}/{self._camera}/{self._boot}",
        ]

    def _sync_folders(self) -> None:
        for folder in reversed(self._folders()):
            opened = os.open(
                folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=self._database.folder.descriptor
            )
            try:
                os.fsync(opened)
            finally:
                os.close(opened)

    def _write_row(self, connection: Connection, part: Part, size: int, new: bool) -> None:
        boot_session = record_clock(connection, self._boot, part.captured_at)
        end = to_us(part.captured_at.monotonic) + part.duration
        if new:
            values = {
                "camera": self._camera,
                "boot_session": boot_session,
                "start": self._start_us,
                "end": end,
                "size": size,
                "init_size": len(part.init),
                "frames": part.frames,
                "covered": part.covered,
                "width": part.width,
                "height": part.height,
                "open": True,
            }
            result = connection.execute(insert(segments).values(**values))
            self._segment_id = int(result.inserted_primary_key[0])  # type: ignore[index]  # SQLite always returns it
            self._mark_closed(connection, except_id=self._segment_id)
        else:
            changed = connection.execute(
                update(segments)
                .where(segments.c.id == self._segment_id)
                .values(
                    end=end,
                    size=size,
                    frames=segments.c.frames + part.frames,
                    covered=segments.c.covered + part.covered,
                )
            )
            if changed.rowcount == 0:
                raise StoreError(
                    f"{self._path} was deleted while it was being written. The next part begins a new file."
                )
        if part.covered:
            values = {"segment": self._segment_id, "offset": part.start - self._first_part_us, "frames": part.covered}
            connection.execute(insert(covered_parts).values(**values))
        connection.execute(update(usage).values(bytes=usage.c.bytes + size - (0 if new else self._size)))

    def _mark_closed(self, connection: Connection, except_id: int) -> None:
        """Mark the camera's segments, except `except_id`, as no longer growing."""
        others = (segments.c.camera == self._camera) & segments.c.open & (segments.c.id != except_id)
        connection.execute(update(segments).where(others).values(open=False))

    def _truncate(self, size: int) -> None:
        """Truncate the file to the size in its row."""
        if self._file is None:
            return
        with suppress(OSError):  # an unmounted disk; recovery does it later
            if size:
                os.ftruncate(self._file, size)
            else:
                os.unlink(self._path, dir_fd=self._database.folder.descriptor)

    def _close_file(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _write(file: int, data: bytes, at: int) -> None:
    rest = memoryview(data)
    while rest:
        written = os.pwrite(file, rest, at)
        at, rest = at + written, rest[written:]


def _write_error(path: str, error: OSError) -> StoreError | OutputError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(f"No space left to write {path}. Free some on this disk, or lower the retention in site.yaml.")
    return StoreError(f"{path} cannot be written: {error.strerror}. Check the disk.")
