"""Stills as they are read: upright, whole, in their own depth; and refused when they are not what they seem."""

import os
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from passerby.core.still_info import StillKind
from passerby.source.still.file import StillFile
from tests import stills

KINDS = {
    "jpeg": ("a.jpg", lambda path: stills.image().save(path, quality=90)),
    "png": ("a.png", lambda path: stills.image().save(path)),
    "webp": ("a.webp", lambda path: stills.image().save(path, lossless=True)),
    "tiff": ("a.tif", lambda path: stills.image().save(path)),
    "bmp": ("a.bmp", lambda path: stills.image().save(path)),
    "gif": ("a.gif", lambda path: stills.few_colours().save(path)),
    "heic": ("a.heic", stills.heic),
    "avif": ("a.avif", lambda path: stills.image().save(path, quality=95)),
}


def pictures(path, pixel_format="rgb24"):
    with StillFile.open(path) as still:
        return [frame.av_frame.to_ndarray(format=pixel_format) for frame in still.frames()]


def luma(picture):
    return picture.astype(float).mean(axis=2)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_read(tmp_path, kind):
    name, make = KINDS[kind]
    make(tmp_path / name)
    with StillFile.open(tmp_path / name) as still:
        assert StillKind(kind) is still.info.kind
        assert (stills.WIDTH, stills.HEIGHT) == still.info.source.videos[0].geometry.display_size
        (frame,) = still.frames()
    assert (0, 0) == (frame.index, frame.time)
    shown = frame.av_frame.to_ndarray(format="rgb24").astype(int)
    assert np.abs(luma(shown) - luma(stills.drawing())).mean() < (6 if kind in ("gif", "jpeg", "heic", "avif") else 1)


@pytest.mark.parametrize("kind", KINDS)
def test_the_format_is_detected_by_content(tmp_path, kind):
    name, make = KINDS[kind]
    make(tmp_path / name)
    os.rename(tmp_path / name, tmp_path / "a.xyz")
    with StillFile.open(tmp_path / "a.xyz") as still:
        assert StillKind(kind) is still.info.kind


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_set_upright(tmp_path, orientation):
    upright = Image.fromarray(stills.drawing())
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Pillow's number of the turn that undoes it
    stored = upright.transpose(Image.Transpose(back[orientation])) if orientation > 1 else upright
    for name, options in (("a.jpg", {"quality": 95}), ("a.png", {}), ("a.webp", {"lossless": True}), ("a.tif", {})):
        exif = Image.Exif()
        exif[274] = orientation
        stored.save(tmp_path / name, exif=exif, **options)
        (shown,) = pictures(tmp_path / name)
        assert np.abs(luma(shown) - luma(stills.drawing())).mean() < 3, name


def test_pages_keep_their_size_and_depth(tmp_path):
    path = stills.tiff_pages(tmp_path / "scan.tif")
    with StillFile.open(path) as still:
        assert [(160, 112), (96, 200), (160, 112), (160, 112)] == [(p.width, p.height) for p in still.info.pages]
        assert ["RGB", "L", "I;16", "1"] == [page.mode for page in still.info.pages]
        frames = list(still.frames())
    assert [0, 1, 2, 3] == [frame.time for frame in frames]
    deep = frames[2].av_frame.to_ndarray()
    assert deep.dtype == np.uint16
    assert np.array_equal(np.asarray(stills.deep_grey()), deep)
    assert np.array_equal(np.asarray(stills.bilevel().convert("L")), frames[3].av_frame.to_ndarray())


@pytest.mark.parametrize("make", [stills.gif, stills.webp_animation, stills.apng, stills.avif_animation])
def test_animations(tmp_path, make):
    path = make(tmp_path / "moving")
    with StillFile.open(path) as still:
        info = still.info
        assert info.animated
        assert stills.DURATIONS == [page.duration for page in info.pages]
        assert info.source.duration == sum(stills.DURATIONS) / 1000
        assert (None if info.kind is StillKind.AVIF else 3) == info.loop
        for frame, drawn in zip(still.frames(), stills.moving(), strict=True):
            shown = frame.av_frame.to_ndarray(format="rgb24").astype(int)
            assert np.abs(shown - np.asarray(drawn)).mean() < 4


def test_only_the_primary_image_of_a_heic_is_read(tmp_path):
    with StillFile.open(stills.heic_with_everything(tmp_path / "a.heic")) as still:
        (frame,) = still.frames()
        assert (stills.WIDTH, stills.HEIGHT) == (frame.av_frame.width, frame.av_frame.height)


def png_of(width, height):
    """A header that claims a size, and hardly any data."""
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(b"\0" * 99))]
    body = b"".join(struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in chunks)
    return b"\x89PNG\r\n\x1a\n" + body


def test_two_runs_give_the_same(tmp_path):
    path = stills.gif(tmp_path / "a.gif")
    with StillFile.open(path) as still:
        first, second = ([frame.av_frame.to_ndarray(format="rgba") for frame in still.frames()] for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def test_the_file_is_read_once(tmp_path):
    """Who changes it meanwhile changes nothing."""
    stills.image().save(tmp_path / "a.png")
    with StillFile.open(tmp_path / "a.png") as still:
        stills.image(seed=9).save(tmp_path / "a.png")
        shown = next(still.frames()).av_frame.to_ndarray(format="rgb24")
    assert np.array_equal(stills.drawing(), shown)
