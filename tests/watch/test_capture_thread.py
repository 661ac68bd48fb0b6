import threading

from passerby.core.errors import CameraLost
from passerby.documents.status import CameraState
from passerby.source.camera.open import LoginRefused
from passerby.watch.capture_thread import LOGIN_RETRY_S, MAX_QUEUED_FRAMES, CaptureThread


class ScriptedCamera:
    """A camera that does on each connection what the script says: frames, or an error."""

    def __init__(self, *connections):
        self.connections = list(connections)
        self.attempts = 0
        self.finished = threading.Event()

    def frames(self):
        if not self.connections:
            self.finished.set()
            raise CameraLost("gone for good")
        self.attempts += 1
        for item in self.connections.pop(0):
            if isinstance(item, Exception):
                raise item
            yield item


class NoPause:
    """Back-off without waiting; remembers how long the connections lasted."""

    def __init__(self):
        self.lasted = []

    def next_s(self, lasted_s=None):
        self.lasted.append(lasted_s)
        return 0.0


class RecordingWait:
    """Stands in for the thread's stop event: does not wait, and remembers for how long it was asked to."""

    def __init__(self, finish_after):
        self.waits, self._finish_after, self.done = [], finish_after, threading.Event()

    def is_set(self):
        return self.done.is_set()

    def set(self):
        self.done.set()

    def wait(self, seconds):
        self.waits.append(seconds)
        if len(self.waits) >= self._finish_after:
            self.done.set()


def test_it_reconnects_after_any_error():
    camera = ScriptedCamera([CameraLost("refused")], [1, 2, CameraLost("reset")], [ValueError("garbage")], [3])
    backoff = NoPause()
    capture = CaptureThread(camera, backoff)
    assert camera.finished.wait(10)
    assert [1, 2, 3, None] == [capture.next_frame(0.01) for _ in range(4)]
    capture.stop()
    assert (CameraState.LOST, "gone for good", 2) == (capture.state, capture.problem, capture.connections)
    assert [None, False, None, False] == [lasted if lasted is None else lasted > 10 for lasted in backoff.lasted[:4]]


def test_frames_that_are_not_taken_in_time_are_dropped_and_counted():
    camera = ScriptedCamera(range(MAX_QUEUED_FRAMES + 5))
    capture = CaptureThread(camera, NoPause())
    assert camera.finished.wait(10)
    assert 5 == capture.dropped
    assert list(range(MAX_QUEUED_FRAMES)) == [capture.next_frame(0.01) for _ in range(MAX_QUEUED_FRAMES)]
    capture.stop()


def test_a_refused_login_is_retried_much_later_than_other_errors():
    waits = RecordingWait(finish_after=2)
    camera = ScriptedCamera([LoginRefused("wrong password")], [CameraLost("reset")], [1])
    capture = CaptureThread(camera, NoPause(), stopped=waits)
    assert waits.done.wait(10)
    assert [LOGIN_RETRY_S, 0.0] == waits.waits
    assert (2, "reset") == (camera.attempts, capture.problem)
