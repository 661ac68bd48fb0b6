from fractions import Fraction

import av
import numpy as np
import pytest

from passerby.core.errors import UsageError
from passerby.source.memory import FrameList, memory_info, to_picture, to_raw_frame

ARRAY = np.random.default_rng(3).integers(0, 255, (50, 64, 3), dtype=np.uint8)


def yuv(form="yuv420p", number=0):
    frame = av.VideoFrame(64, 50, form)
    frame.pts, frame.time_base = number, Fraction(1, 25)
    return frame


@pytest.mark.parametrize("array_format", ["rgb24", "bgr24"])
def test_an_array_comes_back_as_it_was(array_format):
    video = memory_info(ARRAY, Fraction(25))
    frame = to_raw_frame(ARRAY, 4, video, array_format)
    assert ("gbrp", (64, 50), 4) == (video.pixel_format, video.geometry.display_size, frame.time)
    assert (ARRAY == to_picture(frame.av_frame, ARRAY, array_format)).all()


@pytest.mark.parametrize(
    ("form", "kept"), [("yuv420p", "yuv420p"), ("yuv420p10le", "yuv420p10le"), ("nv12", "yuv444p")]
)
def test_a_frame_keeps_its_format_where_it_can_be_masked(form, kept):
    video = memory_info(yuv(form), Fraction(25))
    assert kept == video.pixel_format == to_raw_frame(yuv(form), 0, video, "rgb24").av_frame.format.name


def test_a_masked_frame_has_the_times_of_its_own():
    masked = to_picture(yuv(number=99), yuv(number=7), "rgb24")
    assert (7, Fraction(1, 25)) == (masked.pts, masked.time_base)


def test_a_list_is_read_as_often_as_wanted_and_from_anywhere():
    film = FrameList([yuv(number=n) for n in range(5)], Fraction(30000, 1001), "rgb24")
    assert [0, 1, 2, 3, 4] == [frame.time for frame in film.frames()] == [frame.time for frame in film.frames()]
    assert [3, 4] == [frame.index for frame in film.frames(0, 3)]
    assert (5, Fraction(1001, 30000)) == (film.info.videos[0].frames_estimate, film.info.videos[0].time_base)


def test_pictures_of_several_sizes_or_types_are_refused():
    film = FrameList([ARRAY, ARRAY[:40]], Fraction(25), "rgb24")
    with pytest.raises(UsageError, match="Picture 1 is 64 by 40 .gbrp., and the first one 64 by 50"):
        list(film.frames())
    with pytest.raises(UsageError, match="Picture 1 .*yuv420p"):
        list(FrameList([ARRAY, yuv()], Fraction(25), "rgb24").frames())
