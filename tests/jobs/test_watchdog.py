"""A stall is detected by signs of work, not by how long something takes. The clock is a fake."""

import os
from pathlib import Path

import pytest

from passerby.jobs.watchdog import MAX_POLL_GAP_S, Watchdog, bytes_transferred


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def stalls_within(watchdog, clock, seconds, heartbeats=1, transferred=0, step=1.0):
    """Whether it counts as stalled within that many seconds of the same."""
    for _ in range(round(seconds / step)):
        clock.now += step
        if watchdog.is_stalled(heartbeats, transferred):
            return True
    return False


def test_silence_is_a_stall(clock):
    watchdog = Watchdog(1000, 60, clock)
    assert not stalls_within(watchdog, clock, 60)
    assert stalls_within(watchdog, clock, 3)


def test_a_process_with_heartbeats_may_take_forever(clock):
    watchdog = Watchdog(1000, 60, clock)
    assert not any(stalls_within(watchdog, clock, 50, heartbeats) for heartbeats in range(1, 2000))
    assert stalls_within(watchdog, clock, 70, 1999)


def test_reading_a_large_file_is_a_sign_of_work(clock):
    """A slow disk: 1 TB at 5 MB a second, without a frame."""
    watchdog = Watchdog(10**12, 60, clock)
    totals = range(0, 10**12, 50_000_000 * 20)
    assert not any(stalls_within(watchdog, clock, 10, transferred=total, step=10) for total in totals)


def test_a_reader_that_loops_stalls(clock):
    watchdog = Watchdog(1000, 60, clock)
    assert any(stalls_within(watchdog, clock, 1, transferred=count) for count in range(0, 3 << 30, 1 << 23))


def test_time_in_which_this_process_stood_still_does_not_count(clock):
    """Both processes were stopped (Ctrl+Z), or the machine slept: that is no reason to end the work."""
    watchdog = Watchdog(1000, 60, clock)
    assert not stalls_within(watchdog, clock, 20)
    clock.now += 100_000
    assert not watchdog.is_stalled(1, 0)
    assert not stalls_within(watchdog, clock, 60 - 20 - MAX_POLL_GAP_S)
    assert stalls_within(watchdog, clock, 3)


def test_bytes_that_a_process_reads_are_counted(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(bytes(300_000))
    before = bytes_transferred(os.getpid())
    path.read_bytes()
    if not Path("/proc/self/io").exists():
        pytest.skip("this system does not report it")
    assert bytes_transferred(os.getpid()) >= before + 300_000
    assert 0 == bytes_transferred(2**30)
