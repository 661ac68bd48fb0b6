"""One look at one frame: which models see it, at which sizes.

Two independent looks at everything that matters (DESIGN, section 3): faces by the face model at several sizes, and
bodies, from which `track/` derives heads; plates by the plate model, and text found on vehicles.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

import cv2
import numpy as np

from passerby.config.settings import Profile
from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.core.media import Geometry
from passerby.core.model import FrozenModel
from passerby.core.raw_frame import RawFrame
from passerby.detect.close_persons import CLOSE, FAINT, FOCUS, agreed, in_focus
from passerby.detect.fusion import merge
from passerby.detect.known_answer_images import SIDE
from passerby.detect.known_answer_test import SMALLEST, check
from passerby.detect.model import AT_ONCE, STEP, Detector, Detectors
from passerby.detect.plate_fusion import (
    FILLING_SCORE,
    FILLING_SIZES,
    HINT,
    close_up,
    filling,
    hinted,
    on_vehicle,
    traces,
)
from passerby.detect.preprocess import Picture, colour, fitted
from passerby.detect.schedule import FULL, Reach

FACE, BODY, PLATE, TEXT = "centerface", "yolov8n-coco", "plate-yolov8s", "ppocr-det"


class LookSettings(FrozenModel):
    """Sizes are the longer side of the picture that a model sees, in pixels. Thresholds are where a score begins to
    count at all; what is hidden in the end is decided over the whole track (track/confirmation.py).

    The face model misses close-ups at full size and far faces at small ones: hence several sizes. The plate model
    misses close-ups at 640, which 320 finds (plates, development stills: 7.5 % missed at 640, 3.7 % at 640 and 320,
    0.6 % with text on vehicles). What the body model sees at several sizes adds up as well. People close up of whom it
    is not sure are looked at again at `near_size` (detect/close_persons.py; 0 for never). `view_size` is how large the picture
    is kept for looking at vehicles close up, where faces are looked at smaller than that.
    """

    face_sizes: tuple[int, ...] = (1280, 640, 320)
    body_sizes: tuple[int, ...] = (512,)
    near_size: int = 256
    plate_sizes: tuple[int, ...] = (640, 320)
    text_size: int = 512
    all_text_size: int = 768
    trace_size: int = 320
    vehicle_size: int = 256
    most_vehicles: int = 4
    view_size: int = 0
    face_threshold: float = 0.10
    person_threshold: float = 0.25
    vehicle_threshold: float = 0.20
    screen_threshold: float = 0.20
    plate_threshold: float = 0.10
    text_threshold: float = 0.30


#: A plate on a vehicle that the plate model finds with this score needs no second opinion from the text detector.
PLAIN = 0.3

#: How hard each profile looks at one frame. `thorough` also sees the picture larger, and bodies at two sizes
#: (docs/design/following.md tells what that is worth).
LOOKS: Mapping[Profile, LookSettings] = {
    Profile.FAST: LookSettings(face_sizes=(960, 320), most_vehicles=2),
    Profile.BALANCED: LookSettings(),
    Profile.THOROUGH: LookSettings(
        face_sizes=(1920, 1280, 640, 320),
        body_sizes=(512, 960),
        plate_sizes=(1280, 640, 320),
        text_size=960,
        all_text_size=1440,
        vehicle_size=480,
        most_vehicles=8,
    ),
}


class Looker:
    """Looks at the frames of one video track for the kinds that are to be hidden."""

    def __init__(
        self,
        detectors: Detectors,
        geometry: Geometry,
        hide: Collection[Kind],
        settings: LookSettings | None = None,
    ) -> None:
        """Loads the models that are needed and are not there yet, and begins to make sure that each is alive (invariant
        11): no model is asked before it has shown that. `ready` waits for all.

        Persons are always told of; vehicles where they are among what is wanted, to be counted.
        Raises WeightsError when weights are missing or altered.
        """
        self._geometry = geometry
        self._hide = frozenset(hide)
        self._settings = settings or LookSettings()
        self._detectors = detectors.get(self._wanted())
        self._proven = detectors.proven
        pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="passerby-ready")
        self._readied = {id: pool.submit(self._ready, id) for id in self._detectors}
        pool.shutdown(wait=False)

    @property
    def weights(self) -> tuple[str, ...]:
        """The ids of the models that look."""
        return tuple(self._detectors)

    def ready(self) -> None:
        """Waits until every model is ready and has shown that it is alive.

        Raises DetectorError when one answers wrongly, as does whatever asks that model.
        """
        for readied in self._readied.values():
            readied.result()

    def alive(self, ids: Collection[str] | None = None) -> None:
        """Raises DetectorError when a model (of `ids`, by default all) no longer gives the known answer to the known
        picture.

        The picture has a size that the model sees anyway, so that what is checked is what runs.
        """
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="passerby-alive") as pool:
            for _ in pool.map(self._alive, self._detectors if ids is None else ids):
                pass  # errors are raised here

    def _alive(self, id: str) -> None:
        check(self._detectors[id], self._known(id))

    def _asked(self, id: str) -> Detector:
        """The model, once it has shown that it is alive."""
        self._readied[id].result()
        return self._detectors[id]

    def _ready(self, id: str) -> None:
        """Compiled for every size that may come, and alive: what a run has proven once is not proven again."""
        self._detectors[id].prepare(self._sizes(id))
        proof = id, self._known(id)
        if proof not in self._proven:
            self._alive(id)
            self._proven.add(proof)

    def _sizes(self, id: str) -> list[tuple[int, int]]:
        """(width, height) of the whole pictures that the model is shown. Those of single vehicles may never come."""
        s = self._settings
        whole = {
            FACE: s.face_sizes,
            BODY: s.body_sizes,
            PLATE: s.plate_sizes,
            TEXT: (s.text_size, s.trace_size, *([s.all_text_size] if Kind.TEXT in self._hide else [])),
        }
        return [fitted(self._geometry, size) for size in whole[id]]

    def _known(self, id: str) -> tuple[int, int]:
        """(width, height) of the known picture: the smallest that the model sees, filled up as it is then."""
        width, height = min(self._sizes(id))
        least = SIDE if id == BODY else SMALLEST
        return max(least, width + -width % STEP), max(least, height + -height % STEP)

    def look(self, frame: RawFrame, reach: Reach = FULL) -> list[Detection]:
        """Everything found, in displayed pixels. Several frames may be looked at at once, in a thread each."""
        return [found for part in self.parts(frame, reach) for found in part()]

    def parts(self, frame: RawFrame, reach: Reach = FULL) -> tuple[Callable[[], list[Detection]], ...]:
        """A look as parts that may run side by side; what they find, one after the other, is what the look finds."""
        views = _Views(frame, self._geometry, max(*self._settings.face_sizes, self._settings.view_size))
        parts = [lambda: self._things(views, reach)]
        if Kind.FACE in self._hide:
            parts.insert(0, lambda: self._faces(views, reach))
        return tuple(parts)

    def _faces(self, views: _Views, reach: Reach) -> list[Detection]:
        s = self._settings
        sizes = s.face_sizes if reach.close else s.face_sizes[1:]
        return merge(self._at(views, FACE, size, s.face_threshold) for size in views.sizes(sizes))

    def _things(self, views: _Views, reach: Reach) -> list[Detection]:
        """All but faces: bodies, and what is looked for on vehicles."""
        s = self._settings
        bodies = self._bodies(views)
        found = [d for d in bodies if d.kind is not Kind.VEHICLE or Kind.VEHICLE in self._hide]
        if Kind.PLATE in self._hide:
            vehicles = [d for d in bodies if d.kind is Kind.VEHICLE]
            texts = self._at(views, TEXT, s.text_size if reach.deep else s.trace_size, s.text_threshold)
            plates = self._plates(views, vehicles, texts) if reach.deep else self._plates_on(views, vehicles)
            found += plates + traces(texts, plates)
        if Kind.TEXT in self._hide:
            found += self._at(views, TEXT, s.all_text_size, s.text_threshold)
        return found

    def glance(self, frame: RawFrame) -> list[Detection]:
        """Faces alone, and not at the largest size: a tenth of a look's cost. For checking what is hidden already."""
        if Kind.FACE not in self._hide:
            return []
        s = self._settings
        views = _Views(frame, self._geometry, s.face_sizes[1])
        return merge(self._at(views, FACE, size, s.face_threshold) for size in views.sizes(s.face_sizes[1:]))

    def _wanted(self) -> Iterable[str]:
        # In the order in which the first look asks for them.
        if Kind.FACE in self._hide:
            yield FACE
        yield BODY
        if self._hide & {Kind.PLATE, Kind.TEXT}:
            yield TEXT
        if Kind.PLATE in self._hide:
            yield PLATE

    def _at(
        self, views: _Views, id: str, size: int, threshold: float, kinds: Collection[Kind] | None = None
    ) -> list[Detection]:
        picture, scale = views.whole(size)
        return _scaled(self._asked(id).find(picture, threshold, kinds), scale)

    def _bodies(self, views: _Views) -> list[Detection]:
        """Persons (for heads as well), vehicles (for plates) and, where they are to be hidden, screens."""
        s = self._settings
        thresholds = {Kind.PERSON: s.person_threshold, Kind.VEHICLE: s.vehicle_threshold}
        if Kind.SCREEN in self._hide:
            thresholds[Kind.SCREEN] = s.screen_threshold
        least = min(thresholds.values())
        if s.near_size or len(s.body_sizes) > 1:
            least = min(least, FAINT)  # another size may agree
        looks = [self._at(views, BODY, size, least, tuple(thresholds)) for size in views.sizes(s.body_sizes)]
        found = looks[0] if len(looks) == 1 else _merged(looks, thresholds)
        weak = [d for d in found if d.score < thresholds[d.kind]]
        return [d for d in found if d.score >= thresholds[d.kind]] + self._near(views, weak)

    def _near(self, views: _Views, weak: Iterable[Detection]) -> list[Detection]:
        """People close up, of whom two sizes together are sure."""
        s = self._settings
        if not s.near_size:
            return []
        picture, scale = views.whole(FOCUS)
        close = CLOSE * self._geometry.upright[1]
        seen = [d for d in weak if d.kind is Kind.PERSON and d.box.height >= close]
        seen = [d for d in seen if in_focus(picture, Box(*(v / scale for v in d.box)))]
        if not seen:
            return []
        return agreed(seen, self._at(views, BODY, s.near_size, FAINT, (Kind.PERSON,)), s.person_threshold)

    def _plates(self, views: _Views, vehicles: Sequence[Detection], texts: Sequence[Detection]) -> list[Detection]:
        """Plates anywhere in the picture, for the plate whose vehicle nobody saw as well."""
        s = self._settings
        faint = [self._at(views, PLATE, size, HINT) for size in views.sizes(s.plate_sizes)]
        looks = [[d for d in look if d.score >= s.plate_threshold] for look in faint]
        looks.append(on_vehicle(texts, [v.box for v in vehicles]))
        looks.append(hinted(texts, list(chain.from_iterable(faint))))
        if large := filling(texts, self._geometry.upright[0]):
            small = [self._at(views, PLATE, size, FILLING_SCORE) for size in FILLING_SIZES]
            looks.append(close_up(large, list(chain.from_iterable(small))))
        return merge(looks)

    def _plates_on(self, views: _Views, vehicles: Sequence[Detection]) -> list[Detection]:
        """Plates on the nearest vehicles, close up."""
        s = self._settings
        looks: list[list[Detection]] = []
        for vehicle in sorted(vehicles, key=lambda v: (-v.box.area, v.box))[: s.most_vehicles]:
            picture, back = views.crop(vehicle.box.expand(0.08), s.vehicle_size)
            plates = back(self._asked(PLATE).find(picture, s.plate_threshold))
            looks.append(plates)
            if not any(plate.score >= PLAIN for plate in plates):
                texts = back(self._asked(TEXT).find(picture, s.text_threshold))
                looks.append(on_vehicle(texts, [vehicle.box]))
        return merge(looks)


