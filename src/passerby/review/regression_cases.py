"""A corrected track as a regression case: a reference to the file, and boxes. Never a pixel, never an identity.

`passerby bench accuracy` scores every NAME.case.json in a folder; docs/ref/bench.md has the format.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from passerby.core.kinds import Kind
from passerby.documents.plan import Plan, Track
from passerby.documents.regression_case import CaseBox, CaseFrame, CaseSource, RegressionCase
from passerby.review.errors import ReviewError
from passerby.review.track_edits import frame_at

#: Kinds that a case can be about.
SCORED_KINDS = (Kind.FACE, Kind.PLATE)
#: Frames of one case, at most: a long track is represented by frames spread evenly over it.
MAX_FRAMES = 200


def regression_case(
    plan: Plan,
    source: Path,
    track: Track,
    times: Sequence[int],
    time_base: Fraction,
    *,
    folder: Path,
    created: str,
    note: str,
) -> RegressionCase:
    """The boxes of a track of the first video as a case that will lie in `folder`. Raises ReviewError for other
    kinds."""
    if track.kind not in SCORED_KINDS:
        raise ReviewError("regression_case_kind")
    first, last = frame_at(times, track.start), frame_at(times, track.end)
    step = -(-(last + 1 - first) // MAX_FRAMES)
    frames = []
    for number in range(first, last + 1, step):
        position = track.interpolate(times[number])
        if position is not None:
            x1, y1, x2, y2 = position.box
            box = CaseBox(kind=track.kind, box=(x1, y1, x2, y2), track=1)
            frames.append(CaseFrame(index=number, time=round(float(times[number] * time_base), 3), boxes=(box,)))
    return RegressionCase(
        source=CaseSource(path=os.path.relpath(source, folder), sha256=plan.source.sha256),
        created=created,
        note=note or None,
        frames=tuple(frames),
    )
