"""A correction kept as a regression case: a reference to the file, and boxes. Never a pixel, never who it is.

`passerby bench accuracy` scores every NAME.case.json in a folder; the reference of that command has
the form.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Literal

from pydantic import Field

from passerby.core.kinds import Kind
from passerby.core.model import FrozenModel
from passerby.documents.plan import Plan, Track
from passerby.review.errors import Refused
from passerby.review.track_edits import frame_at

#: Kinds that a case can be about.
SCORED = (Kind.FACE, Kind.PLATE)
#: Frames of one case, at most: a long track is told by frames spread evenly over it.
MOST = 200


class CaseBox(FrozenModel):
    """A place that must be hidden. In displayed pixels; `track` only ties boxes of one case together."""

    kind: Literal[Kind.FACE, Kind.PLATE]
    box: tuple[float, float, float, float]
    track: int = 1


class CaseFrame(FrozenModel):
    """One frame, by its ordinal; `time` in seconds, for people."""

    index: int = Field(ge=0)
    time: float
    boxes: tuple[CaseBox, ...]


class CaseSource(FrozenModel):
    """Which file: a path from the folder that the case lies in, and its SHA-256."""

    path: str
    sha256: str


class Case(FrozenModel):
    """The content of NAME.case.json."""

    schema_version: Literal[1] = 1
    source: CaseSource
    made: str
    note: str | None = None
    frames: tuple[CaseFrame, ...]

    def to_json(self) -> str:
        return self.model_dump_json(indent=1, exclude_none=True) + "\n"


def case_of(
    plan: Plan, source: Path, folder: Path, track: Track, times: Sequence[int], base: Fraction, made: str, note: str
) -> Case:
    """The places of a track of the first video as a case that will lie in `folder`. Raises Refused for other kinds."""
    if track.kind not in SCORED:
        raise Refused("case_kind")
    first, last = frame_at(times, track.start), frame_at(times, track.end)
    numbers = range(first, last + 1, -(-(last + 1 - first) // MOST))
    frames = []
    for number in numbers:
        place = track.place(times[number])
        if place is not None:
            x1, y1, x2, y2 = place.box
            box = CaseBox(kind=track.kind, box=(x1, y1, x2, y2))
            frames.append(CaseFrame(index=number, time=round(float(times[number] * base), 3), boxes=(box,)))
    return Case(
        source=CaseSource(path=os.path.relpath(source, folder), sha256=plan.source.sha256),
        made=made,
        note=note or None,
        frames=tuple(frames),
    )
