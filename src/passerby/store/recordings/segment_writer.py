"""Putting parts into segments, in the order that makes every row true.

    1. is the data folder still there; is there room, and if not, free some
    2. write the part behind what the segment has, or into a new file with its head
    3. fsync the file, and for a new one the folders that lead to it
    4. the row: it now says that the part is there

A crash before 4 leaves bytes that no row names. When a step fails, the part is lost and nothing else: the file is cut
back to what its row says, and the next part begins a new segment.
"""

from __future__ import annotations

import errno
import os
from contextlib import suppress

from sqlalchemy import Connection, insert, update

from passerby.core.errors import DiskFull, OutputError, StoreError
from passerby.store.database import Database
from passerby.store.recordings.boot_sessions import note
from passerby.store.recordings.part import Part, camera_name, micros
from passerby.store.recordings.retention import Keeper
from passerby.store.recordings.segment import FOLDER, path_of
from passerby.store.recordings.tables import covered, segments, usage

#: Microseconds after which a new file is begun.
LENGTH = 60_000_000


class SegmentWriter:
    """Writes the parts of one camera. For one thread."""

    def __init__(self, database: Database, keeper: Keeper, boot: str, camera: str) -> None:
        self._database, self._keeper, self._boot = database, keeper, boot
        self._camera = camera_name(camera)
        self._file: int | None = None
        self._path = ""
        self._row = self._size = self._begun = self._first = 0
        self._head = b""

    def append(self, part: Part) -> None:
        """When this returns, the part is there for good. Raises DiskFull, FolderGone or StoreError when it is lost."""
        goes_on = self._file is not None and not part.fresh and part.head == self._head
        if not goes_on or micros(part.at.monotonic) - self._begun >= LENGTH:
            self._let_go()
        try:
            try:
                self._append(part)
            except DiskFull:  # somebody was quicker; with old recordings to spare, one more try
                self._let_go()
                if not self._keeper.free(2 * (len(part.head) + len(part.body)), full=True):
                    raise
                self._append(part)
        except (StoreError, OutputError):
            self._let_go()
            raise

    def close(self) -> None:
        """No more parts for now."""
        self._let_go()
        with suppress(DiskFull, StoreError), self._database.writing() as connection:  # else when passerby starts
            self._shut(connection, but=0)

    def _append(self, part: Part) -> None:
        new = self._file is None
        data = part.head + part.body if new else part.body
        self._database.check()
        self._keeper.make_room(len(data))
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
                raise _lost(self._path, error) from error
            with self._database.writing() as connection:
                self._tell(connection, part, before + len(data), new)
        except (StoreError, OutputError):
            self._take_back(before)
            raise
        self._size = before + len(data)

    def _create(self, part: Part) -> None:
        self._begun, self._first, self._head = micros(part.at.monotonic), part.start, part.head
        self._path = path_of(self._camera, self._boot, self._begun)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
        root = self._database.folder.descriptor
        try:
            for folder in self._folders()[1:]:
                with suppress(FileExistsError):
                    os.mkdir(folder, 0o750, dir_fd=root)
            self._file = os.open(self._path, flags, 0o640, dir_fd=root)
        except OSError as error:
            raise _lost(self._path, error) from error

    def _folders(self) -> list[str]:
        """From the data folder down."""
        return [".", FOLDER, f"{FOLDER}/{self._camera}", f"{FOLDER}/{self._camera}/{self._boot}"]

    def _sync_folders(self) -> None:
        for folder in reversed(self._folders()):
            opened = os.open(
                folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=self._database.folder.descriptor
            )
            try:
                os.fsync(opened)
            finally:
                os.close(opened)

    def _tell(self, connection: Connection, part: Part, size: int, new: bool) -> None:
        run = note(connection, self._boot, part.at)
        end = micros(part.at.monotonic) + part.duration
        if new:
            values = {
                "camera": self._camera,
                "run": run,
                "start": self._begun,
                "end": end,
                "size": size,
                "head": len(part.head),
                "frames": part.frames,
                "covered": part.covered,
                "width": part.width,
                "height": part.height,
                "open": True,
            }
            done = connection.execute(insert(segments).values(**values))
            self._row = int(done.inserted_primary_key[0])  # type: ignore[index]  # SQLite always says
            self._shut(connection, but=self._row)
        else:
            changed = connection.execute(
                update(segments)
                .where(segments.c.id == self._row)
                .values(
                    end=end,
                    size=size,
                    frames=segments.c.frames + part.frames,
                    covered=segments.c.covered + part.covered,
                )
            )
            if changed.rowcount == 0:
                raise StoreError(f"{self._path} was deleted while it was written. The next part begins a new file.")
        if part.covered:
            values = {"segment": self._row, "after": part.start - self._first, "frames": part.covered}
            connection.execute(insert(covered).values(**values))
        connection.execute(update(usage).values(bytes=usage.c.bytes + size - (0 if new else self._size)))

    def _shut(self, connection: Connection, but: int) -> None:
        """Say of the camera's segments, except one, that they do not grow any more."""
        mine = (segments.c.camera == self._camera) & segments.c.open & (segments.c.id != but)
        connection.execute(update(segments).where(mine).values(open=False))

    def _take_back(self, size: int) -> None:
        """Leave nothing behind what the row says."""
        if self._file is None:
            return
        with suppress(OSError):  # a disk that is gone; recovery does it later
            if size:
                os.ftruncate(self._file, size)
            else:
                os.unlink(self._path, dir_fd=self._database.folder.descriptor)

    def _let_go(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _write(file: int, data: bytes, at: int) -> None:
    rest = memoryview(data)
    while rest:
        written = os.pwrite(file, rest, at)
        at, rest = at + written, rest[written:]


def _lost(path: str, error: OSError) -> StoreError | OutputError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(f"There is no room left to write {path}. Free some on this disk, or let less be kept.")
    return StoreError(f"{path} cannot be written: {error.strerror}. Check the disk.")
