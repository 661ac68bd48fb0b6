"""Real models on a face with a canary on it, in made-up time: however slow or blind they are, it is never seen."""

from concurrent.futures import Future
from itertools import islice

import av
import numpy as np
import pytest

from passerby.detect.model import Detector
from passerby.documents.status import CoverReason
from passerby.watch.detector_thread import DetectorThread
from passerby.watch.factories import detector_factory
from passerby.watch.live_pipeline import LivePipeline
from tests.cameras.watch_process import CANARY, SIZE, walking_person
from tests.watch.simulated import FakeDetectorQueue, captured_frame, run_pipeline, settings, video

FRAMES = 30


def captured_frames():
    info = video(*SIZE)
    for n, picture in enumerate(walking_person(FRAMES)):
        one = captured_frame(n, picture[..., 0], info)
        colours = av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(format="yuv420p")
        for target, source in zip(one.frame.picture.planes, colours.planes, strict=True):
            target.update(bytes(source))
        yield one


def shows_canary(released):
    picture = released.frame.picture.to_ndarray(format="bgr24").astype(int)
    return bool((picture[..., 1] - picture[..., [0, 2]].max(axis=2) > 60).any())


@pytest.fixture(scope="module")
def looker(models):
    return detector_factory(settings(hide=("face",)))(video(*SIZE).geometry)


def run_with(looks):
    info = video(*SIZE)
    return run_pipeline(LivePipeline(info, settings(hide=("face",)), looks), looks, captured_frames(), until=8)


def test_the_canary_is_in_the_source():
    (first,) = islice(captured_frames(), 1)
    plane = np.frombuffer(first.frame.picture.planes[0], np.uint8)
    assert CANARY[1] > 200
    assert plane.max() > 180


def test_real_models_hide_it_in_every_frame(looker):
    out = run_with(FakeDetectorQueue(looker.look, takes=0.5))
    assert FRAMES == len(out)
    assert [] == [released.frame.index for released in out if shows_canary(released)]
    assert 20 <= sum(released.reason is None for released in out)


def test_models_slowed_tenfold_leave_it_black(looker):
    out = run_with(FakeDetectorQueue(looker.look, takes=5.0))
    assert FRAMES == len(out)
    assert {CoverReason.LATE} == {released.reason for released in out}
    assert not any(shows_canary(released) for released in out)


def test_a_model_that_finds_nothing_leaves_it_black(models, monkeypatch):
    """It is the known picture that gives it away, when it is loaded."""
    monkeypatch.setattr(Detector, "find", lambda self, picture, threshold, kinds=None: [])
    looking = DetectorThread(detector_factory(settings(hide=("face",))))

    class Now(FakeDetectorQueue):
        """Looks by the real thread, waited for."""

        def look(self, frame, geometry, reach):
            future: Future = looking.submit(frame, geometry, reach)
            future.exception(60)
            self.problem = looking.problem
            return future

    out = run_with(Now())
    assert {CoverReason.MODELS, CoverReason.LATE} >= {released.reason for released in out}
    assert CoverReason.MODELS in {released.reason for released in out}
    assert not any(shows_canary(released) for released in out)
    assert "does not find the" in looking.problem
    looking.close()
