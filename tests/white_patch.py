"""The white patch in the corner of every drawing of `clips`, and what a run makes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from passerby import Report, redact
from passerby.core.box import Box
from passerby.documents.plan import Track
from tests import clips
from tests.plans import plan_for

Pictures = list[tuple[Any, np.ndarray]]

#: As it is stored, and all of the picture.
PATCH = Box(0, 0, clips.SIZE[0] // 4, clips.SIZE[1] // 4)
PICTURE = Box(0, 0, *clips.SIZE)


def shows(picture: np.ndarray, box: Box = PATCH) -> float:
    """Mean brightness in the middle of a box: near 0 where it is painted over, 250 in the patch."""
    inner = box.expand(-0.1)
    return float(picture[round(inner.y1) : round(inner.y2), round(inner.x1) : round(inner.x2)].mean())


def hidden(pictures: Pictures, box: Box = PATCH) -> list[int]:
    """Numbers of the pictures in which a box is painted over."""
    return [number for number, (_, picture) in enumerate(pictures) if shows(picture, box) < 8]


def render(clip: Path, out: Path, *tracks: Track, **kept: Any) -> tuple[Report, Pictures]:
    """A run by a plan made of `tracks`, without the check: the report, and the pictures that came out."""
    report = redact(clip, out, plan=plan_for(clip, *tracks, **kept), verify=False)
    return report, clips.decoded(out)
