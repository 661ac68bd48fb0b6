"""Safe frames as Pillow images in the source's mode."""

import av
import numpy as np
import pytest

from passerby.core.safe_frame import SafeFrame
from passerby.core.still_info import Page, StillKind
from passerby.sink.still.image import MAX_PALETTE_COLOURS, to_image
from passerby.source.still.pixels import to_frame
from tests import stills


def page(mode, pixel_format="gbrp"):
    return Page(stills.WIDTH, stills.HEIGHT, mode, pixel_format)


@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA"])
def test_samples_are_those_of_the_frame(mode):
    image = stills.with_alpha() if mode == "RGBA" else stills.image().convert(mode)
    safe = SafeFrame(to_frame(image), 0, 0)
    written = to_image(safe, page(mode), StillKind.PNG)
    assert mode == written.mode
    visible = np.asarray(image.getchannel("A")) > 0 if mode == "RGBA" else np.True_
    different = np.asarray(written) != np.asarray(image)
    assert not (different.any(axis=-1) if different.ndim == 3 else different)[visible].any()


def test_few_colours_make_a_lossless_palette():
    image = stills.few_colours().convert("RGB")
    written = to_image(SafeFrame(to_frame(image), 0, 0), page("P"), StillKind.PNG)
    assert "P" == written.mode
    np.testing.assert_array_equal(np.asarray(image), np.asarray(written.convert("RGB")))


def test_many_colours_are_reduced():
    written = to_image(SafeFrame(to_frame(stills.image()), 0, 0), page("P"), StillKind.GIF)
    assert len(written.getcolors(1 << 16)) <= MAX_PALETTE_COLOURS


def test_16_bits():
    deep = np.arange(64, dtype=np.uint16).reshape(8, 8) * 1000
    frame = av.VideoFrame(8, 8, "gray16le")
    np.frombuffer(memoryview(frame.planes[0]), np.uint16).reshape(8, -1)[:, :8] = deep
    written = to_image(SafeFrame(frame, 0, 0), page("I;16", "gray16le"), StillKind.PNG)
    np.testing.assert_array_equal(deep, np.asarray(written))
