"""Checking a camera: a masked still when all is well, and the problem when it is not."""

import itertools
import threading

import numpy as np
import pytest

from passerby.core.box import Box
from passerby.core.clock import SystemClock
from passerby.core.errors import CameraLost, WeightsError
from passerby.core.kinds import Detection, Kind
from passerby.detect.live.region_search import LiveFrame
from passerby.watch.camera_check import check_camera
from tests.watch.simulated import captured_frame, settings, textured, video

FACE = Box(100, 60, 140, 110)
BLACK = 16


def same_picture(index):
    return textured(3)


class FakeCamera:
    """A camera that sends pictures ten times a second, in real time, until the test ends."""

    def __init__(self, error=None, picture=same_picture):
        self.error, self.picture, self.ended = error, picture, threading.Event()

    def frames(self):
        if self.error is not None:
            raise self.error
        clock, info = SystemClock(), video()
        for index in itertools.count():
            if self.ended.wait(0.1):
                return
            yield captured_frame(index, self.picture(index), info, seconds=clock.now().monotonic)


class FakeDetector:
    weights = ("face",)

    def run_known_answer_test(self, ids=None):
        pass

    def open_live_frame(self, frame):
        return LiveFrame(None, None, 640)

    def detect(self, frame, scope=None):
        return [Detection(Kind.FACE, FACE, 0.9, "test")]


@pytest.fixture
def check():
    cameras = []

    def run(error=None, load=lambda geometry: FakeDetector(), picture=same_picture):
        cameras.append(FakeCamera(error, picture))
        return check_camera(settings(hide=("face",)), None, lambda *_: cameras[0], lambda _: load)

    yield run
    for camera in cameras:
        camera.ended.set()


def test_the_still_is_masked(check):
    result = check()
    assert (None, (320, 180)) == (result.problem, result.video.geometry.display_size)
    luma = np.frombuffer(result.still.av_frame.planes[0], np.uint8).reshape(180, -1)
    assert {BLACK} == set(np.unique(luma[65:105, 105:135]))
    assert BLACK < luma[130:, 200:320].min()
    assert 0 < result.fps < 12  # of ten a second, as many as a busy machine takes


def test_the_still_is_one_of_which_little_is_covered(check):
    """Of the first frame no later detector run sees the left half: it is covered there, and others are not."""

    def picture(index):
        result = textured(3)
        if index == 0:
            result[:, :160] = textured(4)[:, :160]
        return result

    luma = np.frombuffer(check(picture=picture).still.av_frame.planes[0], np.uint8).reshape(180, -1)
    assert (luma == BLACK).mean() < 0.2


def test_a_camera_that_refuses_is_a_problem(check):
    result = check(CameraLost("The camera refuses the connection. Check its address."))
    assert ("The camera refuses the connection. Check its address.", None) == (result.problem, result.still)


def test_missing_models_are_a_problem(check):
    def load(geometry):
        raise WeightsError("face.onnx is missing. Run passerby models fetch.")

    assert "face.onnx is missing" in check(load=load).problem
