"""Which parts of each buffered frame have changed since the detector last ran, and which of them were searched since.

Compares frames as small luma images (detect/live/view_change.py), and applies the rule to them (watch/region_gate.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import cv2
import numpy as np

from passerby.core.box import Box
from passerby.core.media import Geometry
from passerby.core.motion import MotionField
from passerby.core.raw_frame import RawFrame
from passerby.detect.live.view_change import IDENTITY, Transform, ViewImage, camera_motion, is_identity
from passerby.watch.cover_boxes import Rect, cover_boxes, hulls
from passerby.watch.region_gate import MAX_COVERED_SHARE, Flags, Reference, grow, to_cover, unexplained

#: Parts that changed belong together up to this many pixels of the small image from each other: of somebody in front
#: of a wall that looks like him, only some do. And what is covered grows by so many on every side.
JOIN_PX, REACH_PX = 8, 3
#: What belongs to a detection: its box without this share on every side, so that the rim of a mask needs no cover.
CORE_MARGIN = -0.1


class DetectorRun(NamedTuple):
    """A frame that the detector ran on, and what was found in it, in displayed pixels."""

    frame: int
    found: Sequence[Box]


@dataclass(slots=True)
class _View:
    image: ViewImage
    #: From the first frame of the scene to this one; None where it begins.
    camera: Transform
    scene: int
    same: dict[int, Flags] = field(default_factory=dict)


class RegionMonitor:
    """Of one live pipeline: `add` every frame, and `forget` it when it is released."""

    def __init__(self, geometry: Geometry) -> None:
        self._geometry = geometry
        self._views: dict[int, _View] = {}
        self._camera, self._scene = IDENTITY, 0
        self._scale = 1.0

    def add(self, index: int, frame: RawFrame, motion: MotionField | None) -> None:
        """The next frame; `motion` from the one before, None where a scene begins."""
        image = ViewImage.of(frame, self._geometry)
        self._scale = image.shape[1] / self._geometry.display_size[0]
        if motion is None:
            self._camera, self._scene = IDENTITY, self._scene + 1
        elif (step := camera_motion(motion, self._scale)) is not None and not is_identity(step):
            self._camera = step @ self._camera
        self._views[index] = _View(image, self._camera, self._scene)

    def forget(self, before: int) -> None:
        """Frames before this one are compared no more."""
        for index in [index for index in self._views if index < before]:
            del self._views[index]

    def regions(self, index: int, references: Iterable[int]) -> list[Box]:
        """The parts of a frame that changed since each of `references`, frames that the detector ran on."""
        if index not in self._views:
            return []
        view = self._views[index]
        nobody = np.zeros(view.image.shape, np.bool_)
        runs = [Reference(self._same(index, number), nobody) for number in references if number in self._views]
        return _merged(self._displayed(hulls(unexplained(nobody, runs), JOIN_PX)))

    def cover(self, index: int, runs: Sequence[DetectorRun], masks: Sequence[Box]) -> list[Box] | None:
        """What of a frame must be covered besides its `masks`, in displayed pixels; None: all of it.

        That parts of the frame were searched, and nobody was found, does not count: a face model alone misses one
        moving face in six.
        """
        if index not in self._views:
            return None
        references = [
            Reference(self._same(index, run.frame), self._occupied(index, run.frame, run.found))
            for run in runs
            if run.frame in self._views
        ]
        nowhere = np.zeros(self._views[index].image.shape, np.bool_)
        covered = to_cover(nowhere, references, self._flags(masks, inward=True), 0)
        opened = cv2.morphologyEx(covered.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)).astype(np.bool_)
        if opened.mean() > MAX_COVERED_SHARE:
            return None
        return self._displayed(cover_boxes(grow(opened, REACH_PX), JOIN_PX))

    def is_seen_empty(self, index: int, runs: Sequence[DetectorRun], box: Box) -> bool:
        """Does a part of a frame look as in two detector runs, one before it and one after it, that found nobody
        there?"""
        if index not in self._views or len(runs) < 2 or any(run.frame not in self._views for run in runs):
            return False
        part = self._flags([box])
        return all(
            bool((self._same(index, run.frame) & ~self._occupied(index, run.frame, run.found))[part].all())
            for run in runs
        )

    def _same(self, index: int, reference: int) -> Flags:
        view, other = self._views[index], self._views[reference]
        if reference not in view.same:
            if view.scene != other.scene:
                view.same[reference] = np.zeros(view.image.shape, np.bool_)
            else:
                view.same[reference] = view.image.unchanged(other.image, self._transform(view, other))
        return view.same[reference]

    @staticmethod
    def _transform(view: _View, reference: _View) -> Transform:
        if view.camera is reference.camera:
            return IDENTITY
        return np.asarray(view.camera @ np.linalg.inv(reference.camera), np.float64)

    def _occupied(self, index: int, reference: int, boxes: Sequence[Box]) -> Flags:
        view, other = self._views[index], self._views[reference]
        flags = self._flags([box.expand(CORE_MARGIN) for box in boxes])
        transform = self._transform(view, other)
        if is_identity(transform) or not boxes:
            return flags
        rows, columns = flags.shape
        warped = cv2.warpPerspective(flags.astype(np.uint8), transform, (columns, rows), flags=cv2.INTER_NEAREST)
        return np.asarray(warped, np.bool_)

    def _flags(self, boxes: Iterable[Box], inward: bool = False) -> Flags:
        flags = np.zeros(next(iter(self._views.values())).image.shape, np.bool_)
        for box in boxes:
            x1, y1, x2, y2 = (value * self._scale for value in box)
            if inward:  # only pixels that are covered whole
                low, high = (np.ceil(x1), np.ceil(y1)), (np.floor(x2), np.floor(y2))
            else:
                low, high = (np.floor(x1), np.floor(y1)), (np.ceil(x2), np.ceil(y2))
            left, top, right, bottom = (max(0, int(value)) for value in (*low, *high))
            flags[top:bottom, left:right] = True
        return flags

    def _displayed(self, rects: Iterable[Rect]) -> list[Box]:
        """Rectangles of the small image, in displayed pixels."""
        return [Box(*(float(value) / self._scale for value in rect)) for rect in rects]


def _merged(boxes: list[Box]) -> list[Box]:
    """Boxes that overlap, as one each."""
    merged: list[Box] = []
    for box in sorted(boxes):
        while (other := next((o for o in merged if o.intersection(box) > 0), None)) is not None:
            merged.remove(other)
            box = box.hull(other)
        merged.append(box)
    return merged
