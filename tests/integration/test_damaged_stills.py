"""Hundreds of broken stills: each is read to its end, or refused in words. Nothing else is ever raised."""

import random

import pytest

from passerby.core.errors import SourceError
from passerby.source.still.file import StillFile
from tests import stills

MAKERS = {**stills.EVERYTHING, "pages.tif": stills.tiff_pages, "moving.webp": stills.webp_animation,
          "moving.png": stills.apng, "moving.avif": stills.avif_animation}  # fmt: skip
EACH = 25


def damaged(whole, dice):
    data = bytearray(whole)
    match dice.randrange(5):
        case 0:
            del data[dice.randrange(len(data)) :]
        case 1:
            for _ in range(dice.choice((1, 3, 40))):
                data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
        case 2:
            data[dice.randrange(12, 200)] = dice.choice((0, 255))  # where sizes and counts are
        case 3:
            place = dice.randrange(12, len(data))
            data[place : place + 16] = bytes([dice.choice((0, 255))]) * 16
        case 4:
            place, other = dice.randrange(12, len(data)), dice.randrange(12, len(data))
            data[place:place] = data[other : other + 100]
    return bytes(data)


@pytest.mark.parametrize("name", MAKERS)
def test_damage_ends_in_an_image_or_a_message(tmp_path, name):
    whole = MAKERS[name](tmp_path / name).read_bytes()
    refusals = []
    for seed in range(EACH):
        (tmp_path / name).write_bytes(damaged(whole, random.Random(f"{name} {seed}")))
        try:
            with StillFile.open(tmp_path / name) as still:
                for frame in still.frames():
                    page = still.info.pages[frame.index]
                    assert (page.width, page.height) == (frame.av_frame.width, frame.av_frame.height)
        except SourceError as error:
            refusals.append(str(error))
    assert refusals
    assert all(refusal.endswith((".", "first.")) for refusal in refusals)
