"""The boxes of an MP4 or MOV file: where each begins and ends."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from typing import BinaryIO


def file_size(file: BinaryIO) -> int:
    """Bytes of an open file."""
    return file.seek(0, os.SEEK_END)


def boxes(file: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """(name, start, end) of the content of each box between two positions of a file, as far as they are well-formed;
    the last one may be cut off. The file may be read between two of them."""
    at = start
    while end - at >= 8:
        file.seek(at)
        head = file.read(16)
        if len(head) < 8:
            return
        length, name = struct.unpack_from(">I4s", head)
        content = at + 8
        if length == 1 and len(head) == 16:
            (length,) = struct.unpack_from(">Q", head, 8)
            content = at + 16
        after = end if length == 0 else at + length
        if after < content:
            return
        yield name, content, min(after, end)
        at = after
