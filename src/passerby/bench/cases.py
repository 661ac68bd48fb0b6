"""Regression cases: places in a file that a person said must be hidden. A reference and boxes, never pixels.

`passerby review` saves them as `NAME.case.json`; `passerby bench accuracy` looks again whether they are hidden.
docs/ref/bench.md explains the format.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from passerby.bench.annotations import SMALLEST, Entry, TrueBox
from passerby.core.errors import SourceError
from passerby.core.model import FrozenModel
from passerby.source.fingerprint import fingerprint
from passerby.source.still.sniff import is_still

SUFFIX = ".case.json"


class CaseSource(FrozenModel):
    """The file that a case speaks of. `path` is absolute or from where the case lies; `sha256` proves that it is it."""

    path: str = Field(min_length=1)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")


class CaseBox(FrozenModel):
    """One place that must be hidden, in displayed pixels. `track` names the same thing in other frames of the case."""

    kind: Literal["face", "plate"]
    box: tuple[float, float, float, float]
    track: int | None = None


class CaseFrame(FrozenModel):
    """One frame: its ordinal in order of presentation, from 0, and its moment in seconds, which is for people."""

    index: int = Field(ge=0)
    time: float = Field(ge=0)
    boxes: tuple[CaseBox, ...] = Field(min_length=1)


class Case(FrozenModel):
    """What `NAME.case.json` holds."""

    schema_version: Literal[1] = 1
    source: CaseSource
    made: str = Field(default="", description="ISO 8601 with offset")
    note: str = ""
    frames: tuple[CaseFrame, ...] = Field(min_length=1)

    def to_json(self) -> str:
        """As it is saved."""
        return self.model_dump_json(indent=1, exclude_none=True) + "\n"


def read_cases(folder: Path) -> list[Entry]:
    """Every case in a folder, in order of name.

    Raises SourceError when one cannot be read, or its file is gone or is not what it was.
    """
    return [_entry(path, folder) for path in sorted(folder.glob(f"*{SUFFIX}"))]


def _entry(path: Path, folder: Path) -> Entry:
    try:
        case = Case.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise SourceError(f"{path} is not a case that can be read: {error}. Save it anew, or remove it.") from error
    source = folder / case.source.path
    if not source.is_file():
        raise SourceError(f"{path} is about {source}, which is not there. Put it back, or remove the case.")
    if fingerprint(source)[0] != case.source.sha256:
        raise SourceError(f"{source} is no longer the file that {path} is about. Put it back, or remove the case.")
    frames = {frame.index: tuple(_box(box) for box in frame.boxes) for frame in case.frames}
    name = f"{path.name.removesuffix(SUFFIX)}{source.suffix}"
    return Entry(name, source, is_still(source), frames, exhaustive=False)


def _box(box: CaseBox) -> TrueBox:
    x1, y1, x2, y2 = box.box
    corners = ((x1, y1), (x2, y1), (x2, y2), (x1, y2))
    counts = min(x2 - x1, y2 - y1) >= SMALLEST
    return TrueBox(box.kind, box.box, corners, counts, None if box.track is None else str(box.track))
