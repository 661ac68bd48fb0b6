"""Where the boxes of an MP4 file begin and end."""

import io
import struct

import pytest

from passerby.source.video.structure.isobmff_boxes import boxes, file_size

LARGE = struct.pack(">I4sQ", 1, b"mdat", 20) + b"1234"


@pytest.mark.parametrize(("data", "found"), [
    (struct.pack(">I4s", 9, b"free") + b"x" + LARGE, [(b"free", 8, 9), (b"mdat", 25, 29)]),
    (struct.pack(">I4s", 0, b"mdat") + b"12", [(b"mdat", 8, 10)]),
    (struct.pack(">I4s", 99, b"moov") + b"12", [(b"moov", 8, 10)]),
    (struct.pack(">I4s", 7, b"moov") + b"12", []),
    (b"\0\0\0", []),
])  # fmt: skip
def test_boxes_one_after_the_other(data, found):
    file = io.BytesIO(data)
    assert found == list(boxes(file, 0, file_size(file)))
