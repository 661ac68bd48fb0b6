import threading

import pytest

from passerby.core.errors import DetectorError, WeightsError
from passerby.core.media import Geometry
from passerby.detect.live_schedule import LATEST, SOONEST
from passerby.detect.schedule import Reach
from passerby.watch.detector_thread import AGAIN_AFTER, ALIVE_EVERY, Looking

SMALL, LARGE = Geometry(320, 180), Geometry(640, 360)
REACH = Reach()


class Models:
    """Models that look, and are alive until they are not."""

    def __init__(self, clock):
        self.weights = ("face", "body")
        self.clock, self.checked = clock, []
        self.dead = self.broken = None

    def alive(self, ids=None):
        self.checked += ids or self.weights
        if self.dead is not None:
            raise self.dead

    def look(self, frame, reach=REACH):
        if self.broken is not None:
            raise self.broken
        self.clock.now += self.clock.takes
        return [frame]


class Clock:
    def __init__(self, takes=0.2):
        self.now, self.takes = 0.0, takes

    def __call__(self):
        return self.now


def looking(make=None):
    clock = Clock()
    models = Models(clock)
    made = []

    def load(geometry):
        made.append(geometry)
        return (make or (lambda: models))()

    return Looking(load, clock, lambda: 0.0), models, clock, made


def look(one, geometry=SMALL):
    try:
        return one.look("frame", geometry, REACH).result(5)
    finally:
        one._thread.submit(int).result(5)  # what it does after a look is done as well


def test_models_are_loaded_once_for_each_size():
    one, _, _, made = looking()
    for geometry in (SMALL, SMALL, LARGE):
        assert ["frame"] == look(one, geometry)
    assert [SMALL, LARGE] == made


def test_models_are_checked_in_turn_as_time_goes_by():
    one, models, clock, _ = looking()
    look(one)
    for _ in range(4):
        clock.now += ALIVE_EVERY
        look(one)
    assert ["face", "body", "face", "body"] == models.checked


def test_a_look_does_not_wait_for_a_check():
    one, models, clock, _ = looking()
    look(one)
    clock.now += ALIVE_EVERY
    waits = threading.Event()
    models.alive = lambda ids: waits.wait(5)
    assert ["frame"] == one.look("frame", SMALL, REACH).result(5)
    assert 0 == one.busy
    waits.set()


def test_models_that_die_are_told_and_loaded_anew_after_a_while():
    one, models, clock, made = looking()
    look(one)
    clock.now += ALIVE_EVERY
    models.dead = DetectorError("finds nothing")
    look(one)  # the check comes in the pause after it
    assert "finds nothing" == one.problem
    for _ in range(2):
        with pytest.raises(DetectorError, match="finds nothing"):
            look(one)
    assert 1 == len(made)
    models.dead = None
    clock.now += AGAIN_AFTER
    look(one)
    assert (None, 2) == (one.problem, len(made))


def test_models_that_are_missing_are_told_and_asked_for_again():
    def missing():
        raise WeightsError("not there")

    one, _, clock, made = looking(missing)
    for _ in range(3):
        with pytest.raises((WeightsError, DetectorError), match="not there"):
            look(one)
        clock.now += AGAIN_AFTER / 2
    assert "not there" == one.problem
    assert 2 == len(made)


def test_one_look_that_fails_says_nothing_against_the_models():
    one, models, _, _ = looking()
    models.broken = DetectorError("not a number")
    with pytest.raises(DetectorError):
        look(one)
    assert one.problem is None


def test_looks_come_as_often_as_the_machine_bears():
    one, _, clock, _ = looking()
    assert LATEST == one.pause
    clock.takes = 0.05
    look(one)
    assert SOONEST == one.pause
    clock.takes = 3.0
    for _ in range(20):
        look(one)
    assert LATEST == one.pause
