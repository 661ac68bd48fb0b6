import threading

import pytest

from passerby.core.errors import DetectorError, WeightsError
from passerby.core.media import Geometry
from passerby.detect.live_schedule import MAX_INTERVAL_S, MIN_INTERVAL_S
from passerby.detect.schedule import Scope
from passerby.watch.detector_thread import KNOWN_ANSWER_INTERVAL_S, RELOAD_AFTER_S, DetectorThread

SMALL, LARGE = Geometry(320, 180), Geometry(640, 360)
SCOPE = Scope()


class FakeDetector:
    """A detector whose known-answer test and detections a test decides."""

    def __init__(self, clock):
        self.weights = ("face", "body")
        self.clock, self.tested = clock, []
        self.test_error = self.error = None

    def run_known_answer_test(self, ids=None):
        self.tested += ids or self.weights
        if self.test_error is not None:
            raise self.test_error

    def detect(self, frame, scope=SCOPE):
        if self.error is not None:
            raise self.error
        self.clock.now += self.clock.duration_s
        return [frame]

    def open_live_frame(self, frame):
        return "opened", frame


class Clock:
    def __init__(self, duration_s=0.2):
        self.now, self.duration_s = 0.0, duration_s

    def __call__(self):
        return self.now


def make_thread(make=None):
    clock = Clock()
    detector = FakeDetector(clock)
    loaded = []

    def load(geometry):
        loaded.append(geometry)
        return (make or (lambda: detector))()

    return DetectorThread(load, clock, lambda: 0.0), detector, clock, loaded


def detect(thread, geometry=SMALL):
    try:
        return thread.submit("frame", geometry, SCOPE).result(5)
    finally:
        thread._thread.submit(int).result(5)  # the test that may follow has finished as well


def test_models_are_loaded_once_for_each_size():
    thread, _, _, loaded = make_thread()
    for geometry in (SMALL, SMALL, LARGE):
        assert ["frame"] == detect(thread, geometry)
    assert [SMALL, LARGE] == loaded


def test_models_are_tested_in_turn():
    thread, detector, clock, _ = make_thread()
    detect(thread)
    for _ in range(4):
        clock.now += KNOWN_ANSWER_INTERVAL_S
        detect(thread)
    assert ["face", "body", "face", "body"] == detector.tested


def test_a_detection_does_not_wait_for_a_known_answer_test():
    thread, detector, clock, _ = make_thread()
    detect(thread)
    clock.now += KNOWN_ANSWER_INTERVAL_S
    blocked = threading.Event()
    detector.run_known_answer_test = lambda ids: blocked.wait(5)
    assert ["frame"] == thread.submit("frame", SMALL, SCOPE).result(5)
    assert 0 == thread.pending
    blocked.set()


def test_models_that_fail_are_reported_and_loaded_again_later():
    thread, detector, clock, loaded = make_thread()
    detect(thread)
    clock.now += KNOWN_ANSWER_INTERVAL_S
    detector.test_error = DetectorError("finds nothing")
    detect(thread)  # the test runs right after it
    assert "finds nothing" == thread.problem
    for _ in range(2):
        with pytest.raises(DetectorError, match="finds nothing"):
            detect(thread)
    assert 1 == len(loaded)
    detector.test_error = None
    clock.now += RELOAD_AFTER_S
    detect(thread)
    assert (None, 2) == (thread.problem, len(loaded))


def test_missing_models_are_reported_and_loading_is_retried():
    def missing():
        raise WeightsError("not there")

    thread, _, clock, loaded = make_thread(missing)
    for _ in range(3):
        with pytest.raises((WeightsError, DetectorError), match="not there"):
            detect(thread)
        clock.now += RELOAD_AFTER_S / 2
    assert "not there" == thread.problem
    assert 2 == len(loaded)


def test_one_failed_detection_is_not_a_problem_of_the_models():
    thread, detector, _, _ = make_thread()
    detector.error = DetectorError("not a number")
    with pytest.raises(DetectorError):
        detect(thread)
    assert thread.problem is None


def test_the_interval_follows_the_duration_of_detections():
    thread, _, clock, _ = make_thread()
    assert MAX_INTERVAL_S == thread.interval
    clock.duration_s = 0.05
    detect(thread)
    assert MIN_INTERVAL_S == thread.interval
    clock.duration_s = 3.0
    for _ in range(20):
        detect(thread)
    assert MAX_INTERVAL_S == thread.interval


def test_frames_are_opened_for_searches_only_while_the_models_work():
    thread, detector, clock, _ = make_thread()
    assert thread.open_frame("frame", SMALL) is None
    detect(thread)
    assert ("opened", "frame") == thread.open_frame("frame", SMALL)
    assert thread.open_frame("frame", LARGE) is None
    detector.test_error = DetectorError("broken")
    clock.now += KNOWN_ANSWER_INTERVAL_S
    detect(thread)
    assert thread.open_frame("frame", SMALL) is None
