"""How full the disk was: a sample an hour, for a year."""

from passerby.store.administration.disk_history import HOUR_S, MAX_HOURS, DiskHistory
from tests.store.footage import WALL

HOUR = int(WALL // HOUR_S) * HOUR_S


def test_one_sample_an_hour(recordings):
    history = DiskHistory(recordings.database)
    assert [True, False, True] == [history.sample(WALL + seconds, 700) for seconds in (0, 10, HOUR_S)]
    assert not DiskHistory(recordings.database).between(0, WALL - HOUR_S)
    first, second = history.between(HOUR, HOUR + 2 * HOUR_S)
    assert (HOUR, HOUR + HOUR_S, 700) == (first.time, second.time, first.recordings)
    assert 0 < first.free <= first.capacity


def test_a_restart_in_the_same_hour_changes_nothing(recordings):
    DiskHistory(recordings.database).sample(WALL, 700)
    DiskHistory(recordings.database).sample(WALL + 5, 900)
    (sample,) = DiskHistory(recordings.database).between(0, 2e9)
    assert 700 == sample.recordings


def test_what_is_more_than_a_year_old_goes(recordings):
    history = DiskHistory(recordings.database)
    history.sample(WALL, 700)
    history.sample(WALL + MAX_HOURS * HOUR_S, 700)
    assert 2 == len(history.between(0, 1e11))
    history.sample(WALL + (MAX_HOURS + 1) * HOUR_S, 700)
    assert HOUR < history.between(0, 1e11)[0].time
