"""An attack on our own masks: is anything of the original still under them?

What the file shows under a mask is compared with what the original shows there, in bands of detail, each brought to the
same strength: that is what sharpening a blurred picture does, so a blur that can be undone is found as easily as a
copy. It is summed over the frames along a track, and the mean of all frames is compared as well: what lay under a
moving mosaic was rebuilt from some 56 frames that way.
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
from passerby.detect.preprocess import Picture
from passerby.documents.verification_report import Check
from passerby.track.active_tracks import Showing
from passerby.verify.checks.findings import Suspects
from passerby.verify.checks.masks import SIDE, Float, fitted_cells

#: Bands of detail, in waves across a mask; the coarsest is finer than what four cells can show.
BANDS = ((2.5, 5.0), (5.0, 10.0), (10.0, 20.0))
#: Correlation from which detail is the original's, and how strong it must be (luma steps of 255) to be more than the
#: noise of encoding.
ALIKE, STRONG = 0.4, 1.0
#: The same in one of sixteen parts: a strip through which the eyes are seen is little of a mask.
PART_ALIKE, PART_STRONG = 0.6, 1.5
#: Frames along a track from which a correlation is believed.
FRAMES = 3
#: Pixels at the rim of a mask that are left out.
RIM = 3
#: Without a plan: mean difference (luma steps) from which a place was changed, and its least side in the small picture.
CHANGED, LEAST_SIDE = 10, 8
#: Such places in two looks are the same one from this overlap on, up to so many seconds later.
SAME, APART = 0.2, 0.6
#: Two parts of a mask may be this far apart, as a share of both together.
GAP = 0.3


@dataclass(slots=True)
class _Sums:
    """Of one mask along its track: products of both pictures' detail by band and by part, and the sum of pictures."""

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
class AgainstOriginal:
    """All masks of one video track against the original's pictures."""

    video: int
    style: Style
    suspects: Suspects
    measured: int = 0
    _sums: dict[int, _Sums] = field(default_factory=dict)
    _next: int = 10**6

    def planned(
        self, released: Picture, original: Picture, here: Sequence[Showing], frame: int, seconds: float
    ) -> None:
        """Masks where the plan has them; both pictures are the luma of one frame at its displayed size."""
        for track, key in here:
            solid = self.style is Style.SOLID or track.kind in ALWAYS_SOLID
            # Where a solid mask lies over a weak one, the weak one is not seen.
            if not solid and any(other.box.overlap(key.box) for one, other in here if one is not track):
                continue
            self._add(track.number, released, original, key.box, track.kind, solid, frame, seconds)

    def changed(self, released: Picture, original: Picture, frame: int, seconds: float) -> None:
        """Without a plan: masks are where the two pictures differ."""
        for box in _differing(released, original):
            number = self._followed(box, seconds)
            self._add(number, released, original, box, None, self.style is Style.SOLID, frame, seconds)

    def _followed(self, box: Box, seconds: float) -> int:
        for number, sums in self._sums.items():
            if seconds - sums.end <= APART and sums.end < seconds and sums.box.iou(box) > SAME:
                return number
        self._next += 1
        return self._next

    def _add(
        self,
        number: int,
        released: Picture,
        original: Picture,
        box: Box,
        kind: Kind | None,
        solid: bool,
        frame: int,
        seconds: float,
    ) -> None:
        pair = [_patch(picture, box, RIM if solid else 0) for picture in (original, released)]
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
        """All frames have been seen: judge every mask."""
        for number, sums in self._sums.items():
            found = _judged(sums)
            if found is None:
                continue
            what, alike = found
            planned = number < 10**6
            name = f"the mask of track {number}" if planned else "a mask"
            self.suspects.see(
                Check.SOURCE,
                f"{name} {what} (correlation {alike:.2f})",
                self.video,
                sums.frame,
                sums.start,
                sums.kind,
                sums.box,
                score=min(1.0, alike),
                track=number if planned else None,
                until=sums.end,
            )


