"""With the real models: what is asked of a stream is that it keeps up."""

import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from passerby import Redactor, Settings
from passerby.core.errors import DetectorError
from passerby.library.frame_stream import _stand_in
from tests import clips

EXAMPLE = Path(__file__).parents[2] / "docs" / "guide" / "library" / "mask_stream.py"


@pytest.fixture(scope="module")
def pictures(sample):
    return [picture for _, picture in clips.decoded(sample)]


def test_of_a_picture_that_waits_no_pixel_is_kept():
    picture = np.zeros((64, 64, 3), np.uint8)
    assert (0, True) == (_stand_in(picture).size, not np.shares_memory(picture, _stand_in(picture)))
    assert _stand_in(picture[8:]).base is None


def test_a_generator_is_masked_behind_a_buffer(pictures, models):
    taken = []

    def frames():
        for number, picture in enumerate(pictures):
            taken.append(number)
            yield picture

    ahead = []
    masked = []
    for number, picture in enumerate(Redactor(Settings(profile="fast")).mask_frames(frames(), fps=25)):
        ahead.append(len(taken) - 1 - number)
        masked.append(picture)
    assert len(pictures) == len(masked)
    assert max(ahead) in (25, 26)  # a second of frames
    again = list(Redactor(Settings()).mask_frames(pictures, fps=25))
    for stream, known in zip(masked[10:], again[10:], strict=True):  # in the first ones nobody was seen twice yet
        solid = (known == 0).all(axis=2)
        assert (stream[solid] == 0).mean() > 0.7
        assert (stream != 0).any(axis=2).mean() > 0.3


def test_models_that_fail_end_a_stream(pictures, tmp_path, monkeypatch):
    monkeypatch.setenv("PASSERBY_CACHE", str(tmp_path))
    with pytest.raises(DetectorError, match="passerby models fetch"):
        list(Redactor(Settings()).mask_frames(iter(pictures), fps=Fraction(25)))


def test_no_frames_are_no_error(models):
    assert [] == list(Redactor(Settings()).mask_frames(iter([]), fps=25))


def test_the_example_of_the_guide_masks_720p_at_10_frames_a_second(sample, models, tmp_path):
    """In seconds of processor time, which other programs do not change. 1.3 processors were measured for 20 s of film,
    of which loading the models takes about three seconds."""
    slow = tmp_path / "webcam.mp4"
    seconds = 20
    frames = "loop=loop=-1:size=50,fps=10,setpts=N/10/TB"
    ffmpeg = ["ffmpeg", "-v", "error", "-i", sample, "-vf", frames, "-t", str(seconds), "-an", slow]
    subprocess.run(ffmpeg, check=True)
    program = f"""
import resource, runpy, sys
sys.argv = ["mask_stream.py", {str(slow)!r}, {str(tmp_path / "out.mp4")!r}]
runpy.run_path({str(EXAMPLE)!r})
used = resource.getrusage(resource.RUSAGE_SELF)
print(used.ru_utime + used.ru_stime)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert 0 == done.returncode, done.stderr
    before, after = clips.decoded(slow), clips.decoded(tmp_path / "out.mp4")
    assert len(before) == len(after) == 10 * seconds
    assert float(done.stdout) < 1.6 * seconds
    covered = [np.mean(picture) < 3 for _, picture in after]
    assert sum(covered) < 10
