"""A look at a still: harder than at a frame of film, for there is no second one.

The whole picture is seen at several sizes, also enlarged; large pictures are seen in overlapping tiles at their own
resolution as well, so that a face of 20 pixels in one of 50 million is found. Every look has one of a few square
sizes: a model is compiled anew for each size, and a folder of photos would compile all day.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

import cv2
import numpy as np

from passerby.config.settings import Profile, Settings
from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.core.media import Geometry
from passerby.core.model import FrozenModel
from passerby.core.raw_frame import RawFrame
from passerby.detect.frame_detector import BODY, FACE, PLATE, TEXT
from passerby.detect.fusion import merge
from passerby.detect.known_answer_test import check
from passerby.detect.model import Detector
from passerby.detect.plate_fusion import FILLING_SCORE, FILLING_SIZES, close_up, filling
from passerby.detect.preprocess import Picture, colour
from passerby.detect.weights import Registry


class StillLookSettings(FrozenModel):
    """Sizes in pixels of the square that a model sees. Thresholds are where a score begins to count at all; what is
    hidden is decided by track/still_selection.py.

    `tile` is the side of a tile in the picture's own pixels, `overlap` what two neighbours share: a face of up to that
    size lies whole in one of them, and a larger one is found in the whole picture. Tiles of `small_tile` (0 for none)
    are enlarged for the face model. Faces missed in 50 million pixels that were put together from the development
    stills: 8.0 % in tiles at their own size, 4.2 % at half of it as well, 2.5 % enlarged as well (13 s more).
    """

    face_sizes: tuple[int, ...] = (1280, 640, 320, 160)
    body_sizes: tuple[int, ...] = (640, 320)
    plate_sizes: tuple[int, ...] = (640, 320)
    text_size: int = 640
    vehicle_size: int = 320
    most_vehicles: int = 24
    tile: int = 1280
    overlap: int = 256
    tile_sizes: tuple[int, ...] = (1280, 640)
    small_tile: int = 640
    small_overlap: int = 160
    face_threshold: float = 0.10
    person_threshold: float = 0.25
    vehicle_threshold: float = 0.20
    screen_threshold: float = 0.20
    plate_threshold: float = 0.10
    text_threshold: float = 0.30

    @classmethod
    def of(cls, profile: Profile) -> StillLookSettings:
        """As hard as the profile says."""
        return cls(small_tile=0) if profile is Profile.FAST else cls()


#: Pictures this much larger than a tile are looked at in tiles; a little enlarging does as well for the others.
_WORTH_TILES = 1.1
#: The border around a picture that is not square, and what shines through one that is not opaque.
_BORDER, _PAPER = 114, 255
#: The side at which models are shown the known pictures; each of them looks at this size anyway.
_ALIVE = 320
#: Text on a vehicle is no plate when it is longer than this (in its own heights) or covers more than this share of it.
#: Development stills, all kinds hidden: plates missed 1.2 % instead of 0.6, hidden without need 1.4 % instead of 6.6.
_LONGEST_PLATE, _LARGEST_PLATE = 10, 0.15
#: Looks after which each model is shown the known pictures again.
_ALIVE_EVERY = 200


class StillLooker:
    """Looks at stills of any size for the kinds that are to be hidden. One serves for as many files as there are."""

    def __init__(
        self,
        registry: Registry,
        hide: Collection[Kind],
        settings: StillLookSettings | None = None,
        threads: int | None = None,
    ) -> None:
        """Loads the models that are needed and makes sure that each is alive (invariant 11).

        Raises WeightsError when weights are missing or altered, DetectorError when a model answers wrongly.
        """
        self._hide = frozenset(hide)
        self._settings = settings or StillLookSettings()
        self._detectors = {id: Detector(registry, id, threads) for id in self._wanted()}
        self._looked = 0
        self._beat: Callable[[], None] = _silent
        self.alive()

    @classmethod
    def of(cls, settings: Settings, threads: int | None = None) -> StillLooker:
        """What looks at stills with these settings."""
        return cls(Registry.load(), settings.hide, StillLookSettings.of(settings.profile), threads)

    @property
    def weights(self) -> tuple[str, ...]:
        """The ids of the models that look."""
        return tuple(self._detectors)

    def alive(self) -> None:
        """Raises DetectorError when a model does not give the known answer to the known picture."""
        for detector in self._detectors.values():
            check(detector, (_ALIVE, _ALIVE))

    def look(
        self, frame: RawFrame, *, panorama: bool = False, beat: Callable[[], None] | None = None
    ) -> list[Detection]:
        """Everything found, in the picture's pixels, each thing once, best first by kind.

        `panorama`: the right edge goes on at the left one, so what lies across it is found too, as two boxes. `beat` is
        called on the way: a large picture takes minutes.
        """
        self._looked += 1
        self._beat = beat or _silent
        if self._looked % _ALIVE_EVERY == 0:
            self.alive()
        pictures = list(_pictures(frame))
        height, width = pictures[0].shape[:2]
        looks: list[list[Detection]] = []
        for picture in pictures:
            looks += self._looks(picture)
            if panorama:
                looks += [_back(look, width) for look in self._looks(np.roll(picture, -(width // 2), axis=1))]
        found = [merge([d for d in look if d.kind is kind] for look in looks) for kind in Kind]
        inside = Box(0, 0, width, height)
        return [d for of_kind in found for d in of_kind if d.box.overlap(inside) > 0]

    def _wanted(self) -> Iterator[str]:
        yield BODY
        if Kind.FACE in self._hide:
            yield FACE
        if Kind.PLATE in self._hide:
            yield PLATE
        if self._hide & {Kind.PLATE, Kind.TEXT}:
            yield TEXT

    def _looks(self, picture: Picture) -> list[list[Detection]]:
        """One list for each way of looking. All tiles together are one way: what lies in two of them is not twice
        as likely."""
        s, whole = self._settings, Box(0, 0, picture.shape[1], picture.shape[0])
        tiles = list(_tiles(whole, s.tile, s.overlap))
        looks = [self._bodies(picture, [whole], size) for size in s.body_sizes]
        looks.append(self._bodies(picture, tiles, s.body_sizes[0]))
        vehicles = [d for d in merge(looks) if d.kind is Kind.VEHICLE]
        if Kind.FACE in self._hide:
            looks += [self._at(picture, FACE, [whole], size, s.face_threshold) for size in s.face_sizes]
            looks += [self._at(picture, FACE, tiles, size, s.face_threshold) for size in s.tile_sizes]
            small = list(_tiles(whole, s.small_tile, s.small_overlap)) if s.small_tile else []
            looks.append(self._at(picture, FACE, small, s.tile_sizes[0], s.face_threshold))
        if Kind.PLATE in self._hide:
            looks += [self._at(picture, PLATE, [whole], size, s.plate_threshold) for size in s.plate_sizes]
            looks.append(self._at(picture, PLATE, tiles, s.plate_sizes[0], s.plate_threshold))
            looks += self._plates_on(picture, vehicles)
        if self._hide & {Kind.PLATE, Kind.TEXT}:
            for places in ([whole], tiles):
                text = self._at(picture, TEXT, places, s.text_size, s.text_threshold)
                looks.append(text if Kind.TEXT in self._hide else [])
                looks.append(_on(text, vehicles) if Kind.PLATE in self._hide else [])
                looks.append(self._close_up(picture, whole, text) if Kind.PLATE in self._hide else [])
        return looks

    def _bodies(self, picture: Picture, places: Sequence[Box], size: int) -> list[Detection]:
        """Persons (for heads as well), vehicles (for plates) and, where they are to be hidden, screens."""
        s = self._settings
        thresholds = {Kind.PERSON: s.person_threshold, Kind.VEHICLE: s.vehicle_threshold}
        if Kind.SCREEN in self._hide:
            thresholds[Kind.SCREEN] = s.screen_threshold
        found = self._at(picture, BODY, places, size, min(thresholds.values()), tuple(thresholds))
        return [d for d in found if d.score >= thresholds[d.kind]]

    def _plates_on(self, picture: Picture, vehicles: Sequence[Detection]) -> Iterator[list[Detection]]:
        """Plates, and text that may be one, on each vehicle close up."""
        s = self._settings
        closest = sorted(vehicles, key=lambda v: (-v.box.area, v.box))[: s.most_vehicles]
        places = [v.box.expand(0.08).clipped(picture.shape[1], picture.shape[0]) for v in closest]
        yield self._at(picture, PLATE, places, s.vehicle_size, s.plate_threshold)
        yield _on(self._at(picture, TEXT, places, s.vehicle_size, s.text_threshold), closest)

    def _close_up(self, picture: Picture, whole: Box, text: Sequence[Detection]) -> list[Detection]:
        """Plates that fill the picture, so that the plate model sees them only where it is small."""
        large = filling(text, whole.width)
        if not large:
            return []
        seen = [d for size in FILLING_SIZES for d in self._at(picture, PLATE, [whole], size, FILLING_SCORE)]
        return close_up(large, seen)

    def _at(
        self,
        picture: Picture,
        id: str,
        places: Sequence[Box],
        size: int,
        threshold: float,
        kinds: Collection[Kind] | None = None,
    ) -> list[Detection]:
        """What a model finds in parts of the picture, each brought to `size`, in the picture's pixels."""
        found: list[Detection] = []
        for place in places:
            x1, y1, x2, y2 = (round(v) for v in place)
            if x2 <= x1 or y2 <= y1:
                continue
            self._beat()
            square, scale = _square(picture[y1:y2, x1:x2], size)
            found += [
                Detection(
                    d.kind,
                    Box(*(v * scale + at for v, at in zip(d.box, (x1, y1, x1, y1), strict=True))),
                    d.score,
                    d.origin,
                )
                for d in self._detectors[id].find(square, threshold, kinds)
            ]
        return found


