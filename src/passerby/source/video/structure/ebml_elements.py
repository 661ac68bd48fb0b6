"""The elements of a Matroska or WebM file: where each begins and ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO


def elements(file: BinaryIO, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """(id, start, end) of the content of each element between two positions of a file, as far as they are well-formed;
    one of unknown length extends to the end. The file may be read between two of them."""
    at = start
    while at < end:
        file.seek(at)
        first = file.read(1)
        if not first or not first[0]:
            return
        id = int.from_bytes(first + file.read(8 - first[0].bit_length()))
        length = ebml_number(file)
        content = file.tell()
        after = end if length is None else content + length
        yield id, content, min(after, end)
        at = after


def ebml_number(file: BinaryIO) -> int | None:
    """An EBML variable-length integer; None for the value that means unknown."""
    first = file.read(1)
    if not first or not first[0]:
        return None
    width = 9 - first[0].bit_length()
    value = int.from_bytes(first + file.read(width - 1), "big") & ((1 << 7 * width) - 1)
    return None if value == (1 << 7 * width) - 1 else value
