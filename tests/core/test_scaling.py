from concurrent.futures import ThreadPoolExecutor

import av
import numpy as np
import pytest

from passerby.core.scaling import reformat

YCGCO, ICTCP, MADE_UP = 8, 14, 200


def grey(matrix=1, colour_range=1):
    picture = av.VideoFrame(64, 48, "yuv422p")
    for plane, value in zip(picture.planes, (90, 128, 128), strict=True):
        np.frombuffer(memoryview(plane), np.uint8)[:] = value
    picture.colorspace, picture.color_range = matrix, colour_range
    return picture


@pytest.mark.parametrize("tags", [(YCGCO, 1), (ICTCP, 1), (MADE_UP, 1), (1, MADE_UP)])
@pytest.mark.parametrize("form", ["yuv420p", "bgr24", "gray"])
def test_tags_that_the_scaler_does_not_know_do_not_stop_it(tags, form):
    with pytest.raises(OSError, match="not supported"):
        grey(*tags).reformat(format=form)
    made = reformat(grey(*tags), format=form)
    assert tags == (made.colorspace, made.color_range)
    assert np.array_equal(made.to_ndarray(), reformat(grey(), format=form).to_ndarray())


def test_the_size_changes_with_the_format():
    made = reformat(grey(), width=32, height=24, format="yuv420p", interpolation="AREA")
    assert (32, 24, "yuv420p") == (made.width, made.height, made.format.name)


def test_several_threads_may_convert_the_same_frame():
    """A frame's own scaler (`av.VideoFrame.reformat`) crashes the process here."""
    noise = np.random.default_rng(1).integers(0, 255, (480, 640, 3), np.uint8)
    picture = av.VideoFrame.from_ndarray(noise, "rgb24")

    def small(number):
        side = 100 + number % 40
        return int(reformat(picture, width=side, height=side, format="bgr24").to_ndarray().sum())

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(small, range(400)))
    assert [small(number) for number in range(40)] * 10 == made
