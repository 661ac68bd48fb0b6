import pytest

from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.track.search.local_search import best_match

LAST = Box(100.0, 100.0, 120.0, 130.0)
EXPECTED = LAST.translate(10.0, 0.0)


def face(box, score=0.5):
    return Detection(Kind.FACE, box, score, "crop")


def test_the_nearest_to_where_it_should_be_is_taken():
    near, far = face(EXPECTED.translate(2.0, 1.0)), face(EXPECTED.translate(-12.0, 0.0), 0.6)
    assert near == best_match([EXPECTED], LAST, [far, near])


def test_either_expectation_may_be_right():
    coasting = face(LAST.translate(40.0, 0.0))
    assert coasting == best_match([EXPECTED, LAST.translate(40.0, 0.0)], LAST, [coasting])


@pytest.mark.parametrize(
    "other",
    [EXPECTED.translate(25.0, 0.0), EXPECTED.expand(0.5), Box(115.0, 110.0, 122.0, 120.0)],
    ids=["too far", "too large", "too small"],
)
def test_something_else_is_not_taken(other):
    assert best_match([EXPECTED], LAST, [face(other)]) is None


def test_nothing_detected_is_no_match():
    assert best_match([EXPECTED], LAST, []) is None
