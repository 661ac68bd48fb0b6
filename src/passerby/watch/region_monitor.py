"""Which parts of each buffered frame have changed since the detector last ran, and which of them were searched since.

Compares frames as small luma images (detect/live/view_change.py), and applies the rule to them (watch/region_gate.py).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import cv2
import numpy as np

from passerby.config.regions import Region
from passerby.core.box import Box
from passerby.core.media import Geometry
from passerby.core.motion import MotionField
from passerby.core.raw_frame import RawFrame
from passerby.detect.live.view_change import IDENTITY, Transform, ViewImage, camera_motion, is_identity
from passerby.watch.cover_boxes import Rect, cover_boxes, hulls
from passerby.watch.region_gate import MAX_COVERED_SHARE, Flags, Reference, grow, to_cover

#: Parts that changed belong together up to this many pixels of the small image from each other: of somebody in front
#: of a wall that looks like him, only some do. And what is covered grows by so many on every side.
JOIN_PX, REACH_PX = 8, 3
#: How many detector runs are kept to confirm each other.
CONFIRMING_RUNS = 6
#: What belongs to a detection: its box with this share on every side.
CORE_MARGIN = 0.0


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
    #: Where the detector ran: what another run has seen as well, and nobody was found there; None elsewhere.
    confirmed: Flags | None = None


class RegionMonitor:
    """Of one live pipeline: `add` every frame, and `forget` it when it is released."""

    def __init__(self, geometry: Geometry, keep_regions: Sequence[Region] = ()) -> None:
        """What changes in `keep_regions`, in displayed pixels, is shown: a clock in the picture, a screen."""
        self._geometry, self._keep_regions = geometry, keep_regions
        self._kept: Flags | None = None
        self._views: dict[int, _View] = {}
        self._camera, self._scene = IDENTITY, 0
        self._scale = 1.0
        self._runs: deque[DetectorRun] = deque(maxlen=CONFIRMING_RUNS)

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
        kept = {run.frame for run in self._runs}
        for index in [index for index in self._views if index < before and index not in kept]:
            del self._views[index]

    def add_run(self, run: DetectorRun) -> None:
        """The detector ran on a frame. Somebody blurred is missed by a run, and has moved on by the next: so a run is
        believed only where another saw the same, and nobody there. Not so where the camera turned in between: then
        little is the same."""
        if run.frame not in self._views:
            return
        view = self._views[run.frame]
        view.confirmed = np.zeros(view.image.shape, np.bool_)
        for other in (other for other in self._runs if other.frame in self._views):
            earlier = self._views[other.frame]
            assert earlier.confirmed is not None
            view.confirmed |= self._seen_empty(run.frame, other)
            earlier.confirmed |= self._seen_empty(other.frame, run)
            turned = view.image.has_turned(earlier.image, self._transform(view, earlier))
            if other is self._runs[-1] and earlier.scene == view.scene and turned:
                view.confirmed[:] = earlier.confirmed[:] = True
        self._runs.append(run)

    def _seen_empty(self, index: int, run: DetectorRun) -> Flags:
        return self._same(index, run.frame) & ~self._occupied(index, run.frame, run.found)

    def regions(self, index: int, references: Iterable[int]) -> list[Box]:
        """The parts of a frame that changed since each of `references`, frames that the detector ran on."""
        if index not in self._views:
            return []
        view = self._views[index]
        changed = np.ones(view.image.shape, np.bool_)
        for number in references:
            if number in self._views:
                changed &= ~self._same(index, number)
        return _merged(self._displayed(hulls(changed, JOIN_PX)))

    def cover(self, index: int, runs: Sequence[DetectorRun], masks: Sequence[Box]) -> list[Box] | None:
        """What of a frame must be covered besides its `masks`, in displayed pixels; None: all of it. `runs` are those
        before and after it. Runs from before them show what somebody hid there, or what the camera shook out of view.

        That parts of the frame were searched, and nobody was found, does not count: a face model alone misses one
        moving face in six.
        """
        if index not in self._views:
            return None
        older = [run for run in self._runs if run.frame not in {one.frame for one in runs}]
        masked = self._flags(masks, inward=True) | self._kept_flags()
        references: list[Reference] = []
        opened = ~masked
        for run in (*runs, *reversed(older)):
            if run.frame in self._views and opened.any():
                references.append(self._reference(index, run))
                opened = _opened(to_cover(references, masked, 0))
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

    def _reference(self, index: int, run: DetectorRun) -> Reference:
        view, other = self._views[index], self._views[run.frame]
        unconfirmed = np.zeros(view.image.shape, np.bool_)
        confirmed = unconfirmed if other.confirmed is None else other.confirmed
        return Reference(
            self._same(index, run.frame),
            self._occupied(index, run.frame, run.found),
            self._warp(confirmed, self._transform(view, other)),
        )

    @staticmethod
    def _warp(flags: Flags, transform: Transform) -> Flags:
        if is_identity(transform):
            return flags
        rows, columns = flags.shape
        # Beyond the rim it is as at the rim: what is the same there says ViewImage.
        return np.asarray(
            cv2.warpPerspective(
                flags.astype(np.uint8),
                transform,
                (columns, rows),
                flags=cv2.INTER_NEAREST,
                borderMode=cv2.BORDER_REPLICATE,
            ),
            np.bool_,
        )

    @staticmethod
    def _transform(view: _View, reference: _View) -> Transform:
        if view.camera is reference.camera:
            return IDENTITY
        return np.asarray(view.camera @ np.linalg.inv(reference.camera), np.float64)

    def _occupied(self, index: int, reference: int, boxes: Sequence[Box]) -> Flags:
        view, other = self._views[index], self._views[reference]
        return self._warp(self._flags([box.expand(CORE_MARGIN) for box in boxes]), self._transform(view, other))

    def _kept_flags(self) -> Flags:
        if self._kept is None:
            flags = np.zeros(next(iter(self._views.values())).image.shape, np.uint8)
            for region in self._keep_regions:
                cv2.fillPoly(flags, [np.round(np.array(region.polygon) * self._scale).astype(np.int32)], (1,))
            self._kept = flags.astype(np.bool_)
        return self._kept

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


def _opened(flags: Flags) -> Flags:
    """Without what is thinner than three pixels."""
    return cv2.morphologyEx(flags.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)).astype(np.bool_)


def _merged(boxes: list[Box]) -> list[Box]:
    """Boxes that overlap, as one each."""
    merged: list[Box] = []
    for box in sorted(boxes):
        while (other := next((o for o in merged if o.intersection(box) > 0), None)) is not None:
            merged.remove(other)
            box = box.hull(other)
        merged.append(box)
    return merged
