"""An attack on the masks: does any of the original remain under them?

The released frame under a mask is correlated with the original there, in frequency bands that are each normalised:
this is what sharpening a blurred image does, so a blur that can be undone is found as easily as a copy. Correlations
are summed over the frames of a track, and the mean of all frames is correlated as well: what lay under a moving mosaic
has been reconstructed from some 56 frames that way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from passerby.config.settings import ALWAYS_SOLID, Style
from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.detect.preprocess import Image
from passerby.documents.verification_report import Check
from passerby.track.mask_schedule import ScheduledMask
from passerby.verify.checks.findings import FindingCollector
from passerby.verify.checks.masks import SIDE, Float, fitted_cells

#: Frequency bands, in cycles across a mask; the lowest is above what four cells can represent.
BANDS = ((2.5, 5.0), (5.0, 10.0), (10.0, 20.0))
#: Correlation from which detail comes from the original, and its least amplitude (luma steps of 255), above the noise
#: of encoding.
MIN_CORRELATION, MIN_AMPLITUDE = 0.4, 1.0
#: The same in one of sixteen parts: a strip that shows the eyes is a small part of a mask.
MIN_PART_CORRELATION, MIN_PART_AMPLITUDE = 0.6, 1.5
#: Frames of a track from which a correlation is significant.
MIN_FRAMES = 3
#: Pixels at the edge of a mask that are left out.
EDGE = 3
#: Without a plan: mean difference (luma steps) of a changed area, and its least side in the scaled image, px.
MIN_CHANGE, MIN_SIDE = 10, 8
#: Changed areas of two frames are the same mask from this IoU, up to so many seconds later.
MIN_IOU, MAX_GAP_S = 0.2, 0.6
#: Two parts of one mask may be this far apart, as a share of the extent of both.
MAX_PART_GAP = 0.3


@dataclass(slots=True)
class _Sums:
    """Sums over the frames of one mask: products of both images by band and by part, and the images themselves."""

    kind: Kind | None
    box: Box
    frame: int
    start: float
    end: float
    solid: bool
    bands: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros((len(BANDS), 3)))
    parts: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros((16, 3)))
    original: Float = field(default_factory=lambda: np.zeros((SIDE, SIDE), np.float32))
    released: Float = field(default_factory=lambda: np.zeros((SIDE, SIDE), np.float32))
    frames: int = 0


@dataclass(slots=True)
class ResidualCheck:
    """All masks of one video track, compared with the original."""

    video: int
    style: Style
    findings: FindingCollector
    measured: int = 0
    _sums: dict[int, _Sums] = field(default_factory=dict)
    _next: int = 10**6

    def compare_masks(
        self, released: Image, original: Image, masks: Sequence[ScheduledMask], frame: int, seconds: float
    ) -> None:
        """With a plan: at its masks. Both images are the luma of one frame at its displayed size."""
        for track, key in masks:
            solid = self.style is Style.SOLID or track.kind in ALWAYS_SOLID
            # Where a solid mask overlaps a weak one, the weak one cannot be measured.
            if not solid and any(
                other.box.intersection(key.box) for other_track, other in masks if other_track is not track
            ):
                continue
            self._add(track.number, released, original, key.box, track.kind, solid, frame, seconds)

    def compare_changes(self, released: Image, original: Image, frame: int, seconds: float) -> None:
        """Without a plan: masks are where the two images differ."""
        for box in _changed_areas(released, original):
            number = self._match(box, seconds)
            self._add(number, released, original, box, None, self.style is Style.SOLID, frame, seconds)

    def _match(self, box: Box, seconds: float) -> int:
        for number, sums in self._sums.items():
            if seconds - sums.end <= MAX_GAP_S and sums.end < seconds and sums.box.iou(box) > MIN_IOU:
                return number
        self._next += 1
        return self._next

    def _add(
        self,
        number: int,
        released: Image,
        original: Image,
        box: Box,
        kind: Kind | None,
        solid: bool,
        frame: int,
        seconds: float,
    ) -> None:
        pair = [_patch(luma, box, EDGE if solid else 0) for luma in (original, released)]
        a, b = pair
        if a is None or b is None:
            return
        if not solid:
            everywhere = np.ones((SIDE, SIDE), bool)
            a, b = (fitted_cells(patch, everywhere, self.style)[1] for patch in (a, b))
        sums = self._sums.get(number)
        if sums is None:
            sums = self._sums[number] = _Sums(kind, box, frame, seconds, seconds, solid)
        sums.end, sums.frames = seconds, sums.frames + 1
        sums.bands += _by_band(a, b)
        sums.parts += _by_part(a, b)
        sums.original += a
        sums.released += b
        if number >= 10**6:
            sums.box = box
        self.measured += 1

    def finish(self) -> None:
        """All frames have been given: evaluate every mask."""
        for number, sums in self._sums.items():
            found = _evaluate(sums)
            if found is None:
                continue
            description, correlation = found
            planned = number < 10**6
            name = f"the mask of track {number}" if planned else "a mask"
            self.findings.add_in_frame(
                Check.RESIDUAL,
                f"{name} {description} (correlation {correlation:.2f})",
                self.video,
                sums.frame,
                sums.start,
                sums.kind,
                sums.box,
                score=min(1.0, correlation),
                track=number if planned else None,
                until=sums.end,
            )


def _evaluate(sums: _Sums) -> tuple[str, float] | None:
    if sums.frames < MIN_FRAMES and sums.start != sums.end:
        return None
    correlation = _correlation(sums.bands, MIN_AMPLITUDE, sums.frames)
    if correlation > MIN_CORRELATION:
        return "shows the original", correlation
    correlation = _correlation(sums.parts, MIN_PART_AMPLITUDE, sums.frames)
    if correlation > MIN_PART_CORRELATION:
        return "shows the original in a part of it", correlation
    if sums.frames >= MIN_FRAMES:
        mean = _by_band(*(np.asarray(s / sums.frames, np.float32) for s in (sums.original, sums.released)))
        correlation = _correlation(mean, MIN_AMPLITUDE, 1)
        if correlation > MIN_CORRELATION:
            return "shows the original when its frames are averaged", correlation
    return None


def _correlation(sums: npt.NDArray[np.float64], min_amplitude: float, frames: int) -> float:
    """The highest correlation of the rows (a.b, a.a, b.b; means of squares per frame) with sufficient amplitude."""
    product, first, second = sums.T / max(1, frames)
    usable = (first > min_amplitude**2) & (second > min_amplitude**2)
    if not usable.any():
        return 0.0
    return float((product[usable] / np.sqrt(first[usable] * second[usable])).max())


def _by_band(a: Float, b: Float) -> npt.NDArray[np.float64]:
    """For each of BANDS: mean of a*b, a*a, b*b of both patches in that band."""
    window = _window()
    fa, fb = (np.fft.rfft2((patch - patch.mean()) * window) for patch in (a, b))
    scale = 2.0 / SIDE**4 / float((window**2).mean())
    rows = []
    for band in _bands():
        x, y = fa[band], fb[band]
        rows.append([float((x * y.conj()).real.sum()), float((abs(x) ** 2).sum()), float((abs(y) ** 2).sum())])
    return np.array(rows) * scale


def _by_part(a: Float, b: Float) -> npt.NDArray[np.float64]:
    """The same for each of sixteen parts, after removing its linear trend."""
    side = SIDE // 4
    rows = []
    for top in range(0, SIDE, side):
        for left in range(0, SIDE, side):
            x, y = (_detrend(p[top : top + side, left : left + side]) for p in (a, b))
            rows.append([float((x * y).mean()), float((x * x).mean()), float((y * y).mean())])
    return np.array(rows)


def _detrend(part: Float) -> Float:
    plane = _plane(part.shape[0])
    return np.asarray(part.ravel() - plane @ (plane.T @ part.ravel()), np.float32)


@cache
def _plane(side: int) -> Float:
    """An orthonormal basis of constants and slopes over a square."""
    y, x = np.mgrid[0:side, 0:side].reshape(2, -1).astype(np.float32)
    return np.linalg.qr(np.stack([np.ones_like(x), x, y], axis=1))[0].astype(np.float32)


@cache
def _window() -> Float:
    edge = np.hanning(SIDE).astype(np.float32)
    return np.asarray(edge[:, None] * edge[None, :], np.float32)


@cache
def _bands() -> tuple[npt.NDArray[np.bool_], ...]:
    waves = np.hypot(np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE)[None, :]) * SIDE
    return tuple((waves >= low) & (waves < high) for low, high in BANDS)


def _patch(luma: Image, box: Box, rim: int) -> Float | None:
    """The contents of a box, without its edge, at SIDE by SIDE; None if it is too small or outside the frame."""
    height, width = luma.shape
    inner = box.expand(0, -rim)
    x1, y1, x2, y2 = (round(v) for v in inner.clip(width, height))
    if x2 - x1 < 8 or y2 - y1 < 8 or box.containment(Box(0, 0, width, height)) < 0.9:
        return None
    part = luma[y1:y2, x1:x2]
    interpolation = cv2.INTER_AREA if min(part.shape) > SIDE else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(part, (SIDE, SIDE), interpolation=interpolation), np.float32)


def _changed_areas(released: Image, original: Image) -> Iterator[Box]:
    """Areas that were changed, in pixels of both images."""
    scale = max(1.0, max(released.shape) / 640)
    size = round(released.shape[1] / scale), round(released.shape[0] / scale)
    a, b = (cv2.blur(cv2.resize(p, size, interpolation=cv2.INTER_AREA), (3, 3)) for p in (released, original))
    differs = (cv2.absdiff(a, b) > MIN_CHANGE).astype(np.uint8)
    closed = cv2.morphologyEx(differs, cv2.MORPH_CLOSE, np.ones((11, 11), np.uint8))
    changed = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(changed, connectivity=4, ltype=cv2.CV_32S)
    boxes = [
        Box(x * scale, y * scale, (x + w) * scale, (y + h) * scale)
        for x, y, w, h, area in stats[1:count].tolist()
        if min(w, h) >= MIN_SIDE and area >= 0.5 * w * h
    ]
    yield from _merge_parts(boxes)


def _merge_parts(boxes: list[Box]) -> list[Box]:
    """Merge two parts of one mask that are separated by a strip through which the image is visible."""
    for n, a in enumerate(boxes):
        for b in boxes[n + 1 :]:
            across = min(a.x2, b.x2) - max(a.x1, b.x1)
            down = min(a.y2, b.y2) - max(a.y1, b.y1)
            beside = across > 0.8 * max(a.width, b.width) and -MAX_PART_GAP * a.hull(b).height < down <= 0
            above = down > 0.8 * max(a.height, b.height) and -MAX_PART_GAP * a.hull(b).width < across <= 0
            if beside or above:
                rest = [box for box in boxes if box is not a and box is not b]
                return _merge_parts([*rest, a.hull(b)])
    return boxes
