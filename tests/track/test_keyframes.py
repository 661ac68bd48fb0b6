import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.documents.plan import Track
from passerby.track.keyframes import CLOSE_PX, CLOSE_SHARE, Path


def follow(places):
    """The track that a path makes of [(time, box)]."""
    path = Path()
    for time, box in places:
        path.add(time, box, 0.5, "test")
    return Track(number=1, kind=Kind.FACE, keyframes=path.finish())


def straight(count, step=(3.0, 1.0)):
    return [(10 * n, Box(n * step[0], n * step[1], n * step[0] + 40, n * step[1] + 50)) for n in range(count)]


places = st.lists(
    st.tuples(st.integers(1, 50), st.tuples(*[st.floats(0, 400)] * 2), st.tuples(*[st.floats(8, 90)] * 2))
)


@given(places)
def test_at_every_moment_the_track_is_close_to_the_place_that_was_given(steps):
    time, given_places = 0, []
    for ticks, (x, y), (width, height) in steps:
        time += ticks
        given_places.append((time, Box(x, y, x + width, y + height)))
    if not given_places:
        return
    track = follow(given_places)
    assert (given_places[0][0], given_places[-1][0]) == (track.start, track.end)
    for time, box in given_places:
        close = max(CLOSE_PX, CLOSE_SHARE * box.side) + 0.2  # coordinates are rounded to a tenth
        assert list(box) == pytest.approx(list(track.at(time).box), abs=close)


def test_what_moves_straight_on_needs_two_keyframes():
    assert 2 == len(follow(straight(200)).keyframes)


def test_a_bend_is_a_keyframe():
    there, back = straight(50), straight(50)[::-1]
    again = [(490 + 10 * n, box) for n, (_, box) in enumerate(back)][1:]
    track = follow(there + again)
    assert len(track.keyframes) <= 5
    assert any(abs(key.time - 490) <= 20 for key in track.keyframes)


def test_one_place_is_a_track():
    track = follow(straight(1))
    assert (0, 0, 1) == (track.start, track.end, len(track.keyframes))


def test_no_place_is_none():
    assert () == Path().finish()
