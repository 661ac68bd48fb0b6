"""The quality that is chosen where a source does not state its own."""

import io

import pytest
from PIL import Image

from passerby.sink.still.jpeg_quality import QUALITIES, choose_quality
from tests import stills


def encode(picture, file, quality):
    picture.save(file, "JPEG", quality=quality)


def size_at(picture, quality):
    file = io.BytesIO()
    encode(picture, file, quality)
    return file.tell()


def grainy(width, height):
    """Something fine everywhere, so that each quality takes its own number of bits."""
    grain = Image.effect_noise((width, height), 40).convert("RGB")
    return Image.blend(stills.photo(width, height), grain, 0.2)


@pytest.mark.parametrize("size", [(300, 200), (1500, 1300)])
@pytest.mark.parametrize("quality", [91, 97])
def test_as_many_bits_as_before(size, quality):
    picture = grainy(*size)
    chosen = choose_quality(picture, size_at(picture, quality), encode)
    assert abs(QUALITIES.index(chosen) - QUALITIES.index(quality)) <= 1


def test_never_much_worse_than_the_painted_image():
    picture = grainy(300, 200)
    assert choose_quality(picture, 10, encode) > QUALITIES[0]


def test_sufficient_quality_takes_no_more_bits():
    smooth = Image.linear_gradient("L").convert("RGB")
    assert QUALITIES[0] == choose_quality(smooth, 10**6, encode)


def test_noise_gets_the_highest_quality():
    def spoil(picture, file, quality):
        Image.new("RGB", picture.size).save(file, "PNG")

    assert QUALITIES[-1] == choose_quality(grainy(300, 200), 1000, spoil)
