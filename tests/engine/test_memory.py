import numpy as np

from passerby.config.settings import Settings
from passerby.engine.memory import mask_film
from passerby.engine.options import RunOptions
from passerby.source.memory import FrameList
from tests.fake_detector import FakeDetectorFactory, FixedFace


def options():
    detectors = FakeDetectorFactory(FixedFace, every_frame=True)
    return RunOptions(settings=Settings(hide={"face"}), detectors=detectors)


PICTURES = [np.full((96, 128, 3), 100 + number, np.uint8) for number in range(12)]


def test_every_frame_is_masked_once_and_in_order():
    masked = list(mask_film(FrameList(PICTURES, 25, "rgb24"), options()))
    assert list(range(12)) == [safe.time for safe in masked]
    assert not any(safe.covered for safe in masked)


def test_a_picture_that_changes_between_the_passes_is_covered():
    pictures = [picture.copy() for picture in PICTURES]
    masked = mask_film(FrameList(pictures, 25, "rgb24"), options())
    first = next(masked)
    pictures[11][:] = 7
    assert (False, True) == (first.covered, list(masked)[-1].covered)
