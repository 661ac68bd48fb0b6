"""Makes rows and files consistent again after a crash. Runs once at the start of passerby, before any camera writes.

- A row without a file: the row is deleted.
- A file that is shorter than its row says, or damaged up to there: the row is reduced to the intact part.
- A file that is longer than its row says: the intact part of the rest joins the row, if that was still growing; the
  remainder is truncated.
- A file without a row, newer than all rows of its camera in its boot session: it gets a row, as far as it is intact.
- Any other file without a row: it is deleted. Its row was deleted, and the crash came before the file was.
- A row that says that its segment is being written: it no longer says so.

The third and the fourth happen when a disk loses synced data, or when the database was lost. Retention runs after all
this, so nothing that is too old comes back.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import BinaryIO, Literal

from sqlalchemy import Connection, delete, func, insert, select, update

from passerby.core.names import NAME_PATTERN
from passerby.store.database import Database
from passerby.store.recordings import deletion_receipts
from passerby.store.recordings.fmp4_scan import ScanResult, scan
from passerby.store.recordings.segment import RECORDINGS_FOLDER, Segment, segment_from_row
from passerby.store.recordings.tables import boot_sessions, segments, usage

_FILE = re.compile(rf"recordings/({NAME_PATTERN})/([0-9a-zA-Z -]{{1,64}})/([0-9]{{15}})\.mp4")


@dataclass(frozen=True, slots=True)
class FsckFinding:
    """One inconsistency. `size` is that of the file, bytes; `intact` is the intact part of it.

    missing: no file. broken: shorter than its row, or damaged. long: longer than its row. unindexed: no row, and newer
    than all rows. orphaned: no row, and older. open: still marked as being written.
    """

    kind: Literal["missing", "broken", "long", "unindexed", "orphaned", "open"]
    path: str
    segment: Segment | None = None
    size: int = 0
    intact: ScanResult | None = None


@dataclass(slots=True)
class FsckResult:
    """The result of an inspection. `usage_correct`: the stored sum of all sizes is right."""

    findings: list[FsckFinding] = field(default_factory=list)
    segments: int = 0
    usage_correct: bool = True

    def count(self, kind: str) -> int:
        return sum(finding.kind == kind for finding in self.findings)

    @property
    def is_consistent(self) -> bool:
        return not self.findings and self.usage_correct


def inspect(database: Database, read_all: bool = False) -> FsckResult:
    """Find inconsistencies. Reads only the segments that were being written, or all of them with `read_all`."""
    with database.read_transaction() as connection:
        rows = connection.execute(select(segments, boot_sessions).join(boot_sessions)).mappings()
        indexed = {segment.path: segment for segment in map(segment_from_row, rows)}
        stored = connection.execute(select(usage.c.bytes)).scalar_one()
    found = FsckResult(segments=len(indexed), usage_correct=stored == sum(segment.size for segment in indexed.values()))
    sizes = dict(_files(database.folder.descriptor))
    newest: dict[str, int] = {}
    for path, segment in indexed.items():
        folder = os.path.dirname(path)
        newest[folder] = max(newest.get(folder, 0), segment.start)
        finding = _inspect_segment(database, segment, sizes.get(path), read_all)
        if finding is not None:
            found.findings.append(finding)
    for path in sorted(sizes.keys() - indexed.keys()):
        is_newest = _parse_path(path)[2] > newest.get(os.path.dirname(path), -1)
        intact = _scan(database, path, None) if is_newest else None
        usable = intact is not None and bool(intact.fragments)
        found.findings.append(FsckFinding("unindexed" if usable else "orphaned", path, None, sizes[path], intact))
    return found


def recover(database: Database) -> FsckResult:
    """Repair all inconsistencies; returns what was found. Raises StoreError when another process records there."""
    database.folder.lock()
    found = inspect(database)
    if found.is_consistent:
        return found
    with database.write_transaction() as connection:
        for finding in found.findings:
            _repair_row(connection, database, finding)
        connection.execute(update(segments).values(open=False))
        total = connection.execute(select(func.coalesce(func.sum(segments.c.size), 0))).scalar_one()
        connection.execute(update(usage).values(bytes=total))
    for finding in found.findings:
        _repair_file(database, finding)
    return found


def _inspect_segment(database: Database, segment: Segment, size: int | None, read_all: bool) -> FsckFinding | None:
    if size is None:
        return FsckFinding("missing", segment.path, segment)
    if size < segment.size or segment.open or read_all:
        intact = _scan(database, segment.path, None if segment.open else segment.size)
        if intact.size < segment.size:
            return FsckFinding("broken", segment.path, segment, size, intact)
        if intact.size > segment.size:
            return FsckFinding("long", segment.path, segment, size, intact)
    if size > segment.size:
        return FsckFinding("long", segment.path, segment, size)
    return FsckFinding("open", segment.path, segment, size) if segment.open else None


def _repair_row(connection: Connection, database: Database, finding: FsckFinding) -> None:
    """Repair the row of a finding."""
    intact, segment = finding.intact, finding.segment
    if segment is not None and (finding.kind == "missing" or (intact is not None and not intact.fragments)):
        deletion_receipts.add(connection, [segment], "missing" if finding.kind == "missing" else "broken")
        connection.execute(delete(segments).where(segments.c.id == segment.id))
    elif segment is not None and intact is not None:
        connection.execute(
            update(segments).where(segments.c.id == segment.id).values(**_row_values(intact, segment.start))
        )
    elif finding.kind == "unindexed" and intact is not None:
        camera, boot, start = _parse_path(finding.path)
        _sync(database, finding.path)
        session_id = _boot_session_id(
            connection, boot, start, start + intact.duration, _modified_us(database, finding.path)
        )
        values = {
            "camera": camera,
            "boot_session": session_id,
            "start": start,
            "init_size": intact.init_size,
            "open": False,
            "width": intact.width,
            "height": intact.height,
        }
        connection.execute(insert(segments).values(**values, **_row_values(intact, start)))


def _row_values(intact: ScanResult, start: int) -> dict[str, int | None]:
    """The columns that describe the intact part. How many of its frames were covered is not known any more."""
    return {
        "size": intact.size,
        "end": start + intact.duration,
        "frames": intact.frames,
        "covered": None,
    }


def _repair_file(database: Database, finding: FsckFinding) -> None:
    """Repair the file of a finding. What fails here is found again at the next start."""
    root, intact = database.folder.descriptor, finding.intact
    with suppress(OSError):
        if finding.kind == "orphaned" or (intact is not None and not intact.fragments):
            os.unlink(finding.path, dir_fd=root)
        elif finding.kind in ("long", "unindexed", "broken"):
            size = intact.size if intact is not None else finding.segment.size if finding.segment is not None else 0
            with _open(database, finding.path, os.O_WRONLY) as file:
                os.ftruncate(file.fileno(), size)
                os.fsync(file.fileno())


def _boot_session_id(connection: Connection, boot: str, start: int, end: int, modified_us: int) -> int:
    """The boot session of a file without a row; an unknown one is created from the file's modification time."""
    known = connection.execute(
        select(boot_sessions.c.id, boot_sessions.c.first_seen, boot_sessions.c.last_seen).where(
            boot_sessions.c.boot == boot
        )
    ).first()
    if known is None:
        values = {
            "boot": boot,
            "first_seen": start,
            "last_seen": end,
            "wall_offset": modified_us - end,
            "trusted": False,
        }
        result = connection.execute(insert(boot_sessions).values(**values))
        return int(result.inserted_primary_key[0])  # type: ignore[index]  # SQLite always returns it
    session_times = {"first_seen": min(known.first_seen, start), "last_seen": max(known.last_seen, end)}
    connection.execute(update(boot_sessions).where(boot_sessions.c.id == known.id).values(**session_times))
    return int(known.id)