def _judged(sums: _Sums) -> tuple[str, float] | None:
    if sums.frames < FRAMES and sums.start != sums.end:
        return None
    alike = _correlation(sums.bands, STRONG, sums.frames)
    if alike > ALIKE:
        return "lets the original through", alike
    alike = _correlation(sums.parts, PART_STRONG, sums.frames)
    if alike > PART_ALIKE:
        return "lets the original through in a part of it", alike
    if sums.frames >= FRAMES:
        mean = _by_band(*(np.asarray(s / sums.frames, np.float32) for s in (sums.original, sums.released)))
        alike = _correlation(mean, STRONG, 1)
        if alike > ALIKE:
            return "lets the original through when its frames are averaged", alike
    return None


def _correlation(sums: npt.NDArray[np.float64], strong: float, frames: int) -> float:
    """The greatest correlation of the rows (a.b, a.a, b.b; means of squares per frame) in which both are strong."""
    product, first, second = sums.T / max(1, frames)
    usable = (first > strong**2) & (second > strong**2)
    if not usable.any():
        return 0.0
    return float((product[usable] / np.sqrt(first[usable] * second[usable])).max())


def _by_band(a: Float, b: Float) -> npt.NDArray[np.float64]:
    """For each of BANDS: mean of a*b, a*a, b*b of what both patches have in it."""
    window = _window()
    fa, fb = (np.fft.rfft2((patch - patch.mean()) * window) for patch in (a, b))
    scale = 2.0 / SIDE**4 / float((window**2).mean())
    rows = []
    for band in _bands():
        x, y = fa[band], fb[band]
        rows.append([float((x * y.conj()).real.sum()), float((abs(x) ** 2).sum()), float((abs(y) ** 2).sum())])
    return np.array(rows) * scale


def _by_part(a: Float, b: Float) -> npt.NDArray[np.float64]:
    """For each of sixteen parts the same, of what is left when its slope is taken away."""
    side = SIDE // 4
    rows = []
    for top in range(0, SIDE, side):
        for left in range(0, SIDE, side):
            x, y = (_without_slope(p[top : top + side, left : left + side]) for p in (a, b))
            rows.append([float((x * y).mean()), float((x * x).mean()), float((y * y).mean())])
    return np.array(rows)


def _without_slope(part: Float) -> Float:
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


def _patch(picture: Picture, box: Box, rim: int) -> Float | None:
    """What lies in a box, without its rim, at SIDE by SIDE; None where there is too little of it."""
    height, width = picture.shape
    inner = box.expand(0, -rim)
    x1, y1, x2, y2 = (round(v) for v in inner.clipped(width, height))
    if x2 - x1 < 8 or y2 - y1 < 8 or box.containment(Box(0, 0, width, height)) < 0.9:
        return None
    part = picture[y1:y2, x1:x2]
    how = cv2.INTER_AREA if min(part.shape) > SIDE else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(part, (SIDE, SIDE), interpolation=how), np.float32)


def _differing(released: Picture, original: Picture) -> Iterator[Box]:
    """Places that were changed, in the pixels of both pictures."""
    scale = max(1.0, max(released.shape) / 640)
    size = round(released.shape[1] / scale), round(released.shape[0] / scale)
    a, b = (cv2.blur(cv2.resize(p, size, interpolation=cv2.INTER_AREA), (3, 3)) for p in (released, original))
    differs = (cv2.absdiff(a, b) > CHANGED).astype(np.uint8)
    closed = cv2.morphologyEx(differs, cv2.MORPH_CLOSE, np.ones((11, 11), np.uint8))
    changed = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(changed, connectivity=4, ltype=cv2.CV_32S)
    boxes = [
        Box(x * scale, y * scale, (x + w) * scale, (y + h) * scale)
        for x, y, w, h, area in stats[1:count].tolist()
        if min(w, h) >= LEAST_SIDE and area >= 0.5 * w * h
    ]
    yield from _joined(boxes)


def _joined(boxes: list[Box]) -> list[Box]:
    """Two parts of one mask, with a strip between them through which the picture is seen, as one."""
    for n, a in enumerate(boxes):
        for b in boxes[n + 1 :]:
            across = min(a.x2, b.x2) - max(a.x1, b.x1)
            down = min(a.y2, b.y2) - max(a.y1, b.y1)
            beside = across > 0.8 * max(a.width, b.width) and -GAP * a.hull(b).height < down <= 0
            above = down > 0.8 * max(a.height, b.height) and -GAP * a.hull(b).width < across <= 0
            if beside or above:
                rest = [box for box in boxes if box is not a and box is not b]
                return _joined([*rest, a.hull(b)])
    return boxes
