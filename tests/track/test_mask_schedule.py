from hypothesis import given
from hypothesis import strategies as st

from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.documents.plan import Keyframe, Track
from passerby.track.mask_schedule import MaskSchedule


def track(number, start, end):
    keys = [Keyframe(time=time, box=Box(0, 0, 9, 9), score=1, origin="") for time in sorted({start, end})]
    return Track(number=number, kind=Kind.FACE, keyframes=tuple(keys))


spans = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 30)).map(lambda t: (t[0], t[0] + t[1])), max_size=12)


@given(spans, st.lists(st.integers(-5, 100)).map(sorted))
def test_at_each_time_exactly_the_tracks_that_cover_it(spans, times):
    tracks = [track(number, *span) for number, span in enumerate(spans)]
    schedule = MaskSchedule(tracks)
    for time in times:
        expected = {t.number for t in tracks if t.start <= time <= t.end}
        assert expected == {masked.number for masked, _ in schedule.at(time)}


def test_it_gives_the_keyframe():
    ((_, key),) = MaskSchedule([track(1, 4, 4)]).at(4)
    assert (4, Box(0, 0, 9, 9)) == (key.time, key.box)
