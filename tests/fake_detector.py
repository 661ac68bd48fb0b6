"""A looker that needs no models: it sees one face, always in the same place, unless that is black; and nothing else."""

from collections.abc import Callable

import pytest

from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.core.media import Geometry
from passerby.core.raw_frame import RawFrame
from passerby.detect.preprocess import luma
from passerby.detect.schedule import FULL, Cadence
from passerby.engine import analyse as first
from passerby.verify import self_check as quick

#: Where the face is, in shares of the displayed picture.
PLACE = (0.25, 0.25, 0.5, 0.625)
#: Mean luma up to which nothing can be seen: a little above that of a mask.
BLACK = 22


class Planted:
    """Has the form of detect.look.Looker."""

    weights: tuple[str, ...] = ()

    def __init__(self, registry: object, geometry: Geometry, *others: object, **named: object) -> None:
        self.geometry = geometry
        width, height = geometry.upright
        x1, y1, x2, y2 = PLACE
        self.box = Box(x1 * width, y1 * height, x2 * width, y2 * height)

    def alive(self) -> None: ...

    def ready(self) -> None: ...

    def parts(self, frame: RawFrame, reach: object = None) -> tuple[Callable[[], list[Detection]], ...]:
        return (lambda: self.look(frame, reach),)

    def glance(self, frame: RawFrame) -> list[Detection]:
        return self.look(frame)

    def look(self, frame: RawFrame, reach: object = None) -> list[Detection]:
        x1, y1, x2, y2 = (round(part) for part in self.box)
        seen = luma(frame, self.geometry, self.geometry.upright)[y1:y2, x1:x2]
        return [Detection(Kind.FACE, self.box, 0.9, "planted")] if seen.size and seen.mean() > BLACK else []


def plant(patch: pytest.MonkeyPatch) -> None:
    """From here on the pipeline looks with Planted, and at every frame: tests must not hang on when it looks.

    The face stays where it is while the picture passes below it, so motion between two looks would carry it away.
    """
    patch.setattr(Cadence, "due", lambda self, scene: FULL)
    patch.setattr(first, "Looker", Planted)
    patch.setattr(quick, "Looker", Planted)
