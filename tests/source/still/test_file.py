"""Stills as they are read: upright, whole, in their own depth; and refused when they are not what they seem."""

import os
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from passerby.core.errors import DamagedSource, SourceError, UnsupportedSource
from passerby.core.still_info import StillKind
from passerby.source.still import open as still_open
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
        return [frame.picture.to_ndarray(format=pixel_format) for frame in still.frames()]


def luma(picture):
    return picture.astype(float).mean(axis=2)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_read(tmp_path, kind):
    name, make = KINDS[kind]
    make(tmp_path / name)
    with StillFile.open(tmp_path / name) as still:
        assert StillKind(kind) is still.info.kind
        assert (stills.WIDTH, stills.HEIGHT) == still.info.source.videos[0].geometry.upright
        (frame,) = still.frames()
    assert (0, 0) == (frame.index, frame.time)
    shown = frame.picture.to_ndarray(format="rgb24").astype(int)
    assert np.abs(luma(shown) - luma(stills.drawing())).mean() < (6 if kind in ("gif", "jpeg", "heic", "avif") else 1)


@pytest.mark.parametrize("kind", KINDS)
def test_the_content_tells_the_kind_and_the_name_does_not(tmp_path, kind):
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


def test_a_turned_jpeg_has_its_tables_turned(tmp_path):
    table = list(range(1, 65))
    exif = Image.Exif()
    exif[274] = 6
    stills.image().save(tmp_path / "a.jpg", qtables=[table, table], subsampling=1, exif=exif)
    with StillFile.open(tmp_path / "a.jpg") as still:
        tables = still.info.jpeg
    assert [table[8 * (n % 8) + n // 8] for n in range(64)] == list(tables.tables[0])
    assert tables.subsampling == 0


def test_pages_keep_their_size_and_depth(tmp_path):
    path = stills.tiff_pages(tmp_path / "scan.tif")
    with StillFile.open(path) as still:
        assert [(160, 112), (96, 200), (160, 112), (160, 112)] == [(p.width, p.height) for p in still.info.pages]
        assert ["RGB", "L", "I;16", "1"] == [page.mode for page in still.info.pages]
        frames = list(still.frames())
    assert [0, 1, 2, 3] == [frame.time for frame in frames]
    deep = frames[2].picture.to_ndarray()
    assert deep.dtype == np.uint16
    assert np.array_equal(np.asarray(stills.deep_grey()), deep)
    assert np.array_equal(np.asarray(stills.bilevel().convert("L")), frames[3].picture.to_ndarray())


def test_16_bits_big_endian(tmp_path):
    values = np.asarray(stills.deep_grey())
    Image.frombytes("I;16B", (stills.WIDTH, stills.HEIGHT), values.astype(">u2").tobytes()).save(tmp_path / "a.tif")
    (shown,) = pictures(tmp_path / "a.tif", "gray16le")
    assert np.array_equal(values, shown)


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
            shown = frame.picture.to_ndarray(format="rgb24").astype(int)
            assert np.abs(shown - np.asarray(drawn)).mean() < 4


def test_what_cannot_be_seen_is_black(tmp_path):
    stills.with_alpha().save(tmp_path / "a.png")
    with StillFile.open(tmp_path / "a.png") as still:
        rgba = next(still.frames()).picture.to_ndarray(format="rgba")
    assert {0, 128, 255} == {*rgba[..., 3].ravel()}
    assert rgba[rgba[..., 3] == 0].max() == 0
    assert rgba[rgba[..., 3] == 128][:, :3].min() > 0


@pytest.mark.parametrize(
    ("picture", "mode"),
    [
        (lambda: stills.few_colours(), "P"),
        (lambda: stills.image().convert("L"), "L"),
        (lambda: stills.with_alpha().convert("LA"), "LA"),
        (lambda: stills.bilevel(), "1"),
        (lambda: stills.deep_grey(), "I;16"),
        (lambda: stills.with_alpha(), "RGBA"),
    ],
)
def test_the_mode_is_remembered(tmp_path, picture, mode):
    picture().save(tmp_path / "a.png")
    with StillFile.open(tmp_path / "a.png") as still:
        assert mode == still.info.pages[0].mode


def test_a_colour_that_stands_for_nothing_becomes_alpha(tmp_path):
    grey = Image.new("L", (40, 30), 90)
    grey.paste(200, (0, 0, 10, 30))
    grey.save(tmp_path / "a.png", transparency=200)
    with StillFile.open(tmp_path / "a.png") as still:
        assert "LA" == still.info.pages[0].mode
        alpha = next(still.frames()).picture.to_ndarray(format="rgba")[..., 3]
    assert (alpha[:, :10] == 0).all()
    assert (alpha[:, 10:] == 255).all()


def test_cmyk_is_converted_and_said(tmp_path):
    stills.image().convert("CMYK").save(tmp_path / "a.jpg", quality=95)
    with StillFile.open(tmp_path / "a.jpg") as still:
        assert "CMYK" in still.info.source.videos[0].notes[0]
        shown = next(still.frames()).picture.to_ndarray(format="rgb24").astype(int)
    assert np.abs(shown - stills.drawing()).mean() < 4


@pytest.mark.parametrize(("make", "bits"), [(stills.deep_rgb_png, 16), (stills.deep_heic, 10)])
def test_lost_depth_is_said(tmp_path, make, bits):
    with StillFile.open(make(tmp_path / "a")) as still:
        assert (f"the picture had {bits} bits a sample and is written with 8",) == still.info.source.videos[0].notes
        shown = next(still.frames()).picture.to_ndarray(format="rgb24")
    assert np.abs(luma(shown) - luma(stills.drawing())).mean() < 4


def test_an_rgb_jpeg_has_its_colours(tmp_path):
    stills.image().save(tmp_path / "a.jpg", quality=95, keep_rgb=True)
    (shown,) = pictures(tmp_path / "a.jpg")
    assert np.abs(shown.astype(int) - stills.drawing()).mean() < 4


def test_only_the_colour_profile_itself_is_kept(tmp_path):
    own = stills.profile()
    stills.image().save(tmp_path / "a.png", icc_profile=own + b"Secret")
    stills.image().convert("L").save(tmp_path / "b.png", icc_profile=own)
    stills.image().save(tmp_path / "c.png", icc_profile=b"Secret nonsense" * 20)
    kept, notes = [], []
    for name in ("a.png", "b.png", "c.png"):
        with StillFile.open(tmp_path / name) as still:
            kept.append(still.info.pages[0].icc)
            notes.append(len(still.info.source.videos[0].notes))
    assert [own, None, None] == kept
    assert [0, 1, 1] == notes


@pytest.mark.parametrize(
    ("size", "tag", "expected"),
    [
        ((2400, 1200), b"", True),
        ((2400, 1100), b"", False),
        ((300, 200), b"GPano:ProjectionType=equirectangular", True),
        ((400, 200), b"", False),
    ],
)
def test_panoramas(tmp_path, size, tag, expected):
    Image.new("RGB", size, (90, 120, 150)).save(tmp_path / "a.jpg", xmp=tag)
    with StillFile.open(tmp_path / "a.jpg") as still:
        assert expected is still.info.panorama


def test_only_the_picture_that_is_shown_is_taken_from_a_heic(tmp_path):
    with StillFile.open(stills.heic_with_everything(tmp_path / "a.heic")) as still:
        (frame,) = still.frames()
        assert (stills.WIDTH, stills.HEIGHT) == (frame.picture.width, frame.picture.height)


def test_raw_photos_are_refused(tmp_path):
    stills.image().save(tmp_path / "a.dng", "TIFF", tiffinfo={50706: b"\1\4\0\0"})
    with pytest.raises(UnsupportedSource, match="raw photo.*Develop it"):
        StillFile.open(tmp_path / "a.dng")


def test_floating_point_is_refused(tmp_path):
    Image.new("F", (20, 20), 0.5).save(tmp_path / "a.tif")
    with pytest.raises(UnsupportedSource, match="8 or 16 bits"):
        StillFile.open(tmp_path / "a.tif")


@pytest.mark.parametrize("content", [b"", b"Secret", b"\xff\xd8", b"BM" + b"\0" * 60, b"GIF88a" + b"\0" * 60])
def test_what_is_no_still_is_said_to_be_none(tmp_path, content):
    (tmp_path / "a.jpg").write_bytes(content)
    with pytest.raises(UnsupportedSource, match="is empty|is not a picture"):
        StillFile.open(tmp_path / "a.jpg")


def test_what_is_not_there_and_what_is_a_folder(tmp_path):
    with pytest.raises(SourceError, match="There is no file"):
        StillFile.open(tmp_path / "a.jpg")
    with pytest.raises(SourceError, match="is a folder"):
        StillFile.open(tmp_path)


def png_of(width, height):
    """A header that claims a size, and hardly any data."""
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(b"\0" * 99))]
    body = b"".join(struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in chunks)
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize("size", [(20_000, 20_000), (65_535, 65_535), (4_000_000, 2), (2**31 - 1, 2**31 - 1)])
def test_hostile_sizes_are_refused_before_anything_is_decoded(tmp_path, size):
    (tmp_path / "a.png").write_bytes(png_of(*size))
    with pytest.raises(SourceError, match="too large.*Pictures of up to 250 million pixels"):
        StillFile.open(tmp_path / "a.png")


