"""A segment: one file of recordings, and its row."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import RowMapping

from passerby.store.recordings.boot_sessions import BootSession, boot_session_from_row
from passerby.store.recordings.tables import segments

#: Where segments are, below the data folder: recordings/CAMERA/BOOT/START.mp4
RECORDINGS_FOLDER = "recordings"


@dataclass(frozen=True, slots=True)
class Segment:
    """One row of `segments`; the units are there. `covered` is None when it is not known."""

    id: int
    camera: str
    boot_session: BootSession
    start: int
    end: int
    size: int
    init_size: int
    frames: int
    covered: int | None
    width: int
    height: int
    open: bool

    @property
    def path(self) -> str:
        """Of its file, relative to the data folder."""
        return segment_path(self.camera, self.boot_session.boot, self.start)

    @property
    def wall_start(self) -> int:
        """Its start, microseconds of Unix time; as exact as the clock was, see `boot_session.trusted`."""
        return self.boot_session.to_wall(self.start)

    @property
    def wall_end(self) -> int:
        """Its end, likewise."""
        return self.boot_session.to_wall(self.end)


def segment_path(camera: str, boot: str, start: int) -> str:
    """Names contain no date, which would be wrong once the clock was corrected. Enough digits for 30 years."""
    return f"{RECORDINGS_FOLDER}/{camera}/{boot}/{start:015d}.mp4"


def segment_from_row(row: RowMapping) -> Segment:
    """The segment in a row of segments joined with boot_sessions."""
    values = {column.name: row[column] for column in segments.columns}
    return Segment(**values | {"boot_session": boot_session_from_row(row)})
