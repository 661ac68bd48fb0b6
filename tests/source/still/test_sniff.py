"""The first bytes tell what a file is."""

import pytest

from passerby.core.errors import SourceError
from passerby.core.still_info import SUFFIXES, StillKind
from passerby.source.still.sniff import is_still, read_still, sniff_still, with_matching_suffix
from tests import clips, stills


def box(major, *compatible):
    names = b"".join(compatible)
    return (16 + len(names)).to_bytes(4, "big") + b"ftyp" + major + b"\0\0\0\0" + names


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\xff\xd8\xff\xe1", StillKind.JPEG),
        (b"\x89PNG\r\n\x1a\n", StillKind.PNG),
        (b"RIFF\0\0\0\0WEBP", StillKind.WEBP),
        (b"RIFF\0\0\0\0AVI ", None),
        (b"II*\0", StillKind.TIFF),
        (b"MM\0*", StillKind.TIFF),
        (b"MM\0+", StillKind.TIFF),
        (b"GIF89a", StillKind.GIF),
        (b"BM" + bytes(12) + b"\x28\0\0\0", StillKind.BMP),
        (b"BM" + bytes(12) + b"\x29\0\0\0", None),
        (box(b"heic", b"mif1"), StillKind.HEIC),
        (box(b"mif1", b"mif1", b"heic"), StillKind.HEIC),
        (box(b"mif1", b"mif1", b"avif"), StillKind.AVIF),
        (box(b"avif"), StillKind.AVIF),
        (box(b"avis", b"avif"), StillKind.AVIF),
        (box(b"isom", b"avc1"), None),
        (box(b"qt  "), None),
        (b"", None),
    ],
)
def test_kinds(head, kind):
    assert kind is sniff_still(head)


def test_videos_and_unreadable_files_are_not_stills(tmp_path):
    stills.image().save(tmp_path / "a.png")
    assert is_still(tmp_path / "a.png")
    assert not is_still(clips.write_clip(tmp_path / "a.mp4"))
    assert not is_still(tmp_path / "b.png")
    assert not is_still(tmp_path)


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("a.jpg", StillKind.JPEG, "a.jpg"),
        ("a.JPEG", StillKind.JPEG, "a.JPEG"),
        ("a.jpg", StillKind.PNG, "a.png"),
        ("a.b", StillKind.TIFF, "a.tif"),
        ("a", StillKind.HEIC, "a.heic"),
    ],
)
def test_names_get_an_ending_that_fits(name, kind, expected):
    assert expected == with_matching_suffix(name, kind)


def test_every_kind_has_an_ending():
    assert set(StillKind) == set(SUFFIXES)
    assert all(suffixes and all(suffix.startswith(".") for suffix in suffixes) for suffixes in SUFFIXES.values())


def test_a_sparse_file_that_claims_gigabytes_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"\xff\xd8\xff")
    with path.open("r+b") as file:
        file.truncate(20 << 30)
    with pytest.raises(SourceError, match="20.0 GiB"):
        read_still(path)
