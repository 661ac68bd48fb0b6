"""A segment: its path and its times."""

from passerby.store.recordings.segment import segment_path
from tests.store.db_helpers import everything
from tests.store.footage import BOOTED, WALL
from tests.store.recordings.test_index import record


def test_the_path_has_no_date():
    assert "recordings/gate/abc/000000000000042.mp4" == segment_path("gate", "abc", 42)


def test_wall_times_follow_from_the_boot_session(recordings, clock):
    record(recordings, clock)
    (segment,) = everything(recordings)
    assert (round(BOOTED * 1e6), round(WALL * 1e6)) == (segment.start, segment.wall_start)
    assert segment.end - segment.start == segment.wall_end - segment.wall_start == 3_000_000
    assert segment_path("yard", "first", segment.start) == segment.path
