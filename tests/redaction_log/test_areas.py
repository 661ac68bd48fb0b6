"""Which part of the picture a mask may paint."""

import pytest

from passerby.config.polygon import hull_of
from passerby.core.box import Box
from passerby.documents.plan import Keyframe
from passerby.redaction_log.areas import hull_between, painted_box
from tests.redaction_log.plans import track


@pytest.mark.parametrize(
    ("box", "painted"),
    [
        pytest.param(Box(3, 5, 7.5, 9), Box(2, 4, 8, 10), id="rounded outward to samples of colour"),
        pytest.param(Box(11, 11, 11, 11), Box(10, 10, 12, 12), id="a point within a sample"),
        pytest.param(Box(10, 10, 10, 20), None, id="a line between samples"),
        pytest.param(Box(-9, -9, -1, 20), None, id="left of the picture"),
        pytest.param(Box(60, 40, 99, 99), Box(60, 40, 64, 48), id="over the edge"),
        pytest.param(Box(64, 0, 70, 9), None, id="right of it"),
    ],
)
def test_painted(box, painted):
    assert painted == painted_box(Keyframe(time=0, box=box, score=0, origin="x"), 64, 48)


@pytest.mark.parametrize(
    ("polygon", "painted"),
    [
        pytest.param(((10, 10), (20, 10), (10, 20)), Box(8, 8, 22, 22), id="with its outline"),
        pytest.param(((-20, 10), (-1, 10), (-1, 20)), Box(0, 8, 2, 22), id="of which only the outline shows"),
        pytest.param(((-40, 10), (10, -40), (-40, -40)), None, id="whose hull is in the picture, and itself not"),
    ],
)
def test_painted_polygon(polygon, painted):
    key = Keyframe(time=0, box=hull_of(polygon), score=0, origin="x", polygon=polygon)
    assert painted == painted_box(key, 64, 48)


def test_the_hull_is_of_that_time_only():
    moving = track(box=Box(0, 0, 10, 10), start=0, end=100)
    last = moving.keyframes[1].model_copy(update={"box": Box(40, 0, 50, 10)})
    moving = moving.model_copy(update={"keyframes": (moving.keyframes[0], last)})
    assert Box(20, 0, 50, 10) == hull_between(moving, 50, 200, 64, 48)
    assert Box(0, 0, 30, 10) == hull_between(moving, -10, 50, 64, 48)
