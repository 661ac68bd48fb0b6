"""A segment: one file of recordings, and its row."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import RowMapping

from passerby.store.recordings.boot_sessions import Run, run_of
from passerby.store.recordings.tables import segments

#: Where segments are, below the data folder: recordings/CAMERA/RUN/START.mp4
FOLDER = "recordings"


@dataclass(frozen=True, slots=True)
class Segment:
    """One row of `segments`; the units are there. `covered` is None when nobody knows any more."""

    id: int
    camera: str
    run: Run
    start: int
    end: int
    size: int
    head: int
    frames: int
    covered: int | None
    width: int
    height: int
    open: bool

    @property
    def path(self) -> str:
        """Of its file, from the data folder."""
        return path_of(self.camera, self.run.boot, self.start)

    @property
    def begins(self) -> int:
        """When it begins, microseconds of Unix time, as far as is known; `run.trusted` says how far."""
        return self.run.wall(self.start)

    @property
    def ends(self) -> int:
        """When it ends, likewise."""
        return self.run.wall(self.end)


def path_of(camera: str, boot: str, start: int) -> str:
    """Names hold no date, which would be wrong once the clock has been put right. Digits enough for 30 years."""
    return f"{FOLDER}/{camera}/{boot}/{start:015d}.mp4"


def segment_of(row: RowMapping) -> Segment:
    """The segment in a row of segments joined with runs."""
    values = {column.name: row[column] for column in segments.columns}
    return Segment(**values | {"run": run_of(row)})