def _silent() -> None:
    """Nobody waits for a beat."""


def _pictures(frame: RawFrame) -> Iterator[Picture]:
    """The picture as BGR; where there is alpha, also as it looks on white paper: what it shows may lie in alpha."""
    size = frame.picture.width, frame.picture.height
    opaque = colour(frame, Geometry(*size), size)
    yield opaque
    if not frame.picture.format.name.endswith("ap"):
        return
    plane = frame.picture.planes[3]
    alpha = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, -1)[:, : plane.width]
    if alpha.min() == 255:
        return
    on_paper = opaque.copy()
    for channel in range(3):
        share = cv2.multiply(opaque[..., channel], alpha, scale=1 / 255)
        on_paper[..., channel] = share + (_PAPER - alpha)
    yield on_paper


def _square(part: Picture, size: int) -> tuple[Picture, float]:
    """The part with its longer side at `size`, filled up to a square, and the factor back to the part's pixels."""
    height, width = part.shape[:2]
    scale = max(height, width) / size
    shape = max(1, round(width / scale)), max(1, round(height / scale))
    how = cv2.INTER_AREA if scale > 1 else cv2.INTER_LINEAR
    small = part if scale == 1 else cv2.resize(part, shape, interpolation=how)
    below, right = size - small.shape[0], size - small.shape[1]
    if below or right:
        small = cv2.copyMakeBorder(small, 0, below, 0, right, cv2.BORDER_CONSTANT, value=(_BORDER,) * 3)
    return np.ascontiguousarray(small, np.uint8), scale


