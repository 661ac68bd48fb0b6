"""Bytes of a TIFF that belong to no page."""

import struct

import pytest
from PIL import Image

from passerby.verify.containers.tiff import unreferenced_bytes
from tests import stills


@pytest.mark.parametrize("options", [{}, {"compression": "tiff_lzw"}, {"compression": "jpeg"}, {"big_tiff": True}])
def test_a_plain_one_has_none(options, tmp_path):
    pages = [stills.image(), stills.image().resize((40, 30))]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:], **options)
    assert 0 == unreferenced_bytes(tmp_path / "a.tif")


@pytest.mark.parametrize("big", [False, True])
def test_what_lies_behind_or_between_is_counted(big, tmp_path):
    path = tmp_path / "a.tif"
    stills.image().save(path, big_tiff=big)
    path.write_bytes(path.read_bytes() + bytes(100) + b"Secret")
    assert len(b"Secret") == unreferenced_bytes(path)


def test_an_image_whose_page_was_cut_off_is_counted(tmp_path):
    """Two pages, and the first is made the last: the second is still in the file."""
    path, picture = tmp_path / "a.tif", Image.effect_noise((64, 48), 80)
    picture.save(path, save_all=True, append_images=[picture])
    data = bytearray(path.read_bytes())
    (first,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, first)
    struct.pack_into("<I", data, first + 2 + count * 12, 0)
    path.write_bytes(data)
    assert unreferenced_bytes(path) > 64 * 48 * 0.9


def test_other_lists_of_tags_are_followed(tmp_path):
    """EXIF in a TIFF is told by the reader; what it points to is not counted here again."""
    assert 0 == unreferenced_bytes(stills.tiff_with_everything(tmp_path / "a.tif"))


@pytest.mark.parametrize(
    "data",
    [b"", b"II", b"nothing of the kind", b"II*\0\x08\0\0\0\xff\xff", b"MM\0*\0\0\0\x08\0\x01\0\x01\0\x63" + bytes(8)],
)
def test_what_is_none_is_refused(data, tmp_path):
    (tmp_path / "a.tif").write_bytes(data)
    with pytest.raises(ValueError, match="TIFF"):
        unreferenced_bytes(tmp_path / "a.tif")


def test_lists_that_lead_back_to_themselves_end(tmp_path):
    (tmp_path / "a.tif").write_bytes(b"II*\0\x08\0\0\0" + struct.pack("<HI", 0, 8))
    assert 0 == unreferenced_bytes(tmp_path / "a.tif")
