"""A looker that needs no models: it sees one face, always in the same place, and nothing else."""

import pytest

from passerby import pipeline
from passerby.base.box import Box
from passerby.base.kinds import Detection, Kind
from passerby.base.media import Geometry
from passerby.verify import quick

#: Where the face is, in shares of the displayed picture.
PLACE = (0.25, 0.25, 0.5, 0.625)


class Planted:
    """Has the form of detect.look.Looker."""

    weights: tuple[str, ...] = ()

    def __init__(self, registry: object, geometry: Geometry, *others: object, **named: object) -> None:
        width, height = geometry.upright
        x1, y1, x2, y2 = PLACE
        self.box = Box(x1 * width, y1 * height, x2 * width, y2 * height)

    def alive(self) -> None: ...

    def look(self, frame: object, *, deep: bool) -> list[Detection]:
        return [Detection(Kind.FACE, self.box, 0.9, "planted")]


def plant(patch: pytest.MonkeyPatch) -> None:
    """From here on the pipeline looks with Planted."""
    patch.setattr(pipeline, "Looker", Planted)
    patch.setattr(quick, "Looker", Planted)
