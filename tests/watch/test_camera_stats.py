import pytest

from passerby.documents.status import Reason
from passerby.watch.camera_stats import Counters


def test_frames_a_second_are_those_of_late():
    counters = Counters()
    for n in range(200):
        counters.came(n / 10)
    assert 10 == pytest.approx(counters.rate(19.9), abs=0.2)


def test_a_camera_that_is_silent_slows_down():
    counters = Counters()
    for n in range(100):
        counters.came(n / 10)
    assert 5 == pytest.approx(counters.rate(15), abs=0.5)
    assert 0 == counters.rate(30)
    assert 20.1 == pytest.approx(counters.age(30))


def test_covered_frames_are_counted_by_reason_and_as_a_share_of_the_last_minute():
    counters = Counters()
    for n in range(1200):
        counters.left(n / 10, n / 10 + 2, Reason.LATE if n < 900 else None)
    assert {Reason.LATE: 900} == dict(counters.covered)
    assert 0.5 == pytest.approx(counters.covered_share(121.9), abs=0.01)
    assert 2 == pytest.approx(counters.latency)
