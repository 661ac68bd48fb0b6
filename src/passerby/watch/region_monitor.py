"""Which parts of each buffered frame have changed since the detector last ran, and which of them were searched since.

Compares frames as small luma images (detect/live/view_change.py), and applies the rule to them (watch/region_gate.py).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import cv2
import numpy as np

from passerby.config.regions import Region
from passerby.core.box import Box
from passerby.core.media import Geometry
from passerby.core.motion import MotionField
from passerby.core.raw_frame import RawFrame
from passerby.detect.live.motion_layers import FlowStep, Transform, follow
from passerby.detect.live.view_change import (
    IDENTITY,
    REFINE_SHARE,
    Explanation,
    Points,
    ViewImage,
    any_of,
    camera_motion,
    is_identity,
    out_of_view,
)
from passerby.watch.cover_boxes import Rect, cover_boxes, hulls
from passerby.watch.region_gate import MAX_COVERED_SHARE, Flags, Reference, grow, to_cover

#: Parts that changed belong together up to this many pixels of the small image from each other: of somebody in front
#: of a wall that looks like him, only some do. And what is covered grows by so many on every side.
JOIN_PX, REACH_PX = 8, 3
#: How many detector runs are kept to confirm each other.
CONFIRMING_RUNS = 6
#: Where much has moved from one run to the next, so many frames between them say what both have seen.
HALFWAY_FRAMES = 3
#: Optical flow is followed to a detector run with at most so many others between: further away it has gone astray.
MAX_RUNS_BETWEEN = 1
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
    #: Optical flow back to the frame before; None where a scene begins.
    step: FlowStep | None
    #: What of other frames it shows.
    explained: dict[int, list[Explanation]] = field(default_factory=dict)
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
        flow = None if motion is None else FlowStep.of(motion, self._scale)
        self._views[index] = _View(image, self._camera, self._scene, flow)

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
            if other is self._runs[-1] and earlier.scene == view.scene:
                if view.image.has_turned(earlier.image, self._transform(view, earlier)):
                    view.confirmed[:] = earlier.confirmed[:] = True
                    continue
                self._confirm_halfway(other, run)
                view.confirmed |= out_of_view(self._explain(run.frame, other.frame))
                earlier.confirmed |= out_of_view(self._explain(other.frame, run.frame))
        self._runs.append(run)

    def _confirm_halfway(self, earlier: DetectorRun, later: DetectorRun) -> None:
        """Where much has moved between two runs, what both have seen is told by the frames between them."""
        ends = [run for run in (earlier, later) if self._confirmed(run).mean() < 1 - REFINE_SHARE]
        if not ends:
            return
        for step in range(1, HALFWAY_FRAMES + 1):
            middle = earlier.frame + round((later.frame - earlier.frame) * step / (HALFWAY_FRAMES + 1))
            if middle not in self._views or middle in (earlier.frame, later.frame):
                continue
            both = self._seen_empty(middle, earlier) & self._seen_empty(middle, later)
            for run in ends:
                for one in self._explain(middle, run.frame):
                    self._confirmed(run)[:] |= self._warp_back(both & one.same, one.transform)

    def _confirmed(self, run: DetectorRun) -> Flags:
        confirmed = self._views[run.frame].confirmed
        assert confirmed is not None  # the detector ran on it
        return confirmed

    def _seen_empty(self, index: int, run: DetectorRun) -> Flags:
        """What of a frame looks as a detector run has seen it, who found nobody there."""
        return any_of([one.same & ~one.occupied for one in self._references(index, run)])

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
                references += self._references(index, run)
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
        return all(bool(self._seen_empty(index, run)[part].all()) for run in runs)

    def _same(self, index: int, reference: int) -> Flags:
        return any_of([one.same for one in self._explain(index, reference)])

    def _explain(self, index: int, reference: int) -> list[Explanation]:
        view, other = self._views[index], self._views[reference]
        if reference not in view.explained:
            if view.scene != other.scene:
                nothing = np.zeros(view.image.shape, np.bool_)
                view.explained[reference] = [Explanation(nothing, IDENTITY)]
            else:
                camera = self._transform(view, other)
                points = self._points(index, reference)
                view.explained[reference] = view.image.explain(other.image, camera, points)
        return view.explained[reference]

    def _points(self, index: int, reference: int) -> Callable[[], Points | None]:
        """The same points in a frame and in another one, as far as the flow between them is known."""

        def points() -> Points | None:
            earlier, later = min(index, reference), max(index, reference)
            if sum(earlier < run.frame < later for run in self._runs) > MAX_RUNS_BETWEEN:
                return None
            steps = [view.step for n in range(later, earlier, -1) if (view := self._views.get(n)) is not None]
            known = [step for step in steps if step is not None]
            if not known or len(known) < later - earlier:
                return None
            trails = follow(known)
            if trails is None:
                return None
            now, then = (trails.later, trails.earlier) if index == later else (trails.earlier, trails.later)
            return now, then, trails.cell

        return points

    def _references(self, index: int, run: DetectorRun) -> list[Reference]:
        """A detector run, as a frame sees it: one for each way in which what it shows has moved since."""
        other = self._views[run.frame]
        shape = other.image.shape
        confirmed = np.zeros(shape, np.bool_) if other.confirmed is None else other.confirmed
        occupied = self._flags([box.expand(CORE_MARGIN) for box in run.found])
        return [
            Reference(one.same, self._warp(occupied, one.transform), self._warp(confirmed, one.transform))
            for one in self._explain(index, run.frame)
        ]

    @staticmethod
    def _warp(flags: Flags, transform: Transform) -> Flags:
        """Flags of a reference, where they are in a frame."""
        if is_identity(transform):
            return flags
        size = flags.shape[1], flags.shape[0]
        # Beyond the rim it is as at the rim: what is the same there says ViewImage.
        warped = cv2.warpPerspective(
            flags.astype(np.uint8), transform, size, flags=cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(warped, np.bool_)

    @staticmethod
    def _warp_back(flags: Flags, transform: Transform) -> Flags:
        """Flags of a frame, where they are in the reference; beyond the rim there are none."""
        size = flags.shape[1], flags.shape[0]
        how = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
        return np.asarray(cv2.warpPerspective(flags.astype(np.uint8), transform, size, flags=how), np.bool_)

    @staticmethod
    def _transform(view: _View, reference: _View) -> Transform:
        if view.camera is reference.camera:
            return IDENTITY
        return np.asarray(view.camera @ np.linalg.inv(reference.camera), np.float64)

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
