import numpy as np
import pytest

from passerby.config.regions import Region
from passerby.config.settings import Settings, Style
from passerby.core.box import Box
from passerby.core.errors import UsageError
from passerby.core.kinds import Detection, Kind
from passerby.library.pictures import Found, find, paint


@pytest.fixture
def image():
    return np.random.default_rng(7).integers(1, 255, (90, 120, 3), dtype=np.uint8)


def black(image):
    return (image == 0).all(axis=2)


class OneFace:
    def detect(self, frame):
        return [Detection(Kind.FACE, Box(40, 30, 60, 55), 0.9, "centerface")]


@pytest.mark.parametrize("array_format", ["rgb24", "bgr24"])
def test_regions_are_black_and_the_rest_is_untouched(image, array_format):
    before = image.copy()
    region = Region(polygon=((0, 0), (10, 0), (10, 10), (0, 10)))
    masked = paint(
        image, [(20, 30, 50, 60), region, Found(Kind.PLATE, Box(80, 10, 100, 20), 1)], Style.BLUR, array_format
    )
    hidden = black(masked)
    assert hidden[30:60, 20:50].all()
    assert hidden[0:10, 0:10].all()
    assert hidden[10:20, 80:100].all()
    outside = ~hidden
    assert outside.sum() >= 90 * 120 - 30 * 30 - 11 * 11 - 20 * 10 - 40
    assert (masked[outside] == image[outside]).all()
    assert (image == before).all()


def test_what_is_found_has_its_margins_and_is_masked_in_the_style(image):
    (found,) = find(image, OneFace(), Settings(hide={"face"}), "rgb24")
    assert (Kind.FACE, 0.9) == (found.kind, found.score)
    assert found.box.x1 < 40
    assert found.box.y2 > 55
    solid, blurred = (paint(image, [found], style, "rgb24") for style in (Style.SOLID, Style.BLUR))
    assert (black(solid)[30:55, 40:60].all(), black(blurred)[30:55, 40:60].any()) == (True, False)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (np.zeros((9, 9), np.uint8), "an array of uint8 .9, 9. is no picture"),
        (np.zeros((9, 9, 3), np.float32), "an array of float32"),
        ("a.png", "str is no picture"),
    ],
)
def test_what_is_no_picture_is_refused(wrong, says):
    with pytest.raises(UsageError, match=says):
        paint(wrong, [], Style.SOLID, "rgb24")


def test_an_unknown_order_of_channels_is_refused(image):
    with pytest.raises(UsageError, match="Choose from rgb24, bgr24"):
        find(image, OneFace(), Settings(), "rgba")
