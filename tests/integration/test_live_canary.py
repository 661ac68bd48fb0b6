"""Real models in simulated time, on a face with a canary: however slow or blind they are, it is never visible."""

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
        captured = captured_frame(n, picture[..., 0], info)
        colours = av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(format="yuv420p")
        for target, source in zip(captured.frame.av_frame.planes, colours.planes, strict=True):
            target.update(bytes(source))
        yield captured


def shows_canary(output):
    picture = output.frame.av_frame.to_ndarray(format="bgr24").astype(int)
    return bool((picture[..., 1] - picture[..., [0, 2]].max(axis=2) > 60).any())


@pytest.fixture(scope="module")
def detector(models):
    return detector_factory(settings(hide=("face",)))(video(*SIZE).geometry)


def run_with(queue):
    info = video(*SIZE)
    return run_pipeline(LivePipeline(info, settings(hide=("face",)), queue), queue, captured_frames(), until=8)


def test_the_canary_is_in_the_source():
    (first,) = islice(captured_frames(), 1)
    plane = np.frombuffer(first.frame.av_frame.planes[0], np.uint8)
    assert CANARY[1] > 200
    assert plane.max() > 180


def test_real_models_mask_it_in_every_frame(detector):
    out = run_with(FakeDetectorQueue(detector.detect, duration_s=0.5))
    assert FRAMES == len(out)
    assert [] == [output.frame.index for output in out if shows_canary(output)]
    assert 20 <= sum(output.reason is None for output in out)


def test_with_models_ten_times_slower_everything_is_covered(detector):
    out = run_with(FakeDetectorQueue(detector.detect, duration_s=5.0))
    assert FRAMES == len(out)
    assert {CoverReason.LATE} == {output.reason for output in out}
    assert not any(shows_canary(output) for output in out)


def test_with_a_model_that_detects_nothing_everything_is_covered(models, monkeypatch):
    """The known-answer test reveals it when the model is loaded."""
    monkeypatch.setattr(Detector, "detect", lambda self, image, threshold, kinds=None: [])
    thread = DetectorThread(detector_factory(settings(hide=("face",))))

    class SynchronousQueue(FakeDetectorQueue):
        """Detections by the real thread, waited for."""

        def submit(self, frame, geometry, scope):
            future: Future = thread.submit(frame, geometry, scope)
            future.exception(60)
            self.problem = thread.problem
            return future

    out = run_with(SynchronousQueue())
    assert {CoverReason.MODELS, CoverReason.LATE} >= {output.reason for output in out}
    assert CoverReason.MODELS in {output.reason for output in out}
    assert not any(shows_canary(output) for output in out)
    assert "does not detect the" in thread.problem
    thread.close()
