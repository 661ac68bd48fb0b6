import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.documents.plan import Track
from passerby.track.keyframes import TOLERANCE_PX, TOLERANCE_SHARE, KeyframeReducer


def reduce(points):
    """The track made of [(time, box)]."""
    reducer = KeyframeReducer()
    for time, box in points:
        reducer.add(time, box, 0.5, "test")
    return Track(number=1, kind=Kind.FACE, keyframes=reducer.finish())


def straight(count, step=(3.0, 1.0)):
    return [(10 * n, Box(n * step[0], n * step[1], n * step[0] + 40, n * step[1] + 50)) for n in range(count)]


points = st.lists(
    st.tuples(st.integers(1, 50), st.tuples(*[st.floats(0, 400)] * 2), st.tuples(*[st.floats(8, 90)] * 2))
)


@given(points)
def test_interpolation_stays_within_the_tolerance_of_every_point(steps):
    time, boxes = 0, []
    for ticks, (x, y), (width, height) in steps:
        time += ticks
        boxes.append((time, Box(x, y, x + width, y + height)))
    if not boxes:
        return
    track = reduce(boxes)
    assert (boxes[0][0], boxes[-1][0]) == (track.start, track.end)
    for time, box in boxes:
        close = max(TOLERANCE_PX, TOLERANCE_SHARE * box.shorter_side) + 0.2  # coordinates are rounded to a tenth
        assert list(box) == pytest.approx(list(track.masked_at(time).box), abs=close)


def test_straight_motion_needs_two_keyframes():
    assert 2 == len(reduce(straight(200)).keyframes)


def test_a_bend_is_a_keyframe():
    there, back = straight(50), straight(50)[::-1]
    again = [(490 + 10 * n, box) for n, (_, box) in enumerate(back)][1:]
    track = reduce(there + again)
    assert len(track.keyframes) <= 5
    assert any(abs(key.time - 490) <= 20 for key in track.keyframes)


def test_one_point_is_a_track():
    track = reduce(straight(1))
    assert (0, 0, 1) == (track.start, track.end, len(track.keyframes))


def test_no_point_gives_no_keyframe():
    assert () == KeyframeReducer().finish()