def _files(root: int) -> Iterator[tuple[str, int]]:
    """Path and size of every file that is named like a segment. Others are ignored."""
    for folder in list(_entries(root, RECORDINGS_FOLDER)):
        for session in list(_entries(root, folder)):
            for path in _entries(root, session):
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


def _parse_path(path: str) -> tuple[str, str, int]:
    """Camera, boot session and start (microseconds) of a segment, from its file's name."""
    _, camera, boot, name = path.split("/")
    return camera, boot, int(name.removesuffix(".mp4"))


def _open(database: Database, path: str, flags: int) -> BinaryIO:
    file = os.open(path, flags | os.O_CLOEXEC | os.O_NOFOLLOW, dir_fd=database.folder.descriptor)
    return os.fdopen(file, "rb" if flags == os.O_RDONLY else "wb", buffering=0)


def _scan(database: Database, path: str, size: int | None) -> ScanResult:
    with _open(database, path, os.O_RDONLY) as file:
        return scan(file, size)


def _sync(database: Database, path: str) -> None:
    with _open(database, path, os.O_RDONLY) as file:
        os.fsync(file.fileno())


def _modified_us(database: Database, path: str) -> int:
    """When the file was last modified, microseconds of Unix time."""
    return os.stat(path, dir_fd=database.folder.descriptor).st_mtime_ns // 1000
