from itertools import islice

import av
import numpy as np
import pytest

from passerby.demo.sample import FRAMES, HEIGHT, WIDTH, make_sample, render_frames


def test_the_sample_is_deterministic(noise):
    once, again = ([*islice(render_frames(noise), 3)] for _ in range(2))
    assert np.array_equal(once, again)
    assert not np.array_equal(once[0], once[1])


def test_codec_size_and_length_of_the_sample(noise_clip):
    with av.open(str(noise_clip)) as container:
        stream = container.streams.video[0]
        assert ("h264", WIDTH, HEIGHT, FRAMES) == (stream.codec.name, stream.width, stream.height, stream.frames)
        assert 6 == stream.duration * stream.time_base


def test_a_missing_portrait_is_an_error(tmp_path):
    with pytest.raises(OSError, match=r"missing\.png"):
        make_sample(tmp_path / "sample.mp4", tmp_path / "missing.png")
