from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from passerby.source.camera.timestamps import MAX_LAG_S, CameraTimestamps


def times(frames, start=100.0):
    clock = CameraTimestamps(start)
    return [clock.timestamp(stated, arrived) / 1e6 for stated, arrived in frames], clock


def test_bursts_are_smoothed_by_the_streams_own_times():
    # Five frames a tenth apart that come two at a time.
    made, clock = times([(n / 10, 100.0 + n // 2 * 0.2) for n in range(20)])
    steps = [b - a for a, b in pairwise(made)]
    assert 0 == clock.jumps
    assert all(0.08 < step < 0.12 for step in steps)


def test_without_times_the_moment_of_arrival_counts():
    assert [0.0, 0.5, 0.7] == times([(None, 100.0), (None, 100.5), (None, 100.7)])[0]


def test_a_jump_of_the_stream_is_no_jump_of_time():
    for jump in (-7000.0, 7000.0):
        frames = [(n / 10, 100 + n / 10) for n in range(10)] + [(jump + n / 10, 100 + n / 10) for n in range(10, 20)]
        made, clock = times(frames)
        assert 1 == clock.jumps
        assert all(abs(time - n / 10) < 0.05 for n, time in enumerate(made))


def test_times_that_stand_still_are_left():
    made, _ = times([(5.0, 100 + n / 10) for n in range(100)])
    assert abs(made[-1] - 9.9) < MAX_LAG_S


def test_a_new_connection_has_new_times():
    clock = CameraTimestamps(100.0)
    clock.timestamp(3.0, 100.0)
    clock.new_connection()
    assert 8_000_000 == clock.timestamp(0.0, 108.0)
    assert 0 == clock.jumps


@given(
    st.lists(st.tuples(st.one_of(st.none(), st.floats(-1e6, 1e6)), st.floats(0, 5)), min_size=1, max_size=50),
)
def test_times_always_rise_and_never_leave_the_clock(frames):
    arrived, timestamps = 100.0, []
    clock = CameraTimestamps(arrived)
    for stated, gap in frames:
        arrived += gap
        timestamps.append((clock.timestamp(stated, arrived), arrived - 100.0))
    assert all(b[0] > a[0] for a, b in pairwise(timestamps))
    assert all(here - MAX_LAG_S - 0.1 <= time / 1e6 <= here + 0.5 for time, here in timestamps)
