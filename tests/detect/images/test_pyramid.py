import av
import numpy as np
import pytest

from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.core.media import Geometry
from passerby.core.raw_frame import RawFrame
from passerby.detect.images.pyramid import ImagePyramid, scale_detections


def pyramid(width=800, height=400, base_size=640, rotation=0):
    image = np.zeros((height, width, 3), np.uint8)
    image[: height // 2, : width // 2] = (0, 0, 255)
    frame = av.VideoFrame.from_ndarray(image, format="bgr24").reformat(format="yuv444p", threads=1)
    return ImagePyramid(RawFrame(frame, 0, 0), Geometry(width, height, rotation), base_size)


def test_a_level_has_its_size_and_the_factor_back_and_is_made_once():
    images = pyramid()
    image, scale = images.level(320)
    assert ((160, 320, 3), 2.5) == (image.shape, scale)
    assert images.level(320)[0] is image


def test_no_level_is_larger_than_the_base_or_the_frame():
    assert (640, 1.25) == (pyramid().level(1280)[0].shape[1], pyramid().level(1280)[1])
    assert (800, 1.0) == (pyramid(base_size=5000).level(5000)[0].shape[1], pyramid(base_size=5000).level(5000)[1])
    assert [800, 320] == pyramid().distinct_sizes((1920, 1280, 320))


def test_a_rotated_frame_is_upright():
    assert (640, 320, 3) == pyramid(rotation=90).level(640)[0].shape


def test_a_detection_in_a_crop_is_mapped_back_to_the_frame():
    box = Box(200, 100, 600, 300)
    crop, to_frame = pyramid().crop(box, 256)
    assert (256, 256, 3) == crop.shape
    assert (crop[0, 0, 2], crop[60, 120, 2], crop[200, 100, 2]) == pytest.approx((255, 255, 114), abs=3)
    (back,) = to_frame([Detection(Kind.PLATE, Box(0, 0, 256, 128), 0.5, "test")])
    assert list(box) == pytest.approx(list(back.box), abs=2)


def test_boxes_are_scaled_and_then_moved():
    (moved,) = scale_detections([Detection(Kind.FACE, Box(1, 2, 3, 4), 0.5, "test")], 2, 10, 20)
    assert Box(12, 24, 16, 28) == moved.box


def test_an_enlarged_frame_has_its_size_and_the_factor_back():
    image, scale = pyramid(width=300, height=150).enlarged(600)
    assert ((300, 600, 3), 0.5) == (image.shape, scale)
    assert [255, 0] == pytest.approx([int(image[140, 280, 2]), int(image[160, 320, 2])], abs=3)
