import numpy as np
import pytest

from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.detect.live.region_search import HALF_FROM_PX, SQUARES, LiveFrame, prepare

SIZE = (640, 360)


class Images:
    """Stands for an ImagePyramid: keeps the parts that are cropped, with the side of the square each."""

    display_size = SIZE

    def __init__(self):
        self.parts, self.levels = [], []

    def crop(self, box, size):
        self.parts.append((box, size))
        return np.zeros((size, size, 3), np.uint8), list

    def distinct_sizes(self, sizes):
        return list(sizes)

    def level(self, size):
        self.levels.append(size)
        return np.zeros((size * 9 // 16, size, 3), np.uint8), SIZE[0] / size


class Faces:
    """Detects one face in whatever it is given, and keeps the sizes it was compiled for."""

    def __init__(self):
        self.prepared = []

    def detect(self, image, threshold, kinds):
        return [Detection(Kind.FACE, Box(10.0, 10.0, 20.0, 20.0), 0.4, "face")]

    def prepare(self, sizes):
        self.prepared += sizes


@pytest.fixture
def images():
    return Images()


def live_frame(images):
    return LiveFrame(images, Faces(), 640)


def test_a_part_is_searched_with_what_is_around_it_in_the_smallest_square(images):
    region = Box(300, 100, 340, 160)
    (found,) = live_frame(images).search_regions([region])
    ((part, square),) = images.parts
    assert Kind.FACE is found.kind
    assert 1 == region.containment(part)
    assert SQUARES[0] == square >= part.height > region.height


def test_a_large_part_is_searched_at_half_its_size_as_well(images):
    live_frame(images).search_regions([Box(250, 80, 380, 230)])
    assert [HALF_FROM_PX, HALF_FROM_PX // 2] == [square for _, square in images.parts]


@pytest.mark.parametrize(
    "regions", [[Box(0, 0, 640, 360)], [Box(x, y, x + 200, y + 150) for x in (0, 220, 440) for y in (0, 200)]]
)
def test_where_parts_cost_more_than_the_whole_frame_that_is_searched(images, regions):
    assert live_frame(images).search_regions(regions)
    assert [] == images.parts
    assert [640, 320] == images.levels


def test_nothing_is_searched_without_parts_or_without_a_face_model(images):
    assert [] == live_frame(images).search_regions([])
    assert [] == LiveFrame(images, None, 640).search_regions([Box(0, 0, 100, 100)])
    assert LiveFrame(images, None, 640).search(Kind.FACE, Box(0, 0, 100, 100)) is None


def test_around_a_track_a_crop_is_searched(images):
    assert 1 == len(live_frame(images).search(Kind.FACE, Box(300, 100, 340, 150)))


def test_every_size_that_may_come_is_compiled_before():
    faces = Faces()
    prepare(faces, lambda size: (size, size * 9 // 16), 640)
    assert {(640, 360), (320, 180), *((side, side) for side in SQUARES)} == set(faces.prepared)
