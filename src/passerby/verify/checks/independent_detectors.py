"""One look at one picture of the released file: what may show, and which models say so.

The second look is by models other than those that made the masks: BlazeFace full range on tiles at several scales for
faces, the text detector for plates. The first models look as well, from lower scores on. Nothing is decided here: what
one look sees is put together over time in confirm.py.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import cv2
import numpy as np

from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.core.model import FrozenModel
from passerby.detect.known_answer_images import SIDE
from passerby.detect.known_answer_test import check
from passerby.detect.model import AT_ONCE, STEP, Detectors
from passerby.detect.preprocess import Picture

SECOND_FACE, FACE, BODY, PLATE, TEXT = "blazeface-full", "centerface", "yolov8n-coco", "plate-yolov8s", "ppocr-det"

#: Overlap (intersection over union), or share of the smaller in the larger, from which two models saw one thing.
SAME, WITHIN = 0.3, 0.75
#: Text may be a plate on a vehicle when it is at most this share of it across and down, and no taller than wide.
PLATE_WIDE, PLATE_HIGH = 0.6, 0.3
#: Masks of faces are not as wide as this (times their height): text alone under a wider one was a plate.
PLATE_SHAPED = 2.0
#: ...and under another one when it is as wide as this, times its height, and fills this much of the mask's width.
LEANING, FILLING = 1.8, 0.65
#: Side at which the first face model sees a place close up, px.
CLOSE = 192
_BORDER = 114


#: Neighbouring tiles share at least this part of their side: what lies across a seam is whole in one of them, or large
#: enough for the next larger tiles.
SHARED = 0.15


class EyesSettings(FrozenModel):
    """Sizes in pixels; thresholds are where a score is noted at all.

    `longest` is the longer side of the picture that is looked at. BlazeFace sees the whole picture, squares of its
    shorter side, and tiles whose sides are `tiles` as shares of the longer one; those of `small_tiles` in some looks
    only. The shares make as few tiles of a picture of 16 to 9 as can be: each of them costs the same.
    """

    longest: int = 1920
    tiles: tuple[float, ...] = (0.31,)
    small_tiles: tuple[float, ...] = (0.165,)
    body_size: int = 640
    vehicle_size: int = 320
    text_size: int = 960
    most_vehicles: int = 4
    most_hints: int = 3
    second_face: float = 0.3
    face: float = 0.06
    plate: float = 0.05
    text: float = 0.3
    vehicle: float = 0.15
    person: float = 0.4
    screen: float = 0.3


class Turn(FrozenModel):
    """What one look is for: `small`, also the smallest faces; `others`, plates, text, persons and screens; the sizes at
    which the first face model and the plate model see the whole picture. All of it costs time, so that looks take
    turns."""

    small: bool = True
    others: bool = True
    face_sizes: tuple[int, ...] = (1280, 640, 320)
    plate_sizes: tuple[int, ...] = (640, 320)


#: Everything at once.
ALL = Turn()


@dataclass(slots=True)
class Sighting:
    """One thing seen in one look: `scores` by the id of the model, its best one each."""

    kind: Kind
    box: Box
    scores: dict[str, float] = field(default_factory=dict)

    @property
    def score(self) -> float:
        return max(self.scores.values())


class Eyes:
    """The models of one run. Several threads may look at once, each at a picture of its own."""

    def __init__(
        self,
        detectors: Detectors,
        hide: Collection[Kind],
        size: tuple[int, int] = (1280, 720),
        settings: EyesSettings | None = None,
    ) -> None:
        """Loads what is needed and makes sure that each model is alive (invariant 11). `size` (width, height) is about
        that of the pictures to come.

        Raises WeightsError when weights are missing or altered, DetectorError when a model answers wrongly.
        """
        self._hide = frozenset(hide)
        self._settings = settings or EyesSettings()
        self._detectors = detectors
        self._used = tuple(self._wanted())
        self._size = size
        detectors.get(self._used)  # side by side
        self.alive()

    @property
    def weights(self) -> tuple[str, ...]:
        """Ids of the models that look."""
        return self._used

    def alive(self) -> None:
        """Raises DetectorError when a model does not give the known answer to the known picture."""
        close = self._settings.vehicle_size, self._settings.vehicle_size
        # Sizes at which they look anyway: no other is compiled for this, and what is checked is what runs.
        sizes = {id: self._bodies_at() if id == BODY else close for id in self._used}

        def checked(id: str) -> None:
            check(self._detectors[id], sizes[id])

        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="passerby-alive") as pool:
            for _ in pool.map(checked, self._used):
                pass  # errors are raised here

    def look(self, picture: Picture, turn: Turn = ALL) -> list[Sighting]:
        """Everything that may show in a BGR picture, in its pixels, as far as `turn` goes."""
        picture, scale = self._at_most(picture)
        found: list[Sighting] = []
        if Kind.FACE in self._hide:
            found += self._faces(picture, turn)
        if turn.others:
            found += self._others(picture, turn.plate_sizes)
        if scale != 1:
            for one in found:
                one.box = Box(*(v * scale for v in one.box))
        return found

    def close(self, picture: Picture, place: Box, kind: Kind) -> Sighting | None:
        """What the models of one kind see in one place, close up: is something of that kind there?"""
        height, width = picture.shape[:2]
        x1, y1, x2, y2 = (int(v) for v in place.expand(0.6, 8).clipped(width, height))
        if x2 - x1 < 8 or y2 - y1 < 8:
            return None
        part = picture[y1:y2, x1:x2]
        s, looks = self._settings, []
        if kind is Kind.FACE:
            looks.append(self._in(SECOND_FACE, part, 192, s.second_face))
            looks.append(self._in(FACE, part, CLOSE, s.face))
        else:
            looks.append(self._in(PLATE, part, s.vehicle_size, s.plate))
            looks.append([_as(Kind.PLATE, d) for d in self._in(TEXT, part, s.vehicle_size, s.text)])
        inner = Box(place.x1 - x1, place.y1 - y1, place.x2 - x1, place.y2 - y1)
        near = [one for one in _together(looks) if _about_there(one.box, inner)]
        if kind is Kind.PLATE and inner.width <= PLATE_SHAPED * inner.height:
            # Text alone is lettering that a face's mask lay over, unless it fills the place as a plate that leans does.
            near = [one for one in near if PLATE in one.scores or _fills(one.box, inner)]
        if not near:
            return None
        best = max(near, key=lambda one: one.score)
        best.box = best.box.translate(x1, y1)
        return best

    def _wanted(self) -> Iterator[str]:
        if Kind.FACE in self._hide:
            yield SECOND_FACE
            yield FACE
        if self._hide & {Kind.PLATE, Kind.PERSON, Kind.SCREEN}:
            yield BODY
        if Kind.PLATE in self._hide:
            yield PLATE
        if self._hide & {Kind.PLATE, Kind.TEXT}:
            yield TEXT

    def _at_most(self, picture: Picture) -> tuple[Picture, float]:
        height, width = picture.shape[:2]
        scale = max(height, width) / self._settings.longest
        if scale <= 1:
            return picture, 1.0
        size = round(width / scale), round(height / scale)
        return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8), scale

    def _bodies_at(self) -> tuple[int, int]:
        """The size, in whole steps of the network, at which the body model sees a picture; the known one fits in."""
        width, height = (max(SIDE, round(side * self._settings.body_size / max(self._size))) for side in self._size)
        return width + -width % STEP, height + -height % STEP

    def _faces(self, picture: Picture, turn: Turn) -> list[Sighting]:
        s = self._settings
        longest, shorter = max(picture.shape[:2]), min(picture.shape[:2])
        shares = (*s.tiles, *s.small_tiles) if turn.small else s.tiles
        parts = [side for share in shares if (side := round(longest * share)) >= 96]
        looks = [list(self._in_tiles(picture, side)) for side in dict.fromkeys((longest, shorter, *parts))]
        sizes = dict.fromkeys(min(size, longest) for size in turn.face_sizes)
        looks += [self._in(FACE, picture, size, s.face) for size in sizes]
        return _together(looks)

    def _in_tiles(self, picture: Picture, side: int) -> Iterator[Detection]:
        height, width = picture.shape[:2]
        for top in _starts(height, side):
            for left in _starts(width, side):
                tile = picture[top : top + side, left : left + side]
                for d in self._in(SECOND_FACE, tile, 192, self._settings.second_face):
                    yield Detection(d.kind, d.box.translate(left, top), d.score, d.origin)

    def _others(self, picture: Picture, plate_sizes: Collection[int]) -> list[Sighting]:
        s = self._settings
        found: list[Sighting] = []
        bodies: list[Detection] = []
        if BODY in self._used:
            least = min(s.vehicle, s.person, s.screen)
            bodies = self._in(BODY, picture, s.body_size, least, self._bodies_at())
            wanted = {Kind.PERSON: s.person, Kind.SCREEN: s.screen}
            for kind, least in wanted.items():
                if kind in self._hide:
                    found += _together([[d for d in bodies if d.kind is kind and d.score >= least]])
        if Kind.PLATE in self._hide:
            vehicles = [d for d in bodies if d.kind is Kind.VEHICLE and d.score >= s.vehicle]
            found += self._plates(picture, vehicles, plate_sizes)
        if Kind.TEXT in self._hide:
            found += _together([self._in(TEXT, picture, s.text_size, s.text)])
        return found

    def _plates(self, picture: Picture, vehicles: Sequence[Detection], sizes: Collection[int]) -> list[Sighting]:
        """By the plate model anywhere and close up on vehicles; by text only on vehicles, or where the plate model has
        an idea of a plate: signs and shop windows are to stay."""
        s = self._settings
        height, width = picture.shape[:2]
        looks = [self._in(PLATE, picture, size, s.plate) for size in sizes]
        for vehicle in sorted(vehicles, key=lambda v: -v.box.area)[: s.most_vehicles]:
            x1, y1, x2, y2 = (int(v) for v in vehicle.box.expand(0.08).clipped(width, height))
            if x2 - x1 < 16 or y2 - y1 < 16:
                continue
            part = picture[y1:y2, x1:x2]
            near = self._in(PLATE, part, s.vehicle_size, s.plate)
            looks.append([Detection(d.kind, d.box.translate(x1, y1), d.score, d.origin) for d in near])
            texts = self._in(TEXT, part, s.vehicle_size, s.text)
            placed = (_as(Kind.PLATE, d, x1, y1) for d in texts)
            looks.append([d for d in placed if _may_be_plate(d.box, vehicle.box)])
        for hint in _together(looks)[: s.most_hints]:
            looks.append(list(self._text_at(picture, hint.box)))
        return _together(looks)

    def _text_at(self, picture: Picture, place: Box) -> Iterator[Detection]:
        """Text where the plate model has an idea of a plate, close up."""
        height, width = picture.shape[:2]
        around = place.expand(1.0, 16).clipped(width, height)
        x1, y1, x2, y2 = (int(v) for v in around)
        if x2 - x1 < 16 or y2 - y1 < 16:
            return
        part = picture[y1:y2, x1:x2]
        for text in self._in(TEXT, part, self._settings.vehicle_size, self._settings.text):
            plate = _as(Kind.PLATE, text, x1, y1)
            if _same(plate.box, place) and text.box.width > text.box.height:
                yield plate

    def _in(
        self, id: str, part: Picture, size: int, threshold: float, least: tuple[int, int] = (0, 0)
    ) -> list[Detection]:
        """What a model finds in a part of a picture brought to `size` (longer side), in the part's pixels.

        It is filled up to `least` (width, height), and to a square where it is small, so that a model is not compiled
        for every shape.
        """
        height, width = part.shape[:2]
        scale = max(height, width) / size
        shape = max(1, round(width / scale)), max(1, round(height / scale))
        how = cv2.INTER_AREA if scale > 1 else cv2.INTER_LINEAR
        shown = part if shape == (width, height) else cv2.resize(part, shape, interpolation=how)
        if size <= 320:
            least = size, size
        right, below = max(0, least[0] - shape[0]), max(0, least[1] - shape[1])
        if right or below:
            shown = cv2.copyMakeBorder(shown, 0, below, 0, right, cv2.BORDER_CONSTANT, value=(_BORDER,) * 3)
        found = self._detectors[id].find(np.ascontiguousarray(shown, np.uint8), threshold)
        return [Detection(d.kind, Box(*(v * scale for v in d.box)), d.score, d.origin) for d in found]


def _as(kind: Kind, d: Detection, dx: float = 0, dy: float = 0) -> Detection:
    return Detection(kind, d.box.translate(dx, dy), d.score, d.origin)


def _may_be_plate(text: Box, vehicle: Box) -> bool:
    return (
        text.containment(vehicle.expand(0.05)) > 0.5
        and text.width <= PLATE_WIDE * vehicle.width
        and text.height <= PLATE_HIGH * vehicle.height
        and text.width >= 1.2 * text.height
    )


def _same(a: Box, b: Box) -> bool:
    return a.iou(b) > SAME or a.containment(b) > WITHIN or b.containment(a) > WITHIN


def _together(looks: Iterable[Iterable[Detection]]) -> list[Sighting]:
    """Detections of several looks, a thing each, best first. Of one model, the best look counts; scores do not add up
    here, since the looks of one model are not independent."""
    ranked = sorted((d for look in looks for d in look), key=lambda d: (-d.score, d.box))
    found: list[Sighting] = []
    for d in ranked:
        for one in found:
            if one.kind is d.kind and (one.box.iou(d.box) > SAME or _like(one.box, d.box)):
                one.scores[d.origin] = max(d.score, one.scores.get(d.origin, 0.0))
                break
        else:
            found.append(Sighting(d.kind, d.box, {d.origin: d.score}))
    return found


def _about_there(box: Box, place: Box) -> bool:
    """It lies in the place, and is not much larger than what could have been hidden there."""
    return box.overlap(place) > 0.2 * min(box.area, place.area) and box.area < 3 * place.area


def _fills(text: Box, place: Box) -> bool:
    wide = text.width > FILLING * place.width and text.width > LEANING * text.height
    return wide and text.containment(place) > WITHIN


def _like(a: Box, b: Box) -> bool:
    """Models draw faces differently (with or without the forehead): one within the other, of about its size."""
    small, large = sorted((a, b), key=lambda box: box.area)
    return small.containment(large) > WITHIN and small.area > 0.25 * large.area


def _starts(length: int, side: int) -> list[int]:
    """Where tiles begin along one axis: neighbours share SHARED, the last one ends with the picture."""
    if length <= side:
        return [0]
    count = int(np.ceil((length - side) / (side * (1 - SHARED)))) + 1
    return [round(i * (length - side) / (count - 1)) for i in range(count)]
