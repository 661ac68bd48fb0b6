"""Pillow images as planes."""

import numpy as np
from PIL import Image

from passerby.source.still.file import StillFile
from tests import stills


def pictures(path, pixel_format="rgb24"):
    with StillFile.open(path) as still:
        return [frame.av_frame.to_ndarray(format=pixel_format) for frame in still.frames()]


def test_16_bits_big_endian(tmp_path):
    values = np.asarray(stills.deep_grey())
    Image.frombytes("I;16B", (stills.WIDTH, stills.HEIGHT), values.astype(">u2").tobytes()).save(tmp_path / "a.tif")
    (shown,) = pictures(tmp_path / "a.tif", "gray16le")
    assert np.array_equal(values, shown)


def test_invisible_pixels_are_black(tmp_path):
    stills.with_alpha().save(tmp_path / "a.png")
    with StillFile.open(tmp_path / "a.png") as still:
        rgba = next(still.frames()).av_frame.to_ndarray(format="rgba")
    assert {0, 128, 255} == {*rgba[..., 3].ravel()}
    assert rgba[rgba[..., 3] == 0].max() == 0
    assert rgba[rgba[..., 3] == 128][:, :3].min() > 0


def test_a_colour_that_stands_for_nothing_becomes_alpha(tmp_path):
    grey = Image.new("L", (40, 30), 90)
    grey.paste(200, (0, 0, 10, 30))
    grey.save(tmp_path / "a.png", transparency=200)
    with StillFile.open(tmp_path / "a.png") as still:
        assert "LA" == still.info.pages[0].mode
        alpha = next(still.frames()).av_frame.to_ndarray(format="rgba")[..., 3]
    assert (alpha[:, :10] == 0).all()
    assert (alpha[:, 10:] == 255).all()


def test_an_rgb_jpeg_has_its_colours(tmp_path):
    stills.image().save(tmp_path / "a.jpg", quality=95, keep_rgb=True)
    (shown,) = pictures(tmp_path / "a.jpg")
    assert np.abs(shown.astype(int) - stills.drawing()).mean() < 4
