"""What is detected in a still, and where: with models that detect plain colours; and once for real."""

from typing import ClassVar

import av
import cv2
import numpy as np
import pytest

from passerby.config.settings import Profile, Settings
from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.core.raw_frame import RawFrame
from passerby.demo.portrait import portrait
from passerby.detect.images.tiling import tiles
from passerby.detect.profiles import BODY, FACE, PLATE, TEXT
from passerby.detect.still_detector import StillDetectionProfile, StillDetector
from passerby.detect.weights import Registry
from tests import plates

#: BGR: the colour of each kind. Within half of 255 of it, it is detected, from SMALLEST pixels on.
COLOURS = {
    Kind.FACE: (0, 0, 255),
    Kind.PERSON: (255, 0, 255),
    Kind.VEHICLE: (255, 0, 0),
    Kind.PLATE: (0, 255, 0),
    Kind.TEXT: (255, 255, 255),
    Kind.SCREEN: (0, 255, 255),
}
SMALLEST = 8


class ColourDetector:
    """Detects the patches of the colour of each kind. Keeps the shapes of the images that it was given."""

    shapes: ClassVar[dict[str, list]] = {}

    def __init__(self, registry, id, threads=None):
        self.entry, self.id = registry[id], id
        self.shapes[id] = []

    def detect(self, picture, threshold, kinds=None):
        self.shapes[self.id].append(picture.shape)
        return [found for kind in kinds or self.entry.finds for found in self._patches(picture, kind)]

    def _patches(self, picture, kind):
        low, high = (tuple(min(max(v + by, 0), 255) for v in COLOURS[kind]) for by in (-127, 127))
        near = cv2.inRange(picture, low, high)
        _, _, stats, _ = cv2.connectedComponentsWithStats(near)
        for x, y, width, height, _ in stats[1:]:
            if min(width, height) >= SMALLEST:
                yield Detection(kind, Box(x, y, x + width, y + height), 0.6, self.id)


def detector(*hide, profile=None, test=lambda model, size: None, **options):
    """A StillDetector whose models detect colours."""
    return StillDetector(Registry.load(), hide, profile, load=ColourDetector, known_answer_test=test, **options)


def frame(size, *patches, pixel_format="gbrp", ground=90):
    """A picture of which `patches` (kind, box) are painted, in this order."""
    picture = np.full((size[1], size[0], 3), ground, np.uint8)
    for kind, (x1, y1, x2, y2) in patches:
        picture[y1:y2, x1:x2] = COLOURS[kind]
    planes = av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(format=pixel_format)
    return RawFrame(planes, 0, 0)


def boxes(found, kind):
    return [tuple(round(v) for v in d.box) for d in found if d.kind is kind]


def near(expected, found, by):
    return len(expected) == len(found) and all(
        max(abs(a - b) for a, b in zip(one, other, strict=True)) <= by
        for one, other in zip(sorted(expected), sorted(found), strict=True)
    )