def test_pictures_beyond_pillows_own_limit_are_read(tmp_path, recwarn):
    Image.new("1", (10_000, 10_000)).save(tmp_path / "a.png")
    with StillFile.open(tmp_path / "a.png") as still:
        assert (10_000, 10_000) == still.info.source.videos[0].geometry.upright
        assert sum(1 for _ in still.frames()) == 1
    assert not list(recwarn)


def test_too_many_frames_are_refused(tmp_path, monkeypatch):
    path = stills.gif(tmp_path / "a.gif")
    monkeypatch.setattr(still_open, "MOST_MOVING", 6 * stills.WIDTH * stills.HEIGHT - 1)
    with pytest.raises(SourceError, match="make a video of it first"):
        StillFile.open(path)
    monkeypatch.setattr(still_open, "MOST_PAGES", 5)
    with pytest.raises(SourceError, match="at most 5 are read"):
        StillFile.open(path)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0.2, 0.6, 0.95])
def test_a_file_that_was_cut_off_is_damaged(tmp_path, kind, share):
    name, make = KINDS[kind]
    make(tmp_path / name)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: max(70, int(len(whole) * share))])
    with pytest.raises(DamagedSource, match="is damaged.*Copy it again"):
        list(StillFile.open(tmp_path / name).frames())


def test_an_animation_that_was_cut_off_is_not_taken_for_a_shorter_one(tmp_path):
    path = stills.gif(tmp_path / "a.gif")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 3 // 4])
    with pytest.raises(DamagedSource, match="cut off"):
        StillFile.open(path)
    path.write_bytes(whole[:-1])  # some programs write no last byte
    with StillFile.open(path) as still:
        assert 6 == len(still.info.pages)


def test_two_runs_give_the_same(tmp_path):
    path = stills.gif(tmp_path / "a.gif")
    with StillFile.open(path) as still:
        first, second = ([frame.picture.to_ndarray(format="rgba") for frame in still.frames()] for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def test_the_file_is_read_once(tmp_path):
    """Who changes it meanwhile changes nothing."""
    stills.image().save(tmp_path / "a.png")
    with StillFile.open(tmp_path / "a.png") as still:
        stills.image(seed=9).save(tmp_path / "a.png")
        shown = next(still.frames()).picture.to_ndarray(format="rgb24")
    assert np.array_equal(stills.drawing(), shown)
