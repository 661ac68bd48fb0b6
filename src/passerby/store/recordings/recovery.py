"""Rows and files brought together again after a crash. Done once when passerby starts, before any camera writes.

- A row whose file is gone: the row goes.
- A file that is shorter than its row says, or not whole up to there: the row is cut back to what is whole.
- A file that is longer than its row says: what of the rest is whole joins the row, if that was still growing; what is
  not goes.
- A file without a row, newer than all of its camera's rows in its run: it gets one, as far as it is whole.
- Any other file without a row: it goes. Its row was deleted, and the crash came before the file was.
- A row that says that its segment is being written: it no longer says so.

The third and the fourth happen when a disk forgets what it was told to keep, or when the database was lost. Retention
runs after all this, so nothing that is too old comes back.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import BinaryIO, Literal

from sqlalchemy import Connection, delete, func, insert, select, update

from passerby.store.database import Database
from passerby.store.recordings import deletion_receipts as receipts
from passerby.store.recordings.fmp4_scan import Scanned, scan
from passerby.store.recordings.segment import FOLDER, Segment, segment_of
from passerby.store.recordings.tables import runs, segments, usage

_FILE = re.compile(r"recordings/([a-z0-9][a-z0-9_-]{0,62})/([0-9a-zA-Z -]{1,64})/([0-9]{15})\.mp4")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be. `size` is what the file has, bytes; `whole` is what of it is whole."""

    what: Literal["missing", "broken", "long", "lost", "left", "open"]
    path: str
    segment: Segment | None = None
    size: int = 0
    whole: Scanned | None = None


@dataclass(slots=True)
class Found:
    """What a look at the data folder has found. `used` is whether the sum of all sizes is right."""

    findings: list[Finding] = field(default_factory=list)
    segments: int = 0
    used: bool = True

    def count(self, what: str) -> int:
        return sum(finding.what == what for finding in self.findings)

    @property
    def sound(self) -> bool:
        return not self.findings and self.used


def look(database: Database, thorough: bool = False) -> Found:
    """What is not as it should be. Only segments that were being written are read, or all of them if `thorough`."""
    with database.reading() as connection:
        rows = connection.execute(select(segments, runs).join(runs)).mappings()
        known = {segment.path: segment for segment in map(segment_of, rows)}
        told = connection.execute(select(usage.c.bytes)).scalar_one()
    found = Found(segments=len(known), used=told == sum(segment.size for segment in known.values()))
    sizes = dict(_files(database.folder.descriptor))
    newest: dict[str, int] = {}
    for path, segment in known.items():
        folder = os.path.dirname(path)
        newest[folder] = max(newest.get(folder, 0), segment.start)
        finding = _judge(database, segment, sizes.get(path), thorough)
        if finding is not None:
            found.findings.append(finding)
    for path in sorted(sizes.keys() - known.keys()):
        whole = _scanned(database, path, None) if _told(path)[2] > newest.get(os.path.dirname(path), -1) else None
        lost = whole is not None and bool(whole.fragments)
        found.findings.append(Finding("lost" if lost else "left", path, None, sizes[path], whole))
    return found


def recover(database: Database) -> Found:
    """Make it as it should be, and say what was found. Raises StoreError when another program is at work there."""
    database.folder.claim()
    found = look(database)
    if found.sound:
        return found
    with database.writing() as connection:
        for finding in found.findings:
            _mend(connection, database, finding)
        connection.execute(update(segments).values(open=False))
        total = connection.execute(select(func.coalesce(func.sum(segments.c.size), 0))).scalar_one()
        connection.execute(update(usage).values(bytes=total))
    for finding in found.findings:
        _tidy(database, finding)
    return found


def _judge(database: Database, segment: Segment, size: int | None, thorough: bool) -> Finding | None:
    if size is None:
        return Finding("missing", segment.path, segment)
    if size < segment.size or segment.open or thorough:
        whole = _scanned(database, segment.path, None if segment.open else segment.size)
        if whole.size < segment.size:
            return Finding("broken", segment.path, segment, size, whole)
        if whole.size > segment.size:
            return Finding("long", segment.path, segment, size, whole)
    if size > segment.size:
        return Finding("long", segment.path, segment, size)
    return Finding("open", segment.path, segment, size) if segment.open else None


