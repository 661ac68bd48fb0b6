"""One frame at the sizes that models ask for, and detections back in its pixels."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence

import cv2
import numpy as np

from passerby.core.box import Box
from passerby.core.kinds import Detection
from passerby.core.media import Geometry
from passerby.core.raw_frame import RawFrame
from passerby.detect.preprocess import Image, to_bgr

#: What fills a crop up to a square, in each channel: the grey that YOLO models were trained with.
BORDER = 114


def scale_detections(
    detections: Iterable[Detection], scale: float, left: float = 0.0, top: float = 0.0
) -> list[Detection]:
    """Detections with their boxes scaled, and then moved by (left, top)."""
    return [
        Detection(
            d.kind,
            Box(d.box.x1 * scale + left, d.box.y1 * scale + top, d.box.x2 * scale + left, d.box.y2 * scale + top),
            d.score,
            d.origin,
            d.object_class,
        )
        for d in detections
    ]


class ImagePyramid:
    """One frame at several sizes, each made once and when it is first asked for, from the level at `base_size`. Safe
    for several threads at once."""

    def __init__(self, frame: RawFrame, geometry: Geometry, base_size: int) -> None:
        self._frame: RawFrame | None = frame
        self._geometry = geometry
        self._width, self._height = geometry.display_size
        self._longer_side = max(self._width, self._height)
        self._base_size = min(base_size, self._longer_side)
        self._levels: dict[int, Image] = {}
        self._lock = threading.RLock()

    @property
    def display_size(self) -> tuple[int, int]:
        """(width, height) of the frame in displayed pixels."""
        return self._width, self._height

    def distinct_sizes(self, sizes: Sequence[int]) -> list[int]:
        """Those of `sizes` that differ for this frame: nothing is enlarged."""
        return list(dict.fromkeys(min(size, self._longer_side) for size in sizes))

    def level(self, size: int) -> tuple[Image, float]:
        """The frame as BGR with its longer side at `size` (never enlarged), and the factor back to displayed pixels."""
        size = min(size, self._base_size)
        with self._lock:
            if size not in self._levels:
                self._levels[size] = self._make_level(size)
        return self._levels[size], self._longer_side / size

    def enlarged(self, size: int) -> tuple[Image, float]:
        """The frame with its longer side at `size`, larger than it is, and the factor back to displayed pixels."""
        base, _ = self.level(self._base_size)
        image = cv2.resize(base, self._level_size(size), interpolation=cv2.INTER_CUBIC)
        return np.asarray(image, np.uint8), self._longer_side / size

    def _make_level(self, size: int) -> Image:
        if size == self._base_size:
            assert self._frame is not None  # this level is made once
            image = to_bgr(self._frame, self._geometry, self._level_size(size))
            self._frame = None  # all other levels are made of this one; decoded frames are large
            return image
        small = cv2.resize(self.level(self._base_size)[0], self._level_size(size), interpolation=cv2.INTER_AREA)
        return np.asarray(small, np.uint8)

    def _level_size(self, size: int) -> tuple[int, int]:
        scale = size / self._longer_side
        return max(1, round(self._width * scale)), max(1, round(self._height * scale))

    def crop(self, box: Box, size: int) -> tuple[Image, Callable[[Iterable[Detection]], list[Detection]]]:
        """The part in `box` as a square image of `size`, and a function that puts detections in it back into displayed
        pixels."""
        image, scale = self.level(self._base_size)
        part = Box(*(v / scale for v in box)).clip(image.shape[1], image.shape[0])
        x1, y1, x2, y2 = (round(v) for v in part)
        cut = image[y1 : max(y2, y1 + 1), x1 : max(x2, x1 + 1)]
        shrink = max(cut.shape[:2]) / size
        shape = max(1, round(cut.shape[1] / shrink)), max(1, round(cut.shape[0] / shrink))
        interpolation = cv2.INTER_AREA if shrink > 1 else cv2.INTER_LINEAR
        square = cv2.copyMakeBorder(
            cv2.resize(cut, shape, interpolation=interpolation),
            0,
            size - shape[1],
            0,
            size - shape[0],
            cv2.BORDER_CONSTANT,
            value=(BORDER,) * 3,
        )

        def to_frame(detections: Iterable[Detection]) -> list[Detection]:
            return scale_detections(detections, shrink * scale, x1 * scale, y1 * scale)

        return np.asarray(square, np.uint8), to_frame
