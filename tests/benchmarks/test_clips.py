"""The clips for speed measurements."""

import av
import numpy as np

from tests.benchmarks.scripts import load_script


def test_a_fixed_camera_shows_one_picture_with_noise_and_then_the_clip(tmp_path):
    clips = load_script("clips")
    path = clips.make(tmp_path / "fixed.mp4", 180, 5, fixed=True)
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray(format="gray").astype(int) for frame in container.decode(video=0)]
    assert 125 == len(frames)
    still, moving = frames[: round(clips.STILL_SHARE * 125)], frames[round(clips.STILL_SHARE * 125) :]
    assert max(np.abs(frame - still[0]).mean() for frame in still) < clips.NOISE
    assert any(not np.array_equal(still[0], frame) for frame in still[1:])
    assert np.abs(moving[-1] - still[0]).mean() > 2 * clips.NOISE
