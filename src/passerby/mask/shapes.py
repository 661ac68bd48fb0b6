"""The shapes to mask in one frame, in stored pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from passerby.config.settings import ALWAYS_SOLID, Style
from passerby.core.media import Geometry
from passerby.documents.plan import Keyframe
from passerby.track.mask_schedule import ScheduledMask


@dataclass(frozen=True, slots=True)
class Shape:
    """One area to mask: `corners` in stored pixels, shape (n, 2) float64, of `track` (its number), in `style`."""

    track: int
    style: Style
    corners: npt.NDArray[np.float64]

    @property
    def is_box(self) -> bool:
        """Whether the corners form an axis-parallel rectangle."""
        return len(self.corners) == 4 and all(len(np.unique(self.corners[:, axis])) <= 2 for axis in (0, 1))

    def bounds(self, step_x: int = 1, step_y: int = 1) -> tuple[int, int, int, int]:
        """(x1, y1, x2, y2) in whole pixels of a plane subsampled by `step`, rounded outward, half-open."""
        low, high = self.corners.min(axis=0), self.corners.max(axis=0)
        return (
            int(np.floor(low[0] / step_x)),
            int(np.floor(low[1] / step_y)),
            int(np.ceil(high[0] / step_x)),
            int(np.ceil(high[1] / step_y)),
        )


def to_shape(showing: ScheduledMask, geometry: Geometry, style: Style) -> Shape:
    """The shape of a track in one frame; kinds that are always solid ignore `style`."""
    track, keyframe = showing
    track_style = Style.SOLID if track.kind in ALWAYS_SOLID else style
    return Shape(track.number, track_style, geometry.to_stored(_corners(keyframe)))


def _corners(key: Keyframe) -> npt.NDArray[np.float64]:
    if key.polygon is not None:
        return np.array(key.polygon, np.float64)
    x1, y1, x2, y2 = key.box
    return np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]], np.float64)