def _mend(connection: Connection, database: Database, finding: Finding) -> None:
    """The rows."""
    whole, segment = finding.whole, finding.segment
    if segment is not None and (finding.what == "missing" or (whole is not None and not whole.fragments)):
        receipts.add(connection, [segment], "missing" if finding.what == "missing" else "broken")
        connection.execute(delete(segments).where(segments.c.id == segment.id))
    elif segment is not None and whole is not None:
        connection.execute(update(segments).where(segments.c.id == segment.id).values(**_told_of(whole, segment.start)))
    elif finding.what == "lost" and whole is not None:
        camera, boot, start = _told(finding.path)
        _sync(database, finding.path)
        run = _run(connection, boot, start, start + whole.duration, _written(database, finding.path))
        place = {"camera": camera, "run": run, "start": start, "head": whole.head, "open": False}
        size = {"width": whole.width, "height": whole.height}
        connection.execute(insert(segments).values(**place, **size, **_told_of(whole, start)))


def _told_of(whole: Scanned, start: int) -> dict[str, int | None]:
    """What a row says of what is whole. How many of the frames were covered, nobody knows any more."""
    return {
        "size": whole.size,
        "end": start + whole.duration,
        "frames": whole.frames,
        "covered": None,
    }


def _tidy(database: Database, finding: Finding) -> None:
    """The files. What fails here is found again at the next start."""
    root, whole = database.folder.descriptor, finding.whole
    with suppress(OSError):
        if finding.what == "left" or (whole is not None and not whole.fragments):
            os.unlink(finding.path, dir_fd=root)
        elif finding.what in ("long", "lost", "broken"):
            size = whole.size if whole is not None else finding.segment.size if finding.segment is not None else 0
            with _opened(database, finding.path, os.O_WRONLY) as file:
                os.ftruncate(file.fileno(), size)
                os.fsync(file.fileno())


def _run(connection: Connection, boot: str, start: int, end: int, written: int) -> int:
    """The run of a file that had no row; one that is not known is made from when the file was written."""
    known = connection.execute(select(runs.c.id, runs.c.began, runs.c.seen).where(runs.c.boot == boot)).first()
    if known is None:
        values = {"boot": boot, "began": start, "seen": end, "offset": written - end, "trusted": False}
        done = connection.execute(insert(runs).values(**values))
        return int(done.inserted_primary_key[0])  # type: ignore[index]  # SQLite always says
    seen = {"began": min(known.began, start), "seen": max(known.seen, end)}
    connection.execute(update(runs).where(runs.c.id == known.id).values(**seen))
    return int(known.id)


def _files(root: int) -> Iterator[tuple[str, int]]:
    """Path and size of every file that is called as segments are. Others are nobody's business."""
    for folder in list(_entries(root, FOLDER)):
        for run in list(_entries(root, folder)):
            for path in _entries(root, run):
                if _FILE.fullmatch(path):
                    with suppress(FileNotFoundError):
                        yield path, os.stat(path, dir_fd=root, follow_symlinks=False).st_size


def _entries(root: int, folder: str) -> Iterator[str]:
    try:
        opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | os.O_NOFOLLOW, dir_fd=root)
    except (FileNotFoundError, NotADirectoryError):
        return
    try:
        names = os.listdir(opened)
    finally:
        os.close(opened)
    yield from (f"{folder}/{name}" for name in sorted(names))


def _told(path: str) -> tuple[str, str, int]:
    """Camera, run and start (microseconds) of a segment, from its file's name."""
    _, camera, boot, name = path.split("/")
    return camera, boot, int(name.removesuffix(".mp4"))


def _opened(database: Database, path: str, flags: int) -> BinaryIO:
    file = os.open(path, flags | os.O_CLOEXEC | os.O_NOFOLLOW, dir_fd=database.folder.descriptor)
    return os.fdopen(file, "rb" if flags == os.O_RDONLY else "wb", buffering=0)


def _scanned(database: Database, path: str, size: int | None) -> Scanned:
    with _opened(database, path, os.O_RDONLY) as file:
        return scan(file, size)


def _sync(database: Database, path: str) -> None:
    with _opened(database, path, os.O_RDONLY) as file:
        os.fsync(file.fileno())


def _written(database: Database, path: str) -> int:
    """When the file was last written, microseconds of Unix time."""
    return os.stat(path, dir_fd=database.folder.descriptor).st_mtime_ns // 1000