def _merged(looks: Sequence[Sequence[Detection]], kinds: Iterable[Kind]) -> list[Detection]:
    """Looks that see several kinds, each kind by itself."""
    return list(chain.from_iterable(merge([d for d in look if d.kind is kind] for look in looks) for kind in kinds))


def _scaled(found: Iterable[Detection], scale: float, left: float = 0.0, top: float = 0.0) -> list[Detection]:
    return [
        Detection(
            d.kind,
            Box(d.box.x1 * scale + left, d.box.y1 * scale + top, d.box.x2 * scale + left, d.box.y2 * scale + top),
            d.score,
            d.origin,
            d.sort,
        )
        for d in found
    ]


class _Views:
    """One frame at the sizes that are asked for, made once each, all of them from the one at `largest`.

    Threads that ask at the same time take turns.
    """

    def __init__(self, frame: RawFrame, geometry: Geometry, largest: int) -> None:
        self._frame, self._geometry = frame, geometry
        self._width, self._height = geometry.upright
        self._longest = max(self._width, self._height)
        self._largest = min(largest, self._longest)
        self._kept: dict[int, Picture] = {}
        self._turn = threading.RLock()

    def sizes(self, wanted: Sequence[int]) -> list[int]:
        """The sizes that differ for this frame: nothing is looked at larger than it is."""
        return list(dict.fromkeys(min(size, self._longest) for size in wanted))

    def whole(self, size: int) -> tuple[Picture, float]:
        """The picture with its longer side at `size` (never enlarged), and the factor back to displayed pixels."""
        size = min(size, self._largest)
        with self._turn:
            if size not in self._kept:
                self._kept[size] = self._made(size)
        return self._kept[size], self._longest / size

    def _made(self, size: int) -> Picture:
        if size == self._largest:
            return colour(self._frame, self._geometry, self._shape(size))
        small = cv2.resize(self.whole(self._largest)[0], self._shape(size), interpolation=cv2.INTER_AREA)
        return np.asarray(small, np.uint8)

    def _shape(self, size: int) -> tuple[int, int]:
        scale = size / self._longest
        return max(1, round(self._width * scale)), max(1, round(self._height * scale))

    def crop(self, box: Box, size: int) -> tuple[Picture, Callable[[Iterable[Detection]], list[Detection]]]:
        """The part in `box` as a square-side picture of `size`, and the way back to displayed pixels."""
        picture, scale = self.whole(self._largest)
        part = Box(*(v / scale for v in box)).clipped(picture.shape[1], picture.shape[0])
        x1, y1, x2, y2 = (round(v) for v in part)
        cut = picture[y1 : max(y2, y1 + 1), x1 : max(x2, x1 + 1)]
        shrink = max(cut.shape[:2]) / size
        shape = max(1, round(cut.shape[1] / shrink)), max(1, round(cut.shape[0] / shrink))
        how = cv2.INTER_AREA if shrink > 1 else cv2.INTER_LINEAR
        square = cv2.copyMakeBorder(
            cv2.resize(cut, shape, interpolation=how),
            0,
            size - shape[1],
            0,
            size - shape[0],
            cv2.BORDER_CONSTANT,
            value=(114, 114, 114),
        )

        def back(found: Iterable[Detection]) -> list[Detection]:
            return _scaled(found, shrink * scale, x1 * scale, y1 * scale)

        return np.asarray(square, np.uint8), back
