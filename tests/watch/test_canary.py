"""Real models on a face with a canary on it, in made-up time: however slow or blind they are, it is never seen."""

from concurrent.futures import Future
from itertools import islice

import av
import numpy as np
import pytest

from passerby.detect.model import Detector
from passerby.documents.status import Reason
from passerby.watch.camera_process import models_for
from passerby.watch.detector_thread import Looking
from passerby.watch.live_pipeline import Stretch
from tests.cameras.watching import CANARY, SIZE, walking
from tests.watch.simulated import Looks, caught, run, settings, video

FRAMES = 30


def pictures():
    info = video(*SIZE)
    for n, picture in enumerate(walking(FRAMES)):
        one = caught(n, picture[..., 0], info)
        colours = av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(format="yuv420p")
        for target, source in zip(one.frame.picture.planes, colours.planes, strict=True):
            target.update(bytes(source))
        yield one


def shows_canary(released):
    picture = released.frame.picture.to_ndarray(format="bgr24").astype(int)
    return bool((picture[..., 1] - picture[..., [0, 2]].max(axis=2) > 60).any())


@pytest.fixture(scope="module")
def looker(models):
    return models_for(settings(hide=("face",)))(video(*SIZE).geometry)


def watched(looks):
    info = video(*SIZE)
    return run(Stretch(info, settings(hide=("face",)), looks), looks, pictures(), until=8)


def test_the_canary_is_in_the_source():
    (first,) = islice(pictures(), 1)
    plane = np.frombuffer(first.frame.picture.planes[0], np.uint8)
    assert CANARY[1] > 200
    assert plane.max() > 180


def test_real_models_hide_it_in_every_frame(looker):
    out = watched(Looks(looker.look, takes=0.5))
    assert FRAMES == len(out)
    assert [] == [released.frame.index for released in out if shows_canary(released)]
    assert 20 <= sum(released.reason is None for released in out)


def test_models_slowed_tenfold_leave_it_black(looker):
    out = watched(Looks(looker.look, takes=5.0))
    assert FRAMES == len(out)
    assert {Reason.LATE} == {released.reason for released in out}
    assert not any(shows_canary(released) for released in out)


def test_a_model_that_finds_nothing_leaves_it_black(models, monkeypatch):
    """It is the known picture that gives it away, when it is loaded."""
    monkeypatch.setattr(Detector, "find", lambda self, picture, threshold, kinds=None: [])
    looking = Looking(models_for(settings(hide=("face",))))

    class Now(Looks):
        """Looks by the real thread, waited for."""

        def look(self, frame, geometry, reach):
            future: Future = looking.look(frame, geometry, reach)
            future.exception(60)
            self.problem = looking.problem
            return future

    out = watched(Now())
    assert {Reason.MODELS, Reason.LATE} >= {released.reason for released in out}
    assert Reason.MODELS in {released.reason for released in out}
    assert not any(shows_canary(released) for released in out)
    assert "does not find the" in looking.problem
    looking.close()
