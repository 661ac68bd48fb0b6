"""Images that are too large, damaged or no images are refused with advice."""

import struct
import zlib

import pytest
from PIL import Image

from passerby.core.errors import DamagedSource, SourceError, UnsupportedSource
from passerby.source.still import open as open_module
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


@pytest.mark.parametrize("content", [b"", b"Secret", b"\xff\xd8", b"BM" + b"\0" * 60, b"GIF88a" + b"\0" * 60])
def test_other_files_are_refused(tmp_path, content):
    (tmp_path / "a.jpg").write_bytes(content)
    with pytest.raises(UnsupportedSource, match="is empty|is not an image"):
        StillFile.open(tmp_path / "a.jpg")


def test_missing_files_and_folders_are_refused(tmp_path):
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
    with pytest.raises(SourceError, match="too large.*limit is 250 million pixels"):
        StillFile.open(tmp_path / "a.png")


def test_pictures_beyond_pillows_own_limit_are_read(tmp_path, recwarn):
    Image.new("1", (10_000, 10_000)).save(tmp_path / "a.png")
    with StillFile.open(tmp_path / "a.png") as still:
        assert (10_000, 10_000) == still.info.source.videos[0].geometry.display_size
        assert sum(1 for _ in still.frames()) == 1
    assert not list(recwarn)


def test_too_many_frames_are_refused(tmp_path, monkeypatch):
    path = stills.gif(tmp_path / "a.gif")
    monkeypatch.setattr(open_module, "MAX_ANIMATION_PIXELS", 6 * stills.WIDTH * stills.HEIGHT - 1)
    with pytest.raises(SourceError, match="convert it to a video first"):
        StillFile.open(path)
    monkeypatch.setattr(open_module, "MAX_PAGES", 5)
    with pytest.raises(SourceError, match="the limit is 5"):
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


def test_a_truncated_animation_is_not_accepted_as_shorter(tmp_path):
    path = stills.gif(tmp_path / "a.gif")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 3 // 4])
    with pytest.raises(DamagedSource, match="truncated"):
        StillFile.open(path)
    path.write_bytes(whole[:-1])  # some programs write no last byte
    with StillFile.open(path) as still:
        assert 6 == len(still.info.pages)
