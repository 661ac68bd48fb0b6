import threading
import time

from passerby.core.errors import CameraLost
from passerby.documents.status import State
from passerby.source.camera.open import LoginRefused
from passerby.watch.backoff import FIRST, LONGEST, Backoff
from passerby.watch.capture_thread import AHEAD, Reading


class Script:
    """A camera that does on each connection what it is told: frames, or an error."""

    def __init__(self, *connections):
        self.connections = list(connections)
        self.tried = 0
        self.over = threading.Event()

    def frames(self):
        if not self.connections:
            self.over.set()
            raise CameraLost("gone for good")
        self.tried += 1
        for item in self.connections.pop(0):
            if isinstance(item, Exception):
                raise item
            yield item


class NoPause(Backoff):
    def __init__(self):
        self.lasted = []

    def pause(self, lasted=0.0):
        self.lasted.append(lasted)
        return 0.0


def test_it_connects_again_after_whatever_goes_wrong_the_first_time_too():
    script = Script([CameraLost("refused")], [1, 2, CameraLost("reset")], [ValueError("garbage")], [3])
    reading = Reading(script, NoPause())
    assert script.over.wait(10)
    assert [1, 2, 3, None] == [reading.take(0.01) for _ in range(4)]
    assert (State.LOST, "gone for good", 2) == (reading.state, reading.problem, reading.connections)
    reading.stop()


def test_what_is_not_taken_in_time_is_left_out_and_counted():
    script = Script(range(AHEAD + 5))
    reading = Reading(script, NoPause())
    assert script.over.wait(10)
    assert 5 == reading.dropped
    assert list(range(AHEAD)) == [reading.take(0.01) for _ in range(AHEAD)]
    reading.stop()


def test_a_login_that_is_refused_is_not_tried_again_at_once():
    script = Script([LoginRefused("wrong password")], [1])
    reading = Reading(script, NoPause())
    while reading.state is not State.LOST:
        time.sleep(0.01)
    time.sleep(0.1)
    assert (1, "wrong password") == (script.tried, reading.problem)
    reading.stop()


def test_pauses_grow_to_the_longest_and_are_never_the_same():
    low, high = Backoff(draw=lambda: 0.0), Backoff(draw=lambda: 1.0)
    lows, highs = [low.pause() for _ in range(9)], [high.pause() for _ in range(9)]
    assert (FIRST / 2, FIRST) == (lows[0], highs[0])
    assert (LONGEST / 2, LONGEST) == (lows[-1], highs[-1])
    assert highs == sorted(highs)


def test_what_lasted_begins_from_the_shortest_pause_again():
    backoff = Backoff(draw=lambda: 1.0)
    for _ in range(9):
        backoff.pause()
    assert LONGEST == backoff.pause(lasted=1.0)
    assert FIRST == backoff.pause(lasted=3600.0)
