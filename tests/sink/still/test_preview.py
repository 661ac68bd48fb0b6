"""A masked frame as a person sees it: upright, in its proportions."""

from fractions import Fraction

import cv2
import numpy as np
import pytest

from passerby.core.media import Geometry
from passerby.sink.still.preview import preview_jpeg
from tests import clips


def decoded(content):
    return cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)


def geometry(**how):
    return Geometry(**{"width": clips.SIZE[0], "height": clips.SIZE[1], **how})


@pytest.mark.parametrize(
    ("how", "size", "corner"),
    [
        ({}, clips.SIZE, (0, 0)),
        ({"rotation": 90}, clips.SIZE[::-1], (0, -1)),
        ({"rotation": 180}, clips.SIZE, (-1, -1)),
        ({"mirrored": True}, clips.SIZE, (0, -1)),
        ({"pixel_aspect": Fraction(2)}, (2 * clips.SIZE[0], clips.SIZE[1]), (0, 0)),
    ],
)
def test_the_white_patch_is_where_it_is_displayed(how, size, corner):
    shown = decoded(preview_jpeg(clips.safe_frame(0, 0), geometry(**how)))
    assert size == (shown.shape[1], shown.shape[0])
    row, column = (5 if place == 0 else -6 for place in corner)
    assert shown[row, column].mean() > 200


def test_the_longer_side_is_limited():
    shown = decoded(preview_jpeg(clips.safe_frame(0, 0), geometry(), 40))
    assert 40 == max(shown.shape[:2])
