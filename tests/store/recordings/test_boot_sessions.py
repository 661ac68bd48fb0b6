"""Boot sessions: one offset for each, corrected by a trusted clock only, and cutoffs that no clock makes too late."""

import pytest

from passerby.core.clock import Moment
from passerby.store.database import Database
from passerby.store.recordings.boot_sessions import BootSession, all_boot_sessions, expiry_cutoffs, record_clock

SECOND_US, DAY_US = 1_000_000, 86_400_000_000


@pytest.fixture
def database(tmp_path):
    with Database.open(tmp_path / "data", create=True) as database:
        yield database


def recorded(database, *moments, boot="first"):
    with database.write_transaction() as connection:
        ids = [record_clock(connection, boot, moment) for moment in moments]
        assert 1 == len(set(ids))
        return next(session for session in all_boot_sessions(connection) if session.id == ids[0])


def test_a_trusted_clock_corrects_the_whole_session(database):
    session = recorded(database, Moment(10.0, 0.0, False), Moment(20.0, 1020.0, True))
    assert (1000 * SECOND_US, True) == (session.wall_offset, session.trusted)
    assert 1010 * SECOND_US == session.to_wall(10 * SECOND_US)
    assert (10 * SECOND_US, 20 * SECOND_US) == (session.first_seen, session.last_seen)


def test_an_untrusted_clock_changes_nothing_that_was_trusted(database):
    session = recorded(database, Moment(10.0, 1010.0, True), Moment(20.0, 5.0, False))
    assert (1000 * SECOND_US, True) == (session.wall_offset, session.trusted)
    assert (1000 * SECOND_US, 1000 * SECOND_US) == (session.min_offset, session.max_offset)


def test_trusted_offsets_are_kept_as_a_range(database):
    session = recorded(database, *(Moment(10.0, wall, True) for wall in (1010.0, 1000.0, 1030.0)))
    assert (990 * SECOND_US, 1020 * SECOND_US) == (session.min_offset, session.max_offset)


def test_the_time_between_reading_two_clocks_is_no_change(database):
    session = recorded(database, Moment(10.0, 1010.0, True), Moment(20.0, 1020.04, True))
    assert 1000 * SECOND_US == session.wall_offset


def session(id, first, last, offset=None):
    return BootSession(id, str(id), first, last, 0, offset, offset, offset is not None)


def test_within_the_current_session_age_is_uptime():
    current = session(1, 0, 5 * DAY_US)
    assert {1: 3 * DAY_US} == expiry_cutoffs([current], current, 5 * DAY_US, 2 * DAY_US)


def test_without_trusted_clocks_only_uptime_counts():
    earlier, current = session(1, 0, 4 * DAY_US), session(2, 0, 0)
    assert 3 * DAY_US == expiry_cutoffs([earlier, current], current, DAY_US, 2 * DAY_US)[1]


def test_trusted_clocks_count_the_time_that_the_machine_was_off():
    earlier, current = session(1, 0, 4 * DAY_US, offset=0), session(2, 0, 0, offset=10 * DAY_US)
    assert 9 * DAY_US == expiry_cutoffs([earlier, current], current, DAY_US, 2 * DAY_US)[1]


def test_a_clock_that_runs_backwards_makes_nothing_younger_than_uptime():
    earlier, current = session(1, 0, 4 * DAY_US, offset=100 * DAY_US), session(2, 0, 0, offset=0)
    assert 3 * DAY_US == expiry_cutoffs([earlier, current], current, DAY_US, 2 * DAY_US)[1]
