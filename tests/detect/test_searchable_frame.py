import numpy as np
import pytest

from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.detect.searchable_frame import CROP_SCALE, CROP_SIZE, SearchableFrame


class Images:
    """Stands for an ImagePyramid of 640x360: keeps the boxes that are cropped."""

    display_size = (640, 360)

    def __init__(self):
        self.boxes = []

    def crop(self, box, size):
        self.boxes.append(box)
        return np.zeros((size, size, 3), np.uint8), lambda detections: list(detections)


class Model:
    """Detects one face, and keeps the images it is given."""

    def __init__(self):
        self.images = []

    def detect(self, image, threshold, kinds):
        self.images.append(image)
        return [Detection(Kind.FACE, Box(1.0, 2.0, 3.0, 4.0), threshold, "crop")]


@pytest.fixture
def images():
    return Images()


@pytest.fixture
def model():
    return Model()


def test_a_square_crop_around_the_box_is_given_to_the_model(images, model):
    (found,) = SearchableFrame(images, {Kind.FACE: model}).search(Kind.FACE, Box(300.0, 100.0, 340.0, 160.0))
    (crop,) = images.boxes
    assert (320.0, 130.0) == crop.centre
    assert CROP_SCALE * 60 == crop.width == crop.height
    assert [(CROP_SIZE, CROP_SIZE, 3)] == [image.shape for image in model.images]
    assert Box(1.0, 2.0, 3.0, 4.0) == found.box


def test_a_kind_without_a_model_is_not_searched(images, model):
    assert SearchableFrame(images, {Kind.FACE: model}).search(Kind.PLATE, Box(300.0, 100.0, 340.0, 160.0)) is None
    assert [] == model.images


@pytest.mark.parametrize("box", [Box(-90.0, 100.0, -60.0, 130.0), Box(700.0, 100.0, 730.0, 130.0)])
def test_what_has_left_the_frame_is_not_searched(images, model, box):
    assert [] == SearchableFrame(images, {Kind.FACE: model}).search(Kind.FACE, box)
    assert [] == model.images
