"""Hanging is told by signs of work, not by how long something takes. The clock is a made one."""

import os
from pathlib import Path

import pytest

from passerby.jobs.watchdog import LONGEST_POLL, Watch, bytes_moved


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def after(watch, clock, seconds, beats=1, moved=0, step=1.0):
    """Does it hang after that many seconds of the same?"""
    for _ in range(round(seconds / step)):
        clock.now += step
        if watch.hangs(beats, moved):
            return True
    return False


def test_silence_is_a_hang(clock):
    watch = Watch(1000, 60, clock)
    assert not after(watch, clock, 60)
    assert after(watch, clock, 3)


def test_whoever_beats_may_take_for_ever(clock):
    watch = Watch(1000, 60, clock)
    assert not any(after(watch, clock, 50, beats) for beats in range(1, 2000))
    assert after(watch, clock, 70, 1999)


def test_a_checksum_of_a_large_file_is_no_silence(clock):
    """A slow disk: 1 TB at 5 MB a second, without a frame."""
    watch = Watch(10**12, 60, clock)
    assert not any(after(watch, clock, 10, moved=moved, step=10) for moved in range(0, 10**12, 50_000_000 * 20))


def test_a_reader_that_goes_round_in_circles_hangs(clock):
    watch = Watch(1000, 60, clock)
    assert any(after(watch, clock, 1, moved=moved) for moved in range(0, 3 << 30, 1 << 23))


def test_time_in_which_nobody_looked_does_not_count(clock):
    """Both processes were stopped (Ctrl+Z), or the machine slept: that is no reason to end the work."""
    watch = Watch(1000, 60, clock)
    assert not after(watch, clock, 20)
    clock.now += 100_000
    assert not watch.hangs(1, 0)
    assert not after(watch, clock, 60 - 20 - LONGEST_POLL)
    assert after(watch, clock, 3)


def test_what_a_process_reads_is_counted(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(bytes(300_000))
    before = bytes_moved(os.getpid())
    path.read_bytes()
    if not Path("/proc/self/io").exists():
        pytest.skip("this system does not tell")
    assert bytes_moved(os.getpid()) >= before + 300_000
    assert 0 == bytes_moved(2**30)
