"""Pictures of every size, from one pixel on: no encoder or detector may fail at one, or read past its end."""

from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import Image

from passerby import Settings, redact
from passerby.config.settings import Codec
from passerby.core.errors import UsageError
from passerby.source.video.file import VideoFile
from tests.fake_detector import use_fixed_face, use_fixed_face_in_stills

SIDES = (1, 2, 3, 5, 7, 8, 11, 12, 13, 15, 16, 17, 31, 33, 47, 48, 49, 63, 64, 65)
#: As people made them, and what OpenCV's optical flow once failed at.
SIZES = (
    *((side, SIDES[-1 - n]) for n, side in enumerate(SIDES)),
    *((side, side) for side in SIDES),
    *((200, 100), (250, 77), (300, 200), (301, 201), (344, 20), (480, 100), (1000, 3), (3, 1000)),
)


def noise(number, width, height):
    return np.random.default_rng(number).integers(0, 255, (height, width, 3), dtype=np.uint8)


def film(path, codec, container, pixel_format, width, height):
    with av.open(path, "w", format=container) as output:
        stream = output.add_stream(codec, rate=25, width=width, height=height)
        stream.pix_fmt = pixel_format
        for number in range(3):
            frame = av.VideoFrame.from_ndarray(noise(number, width, height)).reformat(format=pixel_format, threads=1)
            frame.pts, frame.time_base = number, Fraction(1, 25)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("suffix", ["gif", "webp", "png"])
def test_animations(tmp_path, monkeypatch, suffix):
    use_fixed_face_in_stills(monkeypatch)
    path = tmp_path / f"a.{suffix}"
    for width, height in SIZES:
        images = [Image.fromarray(noise(number, width, height)) for number in range(3)]
        images[0].save(path, save_all=True, append_images=images[1:], duration=100)
        out = tmp_path / f"o.{suffix}"
        assert 3 == redact(path, out, force=True).output.frames
        with Image.open(out) as image:
            assert (width, height) == image.size


@pytest.mark.parametrize("source", [
    ("rawvideo", "avi", "bgr24"), ("png", "mov", "gray"), ("prores_ks", "mov", "yuv422p10le"),
    ("rawvideo", "avi", "yuv420p"),
])  # fmt: skip
def test_films(tmp_path, monkeypatch, source):
    use_fixed_face(monkeypatch)
    for width, height in SIZES[::3]:
        if source[2] == "yuv420p" and (width % 2 or height % 2):
            continue
        path = film(tmp_path / "c", *source, width, height)
        assert 3 == redact(path, tmp_path / "o.mp4", force=True).output.frames
        with VideoFile.open(tmp_path / "o.mp4") as file:
            geometry = file.info.videos[0].geometry
            assert (width + width % 2, height + height % 2) == (geometry.width, geometry.height)


@pytest.mark.parametrize("codec", [Codec.HEVC, Codec.AV1])
def test_codecs_whose_encoders_cannot_take_it_say_so(tmp_path, monkeypatch, codec):
    """x265 wrote past its memory at a width of 34, and SVT-AV1 never ended at 1000x4."""
    use_fixed_face(monkeypatch)
    for width, height in ((34, 64), (1000, 4), (63, 64)):
        path = film(tmp_path / "c.avi", "rawvideo", "avi", "bgr24", width, height)
        with pytest.raises(UsageError, match=f"{width}x{height} are too small for .* Use --codec h264"):
            redact(path, tmp_path / "o.mp4", Settings(codec=codec))
        assert not (tmp_path / "o.mp4").exists()
    path = film(tmp_path / "c.avi", "rawvideo", "avi", "bgr24", 64, 64)
    assert 3 == redact(path, tmp_path / "o.mp4", Settings(codec=codec)).output.frames