def _tiles(whole: Box, side: int, overlap: int) -> Iterator[Box]:
    """Tiles that cover the picture; none where the whole picture is hardly larger than one."""
    if max(whole.width, whole.height) <= side * _WORTH_TILES:
        return
    for y in _starts(whole.height, side, side - overlap):
        for x in _starts(whole.width, side, side - overlap):
            yield Box(x, y, min(x + side, whole.width), min(y + side, whole.height))


def _starts(length: float, side: int, step: int) -> list[int]:
    """Where tiles begin along one axis: evenly spread, at most `step` apart, the last one ending with the picture."""
    if length <= side:
        return [0]
    count = int(np.ceil((length - side) / step)) + 1
    return [round(i * (length - side) / (count - 1)) for i in range(count)]


def _on(text: Sequence[Detection], vehicles: Sequence[Detection]) -> list[Detection]:
    """Text on a vehicle is taken for its plate, unless it has not the shape of one: then it is lettering."""
    return [
        Detection(Kind.PLATE, t.box, t.score, t.origin)
        for t in text
        if t.box.height <= t.box.width <= _LONGEST_PLATE * t.box.height
        and any(t.box.containment(v.box.expand(0.05)) > 0.5 and t.box.area <= _LARGEST_PLATE * v.box.area for v in vehicles)
    ]


def _back(found: Sequence[Detection], width: int) -> list[Detection]:
    """Detections in a picture that was turned by half of the panorama, where they belong; two for one on the seam."""
    boxes = [(d, d.box.translate(width // 2, 0)) for d in found]
    moved = [Detection(d.kind, box if box.x1 < width else box.translate(-width, 0), d.score, d.origin) for d, box in boxes]
    across = [Detection(d.kind, box.translate(-width, 0), d.score, d.origin) for d, box in boxes if box.x1 < width < box.x2]
    return moved + across