@pytest.mark.parametrize("size", [(640, 480), (480, 640), (200, 900), (90, 60), (1280, 1280)])
@pytest.mark.parametrize("kind", [Kind.FACE, Kind.PLATE, Kind.PERSON, Kind.TEXT, Kind.SCREEN])
def test_boxes_are_in_the_pixels_of_the_still(size, kind):
    width, height = size
    place = (width // 4, height // 4, width // 2, height // 2)
    found = detector(kind).detect(frame(size, (kind, place)))
    assert near([place], boxes(found, kind), 0.04 * max(size))


def test_each_object_is_returned_once_and_scores_add_up():
    (found,) = detector(Kind.FACE).detect(frame((640, 480), (Kind.FACE, (200, 100, 300, 220))))
    assert (Kind.FACE, 1.0) == (found.kind, found.score)


def test_a_small_still_is_enlarged():
    found = detector(Kind.FACE).detect(frame((120, 90), (Kind.FACE, (40, 40, 44, 45))))
    assert near([(40, 40, 44, 45)], boxes(found, Kind.FACE), 1)


def test_a_face_of_20_pixels_is_detected_in_50_megapixels():
    faces = [(30, 30, 50, 52), (4300, 2800, 4320, 2822), (8640, 5740, 8660, 5762), (1270, 1000, 1290, 1022)]
    profile = StillDetectionProfile(small_tile=0)
    found = detector(Kind.FACE, profile=profile).detect(frame((8688, 5792), *((Kind.FACE, face) for face in faces)))
    assert near(faces, boxes(found, Kind.FACE), 3)


def test_a_face_on_the_edge_of_a_tile_is_detected_whole():
    profile = StillDetectionProfile(face_sizes=(), tile_sizes=(1280,), small_tile=0)
    edges = {edge for box in tiles(Box(0, 0, 4000, 3000), 1280, 256) for edge in (box.x1, box.x2)}
    for edge in edges - {0, 4000}:
        face = (int(edge) - 120, 700, int(edge) + 120, 950)
        found = detector(Kind.FACE, profile=profile).detect(frame((4000, 3000), (Kind.FACE, face)))
        assert any(near([face], [box], 2) for box in boxes(found, Kind.FACE))


def test_models_are_given_few_sizes():
    still_detector = detector(Kind.FACE, Kind.PLATE, Kind.TEXT)
    for size in ((640, 480), (333, 1777), (2000, 1500), (90, 60), (1283, 977)):
        still_detector.detect(frame(size, (Kind.VEHICLE, (10, 10, size[0] // 2, size[1] // 2))))
    shapes = {id: set(sizes) for id, sizes in ColourDetector.shapes.items()}
    assert shapes[FACE] == {(side, side, 3) for side in (1280, 640, 320, 160)}
    assert shapes[BODY] == shapes[PLATE] == shapes[TEXT] == {(640, 640, 3), (320, 320, 3)}


def test_the_fast_profile_enlarges_no_tiles():
    counts = []
    for name in (Profile.FAST, Profile.BALANCED):
        still_detector = detector(Kind.FACE, profile=StillDetectionProfile.for_profile(name))
        still_detector.detect(frame((3000, 2000)))
        counts.append(len(ColourDetector.shapes[FACE]))
    assert counts[0] < counts[1]


def test_only_what_is_needed_is_loaded():
    assert {BODY, FACE} == set(detector(Kind.FACE).weights)
    assert {BODY, PLATE, TEXT} == set(detector(Kind.PLATE).weights)
    assert {BODY} == set(detector(Kind.PERSON).weights)
    assert {BODY, FACE, PLATE, TEXT} == set(detector(*Settings().hide).weights)


@pytest.mark.parametrize(
    ("text", "is_plate"),
    [
        ((440, 300, 560, 330), True),
        ((440, 300, 470, 400), False),  # upright
        ((330, 300, 690, 330), False),  # a line of lettering, too long
        ((350, 220, 650, 400), False),  # too large for this car
        ((740, 300, 860, 330), False),  # not on it
    ],
)
def test_text_on_a_vehicle_is_its_plate_when_it_has_the_shape(text, is_plate):
    found = detector(Kind.PLATE).detect(frame((1000, 600), (Kind.VEHICLE, (300, 200, 700, 450)), (Kind.TEXT, text)))
    assert is_plate is bool(boxes(found, Kind.PLATE))


def test_vehicles_are_cropped():
    """Its plate is too small in the whole image."""
    plate = (2020, 1510, 2029, 1514)
    profile = StillDetectionProfile(max_vehicles=1)
    found = detector(Kind.PLATE, profile=profile).detect(
        frame((4000, 3000), (Kind.VEHICLE, (1950, 1450, 2080, 1530)), (Kind.PLATE, plate))
    )
    assert near([plate], boxes(found, Kind.PLATE), 2)


def test_a_panorama_continues_at_its_other_edge():
    size = (1600, 800)
    halves = [(Kind.FACE, (1580, 500, 1600, 580)), (Kind.FACE, (0, 500, 40, 580))]
    found = boxes(detector(Kind.FACE).detect(frame(size, *halves), panorama=True), Kind.FACE)
    assert any(box[0] <= 1581 and box[2] > 1600 for box in found)
    assert any(box[0] < 0 and box[2] >= 39 for box in found)
    apart = boxes(detector(Kind.FACE).detect(frame(size, *halves)), Kind.FACE)
    assert not any(box[0] < -8 or box[2] > 1608 for box in apart)


def test_what_lies_elsewhere_in_a_panorama_stays_where_it_is():
    faces = [(300, 500, 360, 580), (780, 500, 840, 580), (1400, 500, 1460, 580)]
    found = detector(Kind.FACE).detect(frame((1600, 800), *((Kind.FACE, face) for face in faces)), panorama=True)
    assert all(any(near([face], [box], 20) for box in boxes(found, Kind.FACE)) for face in faces)
    assert all(any(d.box.containment(Box(*face).expand(0.5)) == 1 for face in faces) for d in found)


def test_models_are_given_the_known_answer_test_at_first_and_at_intervals():
    tested = []
    still_detector = detector(Kind.FACE, test=lambda model, size: tested.append((model.id, size)), test_interval=3)
    assert [(BODY, (320, 320)), (FACE, (320, 320))] == tested
    for _ in range(7):
        still_detector.detect(frame((64, 48)))
    assert 2 + 2 * 2 == len(tested)


def test_a_real_face_is_found_small_large_and_across_the_seam(weights):
    face = cv2.imread(str(portrait()), cv2.IMREAD_COLOR)
    scene = np.full((900, 1800, 3), 128, np.uint8)

    def put(left, top, side):
        """The portrait, its left edge at `left`; it goes on at the other edge of the scene."""
        small = cv2.resize(face, (side, side), interpolation=cv2.INTER_AREA if side < 512 else cv2.INTER_CUBIC)
        scene[top : top + side, np.arange(left, left + side) % 1800] = small

    put(300, 60, 160)
    put(800, 150, 700)
    put(1700, 600, 240)  # the face itself lies from 1779 to 1830
    still_detector = StillDetector(weights, (Kind.FACE,), StillDetectionProfile(small_tile=0))
    planes = av.VideoFrame.from_ndarray(scene, format="bgr24").reformat(format="gbrp")
    found = [
        d.box
        for d in still_detector.detect(RawFrame(planes, 0, 0), panorama=True)
        if d.kind is Kind.FACE and d.score > 0.5
    ]
    assert any(abs(box.centre[0] - 370) < 20 and box.width < 60 for box in found)
    assert any(abs(box.centre[0] - 1105) < 60 and box.width > 120 for box in found)
    assert any(box.x1 < 1795 and box.x2 > 1805 and 600 < box.centre[1] < 840 for box in found)
    assert any(box.x1 < -5 and box.x2 > 5 and 600 < box.centre[1] < 840 for box in found)


def test_a_real_plate_that_fills_the_picture_is_found_and_other_writing_is_not(weights):
    still_detector = StillDetector(weights, (Kind.PLATE,))
    for words, paper, is_plate in (("B 4711 KX", 235, True), ("no plate", 60, False)):
        picture = av.VideoFrame.from_ndarray(plates.filling(words, paper), format="bgr24").reformat(format="gbrp")
        found = boxes(still_detector.detect(RawFrame(picture, 0, 0)), Kind.PLATE)
        assert is_plate is any(Box(*plates.WORDS).containment(Box(*box)) > 0.95 for box in found)
