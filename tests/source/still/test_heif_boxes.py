"""The boxes of HEIC and AVIF files."""

import struct

import pytest

from passerby.source.still.heif_boxes import read_boxes, stripped_boxes
from tests import stills


def box(name, content):
    return struct.pack(">I4s", 8 + len(content), name) + content


def test_a_plain_image_has_nothing_to_strip(tmp_path):
    contents = read_boxes(stills.heic(tmp_path / "a.heic").read_bytes())
    assert [] == list(stripped_boxes(contents, sequence=False))
    assert (False, 8) == (contents.broken, contents.max_bits)
    assert contents.coded_bytes > 100


def test_bit_depth(tmp_path):
    assert 10 == read_boxes(stills.deep_heic(tmp_path / "a.heic").read_bytes()).max_bits


def test_unknown_boxes_are_listed_by_name():
    contents = read_boxes(box(b"ftyp", b"heic") + box(b"abcd", b"Secret") + box(b"moov", b""))
    assert ["a box called abcd", "a box called moov"] == list(stripped_boxes(contents, sequence=False))
    assert ["a box called abcd"] == list(stripped_boxes(contents, sequence=True))


def test_trailing_bytes_are_listed():
    contents = read_boxes(box(b"ftyp", b"heic") + b"Secret")
    assert ["bytes after the image"] == list(stripped_boxes(contents, sequence=False))


@pytest.mark.parametrize("content", [box(b"meta", b"\0\0\0\0" + box(b"iinf", b"")), box(b"meta", box(b"iprp", b""))])
def test_what_cannot_be_parsed_raises_nothing(content):
    assert read_boxes(content).items == {}
