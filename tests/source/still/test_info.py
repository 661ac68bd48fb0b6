"""What a still image holds, and how it is to be encoded again."""

import numpy as np
import pytest
from PIL import Image

from passerby.core.errors import UnsupportedSource
from passerby.source.still.file import StillFile
from tests import stills


def luma(picture):
    return picture.astype(float).mean(axis=2)


def test_a_turned_jpeg_has_its_tables_turned(tmp_path):
    table = list(range(1, 65))
    exif = Image.Exif()
    exif[274] = 6
    stills.image().save(tmp_path / "a.jpg", qtables=[table, table], subsampling=1, exif=exif)
    with StillFile.open(tmp_path / "a.jpg") as still:
        tables = still.info.jpeg
    assert [table[8 * (n % 8) + n // 8] for n in range(64)] == list(tables.tables[0])
    assert tables.subsampling == 0


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


def test_cmyk_is_converted_and_noted(tmp_path):
    stills.image().convert("CMYK").save(tmp_path / "a.jpg", quality=95)
    with StillFile.open(tmp_path / "a.jpg") as still:
        assert "CMYK" in still.info.source.videos[0].notes[0]
        shown = next(still.frames()).av_frame.to_ndarray(format="rgb24").astype(int)
    assert np.abs(shown - stills.drawing()).mean() < 4


@pytest.mark.parametrize(("make", "bits"), [(stills.deep_rgb_png, 16), (stills.deep_heic, 10)])
def test_reduced_bit_depth_is_noted(tmp_path, make, bits):
    with StillFile.open(make(tmp_path / "a")) as still:
        assert (f"the image had {bits} bits per sample and is written with 8",) == still.info.source.videos[0].notes
        shown = next(still.frames()).av_frame.to_ndarray(format="rgb24")
    assert np.abs(luma(shown) - luma(stills.drawing())).mean() < 4


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


def test_raw_photos_are_refused(tmp_path):
    stills.image().save(tmp_path / "a.dng", "TIFF", tiffinfo={50706: b"\1\4\0\0"})
    with pytest.raises(UnsupportedSource, match="raw photo.*Develop it"):
        StillFile.open(tmp_path / "a.dng")


def test_floating_point_is_refused(tmp_path):
    Image.new("F", (20, 20), 0.5).save(tmp_path / "a.tif")
    with pytest.raises(UnsupportedSource, match="8 or 16 bits"):
        StillFile.open(tmp_path / "a.tif")
