import pytest

from passerby.core.box import Box
from passerby.track.box_propagation import CARRIED, DRAWN, both_ways, follow, keyframes
from passerby.track.keyframes import Place
from tests.track.fields import SIZE, shift

BOX = Box(300, 100, 340, 150)


def steps(frames, motion, back=False):
    """Into `frames` frames after frame 100 (before it, going back); times are ten to a frame."""
    return [(100 + n * (-1 if back else 1), (100 + n * (-1 if back else 1)) * 10, motion) for n in range(1, frames + 1)]


@pytest.mark.parametrize("back", [False, True])
def test_a_box_goes_where_the_picture_goes(back):
    places = list(follow(BOX, steps(20, shift(2, 1), back), *SIZE, back=back))
    sign = -1 if back else 1
    assert 20 == len(places)
    assert (320 + sign * 40, 125 + sign * 20) == pytest.approx(places[-1].box.centre, abs=0.5)
    assert {CARRIED} == {place.origin for place in places}


def test_it_ends_when_the_box_has_left_the_picture():
    places = list(follow(BOX, steps(200, shift(10, 0)), *SIZE))
    assert len(places) < 40
    assert all(place.box.x2 <= SIZE[0] for place in places)


def test_without_motion_it_stays():
    places = list(follow(BOX, steps(5, None), *SIZE))
    assert [BOX] * 5 == [place.box for place in places]


def test_where_a_person_put_it_stays_a_keyframe():
    been = [Place(n, n * 10, BOX.translate(n, 0), 0.0, DRAWN if n == 7 else CARRIED) for n in range(20)]
    keys = keyframes(been)
    assert [70] == [key.time for key in keys if key.origin == DRAWN]
    assert (0, 190) == (keys[0].time, keys[-1].time)
    assert len(keys) < 8


def test_between_two_drawn_boxes_both_ways_are_covered():
    there = [Place(n, n * 10, BOX.translate(n, 0), 0.0, CARRIED) for n in range(1, 9)]
    back = [Place(n, n * 10, BOX.translate(0, n), 0.0, CARRIED) for n in range(4, 10)]
    both = {place.frame: place.box for place in both_ways(there, back)}
    assert set(range(1, 10)) == set(both)
    assert BOX.translate(5, 0).hull(BOX.translate(0, 5)) == both[5]
    assert (BOX.translate(2, 0), BOX.translate(0, 9)) == (both[2], both[9])
