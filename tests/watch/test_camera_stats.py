import pytest

from passerby.documents.status import CoverReason
from passerby.watch.camera_stats import CameraStats


def test_the_frame_rate_is_that_of_the_last_ten_seconds():
    stats = CameraStats()
    for n in range(200):
        stats.frame_received(n / 10)
    assert 10 == pytest.approx(stats.frame_rate(19.9), abs=0.2)


def test_the_frame_rate_of_a_silent_camera_falls():
    stats = CameraStats()
    for n in range(100):
        stats.frame_received(n / 10)
    assert 5 == pytest.approx(stats.frame_rate(15), abs=0.5)
    assert 0 == stats.frame_rate(30)
    assert 20.1 == pytest.approx(stats.last_frame_age(30))


def test_covered_frames_are_counted_by_reason_and_as_a_share_of_the_last_minute():
    stats = CameraStats()
    for n in range(1200):
        stats.frame_released(n / 10, n / 10 + 2, CoverReason.LATE if n < 900 else None)
    assert {CoverReason.LATE: 900} == dict(stats.covered)
    assert 0.5 == pytest.approx(stats.covered_share(121.9), abs=0.01)
    assert 2 == pytest.approx(stats.latency)


def test_parts_that_nobody_saw_empty_are_counted_and_their_share_is_of_the_last_minute():
    stats = CameraStats()
    for n in range(1200):
        stats.frame_released(n / 10, n / 10 + 2, None, 0.2 if n >= 900 else 0.0)
    assert 300 == stats.unseen_frames
    assert 0.1 == pytest.approx(stats.unseen_share(121.9), abs=0.01)
    assert 0 == stats.covered_share(121.9)


def test_why_the_newest_frame_is_covered_is_told_until_the_next_one():
    stats = CameraStats()
    stats.frame_released(1, 3, CoverReason.MOTION)
    assert (CoverReason.MOTION, 0.0) == (stats.covered_now, stats.unseen_now)
    stats.frame_released(1.1, 3.1, None, 0.25)
    assert (None, 0.25) == (stats.covered_now, stats.unseen_now)
