"""Thumbnails of parts of recordings."""

import io

import pytest
from PIL import Image

from passerby.core.errors import StoreError
from passerby.sink.recording.thumbnail import fragment_thumbnail, jpeg_thumbnail, middle_thumbnail
from tests import clips
from tests.store.footage import encoded


def image_of(data):
    image = Image.open(io.BytesIO(data))
    assert "JPEG" == image.format
    assert {} == dict(image.getexif())
    return image


def test_a_fragment_gives_its_first_frame():
    (part,) = encoded("yard", 5)
    assert (64, 48) == image_of(fragment_thumbnail(part.init + part.body, 64)).size


def test_it_is_never_enlarged():
    assert clips.SIZE == image_of(jpeg_thumbnail(clips.video_frame(0), 4000)).size


def test_the_middle_frame(tmp_path):
    path = clips.cfr(tmp_path / "c.mp4")
    expected = jpeg_thumbnail(clips.video_frame(clips.FRAMES // 2), 128)
    shown = image_of(middle_thumbnail(path.read_bytes(), 128)).convert("L").resize((16, 12)).tobytes()
    wanted = image_of(expected).convert("L").resize((16, 12)).tobytes()
    assert max(abs(a - b) for a, b in zip(shown, wanted, strict=True)) < 24


@pytest.mark.parametrize("fragment", [b"", b"noise" * 40])
def test_what_is_no_video_is_an_error(fragment):
    with pytest.raises(StoreError, match="cannot be decoded.*Try another time"):
        fragment_thumbnail(fragment, 64)


def test_a_video_without_a_frame_is_an_error():
    (part,) = encoded("yard", 5)
    with pytest.raises(StoreError, match="Try another time"):
        fragment_thumbnail(part.init, 64)
