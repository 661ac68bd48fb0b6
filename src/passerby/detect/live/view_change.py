"""What changed between two frames of one camera otherwise than by the camera's own motion, on a small luma image.

Frames are compared directly, not from one to the next: whatever passed in between does not matter, and nothing adds up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from passerby.core.media import Geometry
from passerby.core.motion import MotionField
from passerby.core.raw_frame import RawFrame
from passerby.detect.live.exposure import in_this_light
from passerby.detect.live.motion_layers import Flags, Grid, Transform, layers
from passerby.detect.preprocess import Image, fit_size, to_luma

#: The same points in an image and in a reference, and the side of the cells that they are in: see motion_layers.py.
Points = tuple[Grid, Grid, float]

#: Longer side of the image that is compared: a face of 12 px in a frame of 1280 is still more than four across.
VIEW_SIZE_PX = 480
#: A pixel has changed when it lies outside what its neighbours were in the other image by this many luma steps, plus
#: NOISE_FACTOR times the median difference: MIN_STEPS at noon, MAX_STEPS in the noise of a night.
MIN_STEPS, MAX_STEPS, NOISE_FACTOR = 6.0, 16.0, 4.0
#: A change of fewer than this many pixels of the 25 around is noise, and not the smallest face.
MIN_CHANGED_NEIGHBOURS = 5
#: And all around have changed by this share of those steps, on average: somebody faint.
FAINT_SHARE = 0.3
#: Optical flow of less than this share of a pixel, in MIN_STILL_SHARE of the cells, is that of a camera that stands
#: still. Chosen by hand.
STILL_PX, MIN_STILL_SHARE = 0.25, 0.5
#: Vectors that a camera's motion is fitted to, how far one may be off, in pixels, and the share that must agree with
#: it. Chosen by hand.
MAX_VECTORS, INLIER_PX, MIN_INLIER_SHARE = 500, 0.7, 0.35
#: What a camera that shakes lets in at the rim, up to so many pixels, shows nobody: a face of 12 px is larger.
MAX_RIM_PX = 4
#: From this share of changed pixels on, the camera's motion is estimated again between the two frames themselves. And
#: where it turns, another motion explains no smaller part of the picture.
REFINE_SHARE = 0.05
#: Beyond the rim of a reference is what lies at most this share of the width from what has moved there, and that is no
#: less than this share of the image. Chosen by hand.
MAX_BEYOND_SHARE, MIN_EXPLAINED_SHARE = 0.25, 0.08
#: A camera that is fixed shakes by no more than this share of the width of its picture.
MAX_SHAKE_SHARE = 0.05
#: And one that turns moves by more than this from one detector run to the next.
MIN_TURN_SHARE = 0.1
#: Of one that has moved further than that, no more of the picture looks as if it had not. Chosen by hand.
MAX_STANDING_SHARE = 0.75

IDENTITY: Transform = np.eye(3)
_SQUARE, _CORE = np.ones((3, 3), np.uint8), np.ones((9, 9), np.uint8)


class Explanation(NamedTuple):
    """Pixels of an image that show what a reference showed: `transform` leads there from its pixels."""

    same: Flags
    transform: Transform


class ViewImage:
    """The small luma image of one frame, blurred a little. Holds pixels: never leaves the process."""

    def __init__(self, luma: Image) -> None:
        self.luma = np.asarray(cv2.blur(luma, (3, 3)), np.uint8)

    @classmethod
    def of(cls, frame: RawFrame, geometry: Geometry) -> ViewImage:
        return cls(to_luma(frame, geometry, fit_size(geometry, VIEW_SIZE_PX)))

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return self.luma.shape[0], self.luma.shape[1]

    @cached_property
    def range(self) -> tuple[Image, Image]:
        """The least and the most luma around each pixel: an edge that trembles is no change."""
        return _range(self.luma)

    def unchanged(self, reference: ViewImage, transform: Transform) -> Flags:
        """Which pixels show what `reference` showed; `transform` leads from its pixels to those of this image."""
        return any_of([one.same for one in self.explain(reference, transform)])

    def explain(
        self, reference: ViewImage, transform: Transform, points: Callable[[], Points | None] = lambda: None
    ) -> list[Explanation]:
        """What of `reference` this image shows, and where it came from: `transform` is the camera's motion, from the
        pixels of the one to those of the other. `points` gives the same points in this image and in the reference."""
        found = [Explanation(self._compare(reference, transform), transform)]
        if self._is_explained(found):
            return found
        if (refined := self._refine(reference, transform)) is not None:
            found.append(Explanation(self._compare(reference, refined), refined))
        if not _is_far(transform, self.shape, MAX_SHAKE_SHARE):
            return found  # what moves otherwise before a camera that stands is somebody, or what he carries
        standing = self._compare(reference, IDENTITY)
        if standing.mean() > MAX_STANDING_SHARE:
            return [Explanation(standing, IDENTITY)]
        found.append(Explanation(standing, IDENTITY))  # a window that a camera that moves looks through
        if self._is_explained(found):
            return found
        # What is near or far passes otherwise than the rest.
        if (known := points()) is not None:
            for layer in layers(*known, np.ones(self.shape, np.bool_)):
                if self._is_explained(found):
                    break
                refined = self._refine(reference, layer.transform, layer.support)
                motion = layer.transform if refined is None else refined
                found.append(Explanation(self._compare(reference, motion, layer.support), motion))
            return found
        for start in (IDENTITY, transform):
            if self._is_explained(found):
                break
            if (other := self._refine(reference, start, self._open(found))) is not None:
                found.append(Explanation(self._compare(reference, other), other))
        return found

    @staticmethod
    def _open(found: list[Explanation]) -> Flags:
        return ~any_of([one.same for one in found])

    def _is_explained(self, found: list[Explanation]) -> bool:
        return bool(self._open(found).mean() <= REFINE_SHARE)

    def has_turned(self, reference: ViewImage, transform: Transform) -> bool:
        """Has the camera moved since `reference` by more than one does that is fixed and shakes? Not where most of the
        picture stands still: somebody who fills the rest of it moves it as well."""
        far = _is_far(transform, self.shape, MIN_TURN_SHARE)
        return far and bool(self._compare(reference, IDENTITY).mean() <= MAX_STANDING_SHARE)

    def _compare(self, reference: ViewImage, transform: Transform, within: Flags | None = None) -> Flags:
        """Which pixels show what `reference` showed; none but those `within`, which alone say how light it is."""
        images = (*reference.range, reference.luma)
        if is_identity(transform) and within is None:
            return _within(self.luma, *in_this_light(self.luma, *images))
        low, high, middle = (_warp(image, transform, cv2.BORDER_REPLICATE) for image in images)
        inside = _warp(_inner(middle.shape), transform) == 255
        compared = inside if within is None else inside & within
        same = _within(self.luma, *in_this_light(self.luma, low, high, middle, compared), compared) & _known(inside)
        return same if within is None else same & within

    def _refine(self, reference: ViewImage, transform: Transform, within: Flags | None = None) -> Transform | None:
        """The camera's motion from `reference` to this image, estimated anew from the images themselves: that of most
        of the picture, or of most of what lies `within`."""
        warped = _warp(reference.luma, transform)
        flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST).calc(warped, self.luma, None)  # type: ignore[call-overload]
        half = 4
        vectors = np.asarray(flow, np.float32)[half :: 2 * half, half :: 2 * half]
        trusted = np.ones(vectors.shape[:2], np.float32)
        if within is not None:
            around = cv2.blur(within.astype(np.float32), (2 * half + 1, 2 * half + 1))
            trusted = (around[half :: 2 * half, half :: 2 * half] > 0.5).astype(np.float32)
        fitted = _fit(vectors, 2.0 * half, trusted)
        return None if fitted is None else fitted @ transform


def camera_motion(field: MotionField, scale: float) -> Transform | None:
    """The motion of the camera from the previous frame to this one, in pixels of an image that is `scale` times as
    large as the displayed frame; None where most of the picture does not move as one."""
    vectors = field.forward * np.float32(scale)
    if float((np.abs(vectors).max(axis=2) < STILL_PX).mean()) >= MIN_STILL_SHARE:
        return IDENTITY
    return _fit(vectors, field.cell * scale, field.confidence)


def any_of(flags: Sequence[Flags]) -> Flags:
    return np.asarray(np.logical_or.reduce(flags), np.bool_)


def out_of_view(explanations: Sequence[Explanation]) -> Flags:
    """What of an image the reference cannot have shown, since it lies beyond its rim: what is there moves with what
    is explained nearest to it."""
    shape = explanations[0].same.shape
    beyond = np.zeros(shape, np.bool_)
    nearest = np.full(shape, MAX_BEYOND_SHARE * shape[1], np.float32)
    for one in explanations:
        if one.same.mean() < MIN_EXPLAINED_SHARE:
            continue
        still = is_identity(one.transform)
        outside = np.zeros(shape, np.bool_) if still else _warp(_inner(shape), one.transform) < 255
        core = cv2.erode(one.same.astype(np.uint8), _CORE)  # without what only looks alike by chance
        distance = np.asarray(cv2.distanceTransform(1 - core, cv2.DIST_L2, 3), np.float32)
        closer = distance < nearest
        beyond = np.where(closer, outside, beyond)
        nearest = np.minimum(nearest, distance)
    return beyond


def is_identity(transform: Transform) -> bool:
    return transform is IDENTITY or bool(np.abs(transform - IDENTITY).max() < 1e-6)


def _is_far(transform: Transform, shape: tuple[int, int], share: float) -> bool:
    """Does it move a corner of an image, (rows, columns), by more than this share of its width?"""
    rows, columns = shape
    corners = np.array([[[0, 0], [columns, 0], [0, rows], [columns, rows]]], np.float64)
    moved = cv2.perspectiveTransform(corners, transform) - corners
    return float(np.abs(moved).max()) > share * columns


def _fit(vectors: npt.NDArray[np.float32], cell: float, confidence: npt.NDArray[np.float32]) -> Transform | None:
    """The plane projective map that most of the vectors of a grid agree with."""
    rows, columns = np.nonzero(confidence > 0.3)
    if len(rows) < 20:
        return None
    chosen = slice(None, None, max(1, len(rows) // MAX_VECTORS))
    rows, columns = rows[chosen], columns[chosen]
    start = np.stack([(columns + 0.5) * cell, (rows + 0.5) * cell], axis=1)
    moved = vectors[rows, columns].astype(np.float64)
    if float((np.abs(moved).max(axis=1) < STILL_PX).mean()) >= MIN_STILL_SHARE:
        return IDENTITY
    found, inliers = cv2.findHomography(start, start + moved, cv2.USAC_FAST, INLIER_PX, maxIters=300)
    if found is None or float(inliers.mean()) < MIN_INLIER_SHARE:
        return None
    return np.asarray(found, np.float64)


def _within(now: Image, low: Image, high: Image, middle: Image, inside: Flags | None = None) -> Flags:
    """Which pixels lie between `low` and `high`, but for noise; `middle` is what they should be. Those that are not
    `inside` are not compared."""
    difference = cv2.absdiff(middle, now)
    noise = (
        float(np.median(difference if inside is None else difference[inside]))
        if inside is None or inside.any()
        else 0.0
    )
    steps = min(MAX_STEPS, MIN_STEPS + NOISE_FACTOR * noise)
    beyond = cv2.max(cv2.subtract(now, high), cv2.subtract(low, now))
    if inside is not None:
        beyond[~inside] = 0
    outside = (beyond > steps).astype(np.float32)
    around = cv2.boxFilter(outside, -1, (5, 5), normalize=False, borderType=cv2.BORDER_CONSTANT)
    mean = cv2.blur(beyond.astype(np.float32), (5, 5), borderType=cv2.BORDER_CONSTANT)
    return np.asarray((around < MIN_CHANGED_NEIGHBOURS) & (mean < FAINT_SHARE * steps), np.bool_)


def _inner(shape: tuple[int, ...]) -> Image:
    """255 where what is blurred and spread around a pixel lies within an image, 0 along its rim."""
    inner = np.zeros(shape, np.uint8)
    inner[2:-2, 2:-2] = 255
    return inner


def _known(inside: Flags) -> Flags:
    """What of an image is `inside` a reference, with the rim that shows nobody."""
    margin = MAX_RIM_PX + 1
    around = np.pad(inside.astype(np.uint8), margin, constant_values=1)
    closed = cv2.morphologyEx(around, cv2.MORPH_CLOSE, np.ones((margin, margin), np.uint8))
    return np.asarray(closed[margin:-margin, margin:-margin], np.bool_)


def _range(luma: Image) -> tuple[Image, Image]:
    return np.asarray(cv2.erode(luma, _SQUARE), np.uint8), np.asarray(cv2.dilate(luma, _SQUARE), np.uint8)


def _warp(image: Image, transform: Transform, border: int = cv2.BORDER_CONSTANT) -> Image:
    size = image.shape[1], image.shape[0]
    warped = cv2.warpPerspective(image, transform, size, flags=cv2.INTER_LINEAR, borderMode=border)
    return np.asarray(warped, np.uint8)
