"""Where the elements of a Matroska file begin and end."""

import io

import pytest

from passerby.source.video.structure.ebml_elements import ebml_number, elements


@pytest.mark.parametrize(("data", "value"), [
    (b"\x81", 1), (b"\x40\x02", 2), (b"\x01" + bytes(6) + b"\x09", 9), (b"\xff", None), (b"\x7f\xff", None),
    (b"", None), (b"\0", None),
])  # fmt: skip
def test_numbers(data, value):
    assert value == ebml_number(io.BytesIO(data))


def test_elements_one_after_the_other():
    file = io.BytesIO(b"\xb0\x82ab" + b"\x54\xcc\x81c" + b"\x1a\x45\xdf\xa3\xffrest")
    assert [(0xB0, 2, 4), (0x54CC, 7, 8), (0x1A45DFA3, 13, 17)] == list(elements(file, 0, 17))
    assert [(0xB0, 2, 3)] == list(elements(file, 0, 3))
    assert [] == list(elements(io.BytesIO(b"\0\0\0"), 0, 3))
