import av
import cv2
import numpy as np
import pytest

from passerby.core.errors import OutputError
from passerby.demo.comparison import FRAME_NUMBERS, PANEL_SIZE, TITLE_HEIGHT, write_comparison


def test_the_comparison_shows_three_frames_side_by_side(noise_clip, tmp_path):
    strip = tmp_path / "strip.png"
    write_comparison(strip, noise_clip, noise_clip)
    shown = cv2.imread(str(strip))
    width, height = PANEL_SIZE
    assert (TITLE_HEIGHT + len(FRAME_NUMBERS) * height, 2 * width, 3) == shown.shape
    assert np.array_equal(shown[TITLE_HEIGHT:, :width], shown[TITLE_HEIGHT:, width:])
    first, second = shown[TITLE_HEIGHT:][:height], shown[TITLE_HEIGHT + height :][:height]
    assert not np.array_equal(first, second)


def test_a_comparison_of_too_short_a_clip_is_an_error(noise_clip, tmp_path):
    short = tmp_path / "short.mp4"
    with av.open(str(short), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height = 64, 64
        container.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        container.mux(stream.encode(None))
    with pytest.raises(OutputError, match="too few frames"):
        write_comparison(tmp_path / "strip.png", noise_clip, short)
