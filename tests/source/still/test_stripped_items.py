"""What lies in a file beside its picture is told, thing by thing, and never what it says."""

import pytest
from PIL import Image

from passerby.core.still_info import StillKind
from passerby.source.still.sniff import sniff_still
from passerby.source.still.stripped_items import BROKEN_STRUCTURE, coded_size, stripped_items
from tests import stills

EXPECTED = {
    "photo.jpg": {
        "EXIF",
        "a position (GPS)",
        "maker notes",
        "an EXIF thumbnail",
        "XMP: 2",
        "a list of further images (MPF)",
        "IPTC and Photoshop data",
        "a JFIF thumbnail",
        "application data (APP11)",
        "a comment",
        "a video",
    },
    "drawing.png": {
        "a time",
        "text: 2",
        "XMP",
        "data called seCr",
        "data called pHYs",
        "EXIF",
        "an EXIF thumbnail",
        "21 bytes after",
    },
    "photo.webp": {"EXIF", "a position (GPS)", "maker notes", "XMP", "data called SCRT", "21 bytes after"},
    "moving.gif": {"a comment", "XMP", "21 bytes after"},
    "scan.tif": {"the tag Make", "the tag Artist", "the tag DateTime", "XMP", "IPTC", "the private tag 65000"},
    "screen.bmp": {"21 bytes after"},
    "photo.avif": {"EXIF", "XMP or another document", "a box called uuid"},
    "photo.heic": {"EXIF", "XMP or another document", "a depth map", "a thumbnail", "a box called uuid"},
}


def stripped(path):
    content = path.read_bytes()
    return stripped_items(content, sniff_still(content[:64]))


@pytest.mark.parametrize("name", stills.EVERYTHING)
def test_every_item_is_listed(tmp_path, name):
    lines = stripped(stills.EVERYTHING[name](tmp_path / name))
    assert set() == {what for what in EXPECTED[name] if not any(what in line for line in lines)}
    assert not any("Secret" in line for line in lines)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.jpg", {"quality": 90, "icc_profile": stills.profile()}),
        ("a.jpg", {"progressive": True}),
        ("a.jpg", {"restart_marker_blocks": 4}),
        ("a.png", {"icc_profile": stills.profile()}),
        ("a.webp", {"icc_profile": stills.profile()}),
        ("a.tif", {"icc_profile": stills.profile()}),
        ("a.bmp", {}),
        ("a.gif", {}),
        ("a.avif", {"icc_profile": stills.profile()}),
    ],
)
def test_a_plain_image_has_no_other_items(tmp_path, name, options):
    stills.image().save(tmp_path / name, **options)
    assert () == stripped(tmp_path / name)


def test_plain_animations_pages_and_heics_neither(tmp_path):
    makers = (stills.gif, stills.webp_animation, stills.apng, stills.avif_animation, stills.tiff_pages, stills.heic)
    for make in makers:
        assert () == stripped(make(tmp_path / "a"))
    assert () == stripped(stills.heic(tmp_path / "a", stills.with_alpha()))


def test_a_second_image_after_a_jpeg_is_listed(tmp_path):
    stills.image().save(tmp_path / "a.jpg")
    content = (tmp_path / "a.jpg").read_bytes()
    assert (f"{len(content)} bytes after the image",) == stripped_items(content * 2, StillKind.JPEG)


def test_an_end_mark_within_coded_data_is_none():
    """FF D9 in EXIF's thumbnail is not the end of the picture."""
    content = (
        b"\xff\xd8"
        + b"\xff\xe1\0\x10Exif\0\0\xff\xd8\xff\xd9\0\0\0\0"
        + b"\xff\xda\0\x02\x11\xff\x00\xff\xd0\x22\xff\xd9"
    )
    assert ("EXIF",) == stripped_items(content, StillKind.JPEG)


@pytest.mark.parametrize("kind", StillKind)
@pytest.mark.parametrize("content", [b"", b"\xff" * 30, b"\0" * 30, b"II*\0\x08\0\0\0\xff\xff"])
def test_nonsense_is_broken_or_nothing(kind, content):
    for line in stripped_items(content, kind):
        assert (
            BROKEN_STRUCTURE == line
            or "structure is broken" in line
            or "after" in line
            or "called" in line
            or "tag" in line
        )


def test_coded_size_excludes_other_items(tmp_path):
    plain, full = tmp_path / "a.webp", tmp_path / "b.webp"
    stills.image().save(plain, quality=85)
    stills.webp_with_everything(full)
    sizes = [coded_size(path.read_bytes(), StillKind.WEBP) for path in (plain, full)]
    assert abs(sizes[0] - sizes[1]) < 700  # the colour profile
    assert sizes[0] < plain.stat().st_size < full.stat().st_size


def test_a_page_that_leads_to_itself_ends(tmp_path):
    Image.new("L", (8, 8)).save(tmp_path / "a.tif")
    content = bytearray((tmp_path / "a.tif").read_bytes())
    first = int.from_bytes(content[4:8], "little")
    entries = int.from_bytes(content[first : first + 2], "little")
    content[first + 2 + 12 * entries : first + 6 + 12 * entries] = first.to_bytes(4, "little")
    assert () == stripped_items(bytes(content), StillKind.TIFF)
