"""The elements of a Matroska or WebM file: whatever is not needed to play its video and audio is reported."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_EBML, _SEGMENT, _VOID = 0x1A45DFA3, 0x18538067, 0xEC
_INFO, _CLUSTER, _GROUP = 0x1549A966, 0x1F43B675, 0xA0
_UNKNOWN = -1

#: Allowed children of each element that is parsed, by id (RFC 9559).
_SEGMENT_NEEDS = {0x114D9B74, _INFO, 0x1654AE6B, 0x1C53BB6B, _CLUSTER, _VOID, 0xBF, 0x1254C367, 0x1941A469, 0x1043A770}
_INFO_NEEDS = {0x2AD7B1, 0x4489, 0x4D80, 0x5741, 0x73A4, 0x4461, 0x7BA9, _VOID, 0xBF}
_CLUSTER_NEEDS = {0xE7, 0xA3, _GROUP, 0xAB, 0xA7, _VOID, 0xBF}
_GROUP_NEEDS = {0xA1, 0x9B, 0xFB, 0x75A2, _VOID, 0xBF}
#: Of these, the ones that are reported; tags are reported by name elsewhere, since some are needed.
_REPORTED = {
    0x1941A469: "attached files",
    0x1043A770: "chapters",
    0x7BA9: "a title",
    0x73A4: "an identifier of the recording",
}
_DATE = 0x4461


def walk(path: Path, dates: bool) -> Counter[str]:
    """What the file contains beyond what it needs. `dates`: the creation date is allowed."""
    lines: Counter[str] = Counter()
    size = path.stat().st_size
    with path.open("rb") as file:
        try:
            end = _top(file, size, lines, dates)
        except (IndexError, ValueError):
            lines["elements with an invalid structure"] += 1
            return lines
    if end < size:
        lines[f"{size - end} bytes after the last element"] += 1
    return lines


def _top(file: BinaryIO, size: int, lines: Counter[str], dates: bool) -> int:
    end = 0
    children = _children(file, 0, size)
    while True:
        try:
            id, start, after = next(children)
        except StopIteration:
            return end
        except (IndexError, ValueError):
            if not end:
                raise
            return end  # no element: trailing bytes
        end = after
        if id == _SEGMENT:
            _within(file, start, after, _SEGMENT_NEEDS, lines, dates)
        elif id == _VOID:
            _void(file, start, after, lines)
        elif id != _EBML:
            return start  # not an element of the top level


def _within(file: BinaryIO, start: int, end: int, needed: set[int], lines: Counter[str], dates: bool) -> None:
    deeper = {_INFO: _INFO_NEEDS, _CLUSTER: _CLUSTER_NEEDS, _GROUP: _GROUP_NEEDS}
    for id, inner, after in _children(file, start, end):
        if id == _VOID:
            _void(file, inner, after, lines)
        elif id not in needed:
            lines[f"an element with the id {id:X}"] += 1
        elif id in _REPORTED:
            lines[_REPORTED[id]] += 1
        elif id == _DATE and not dates:
            lines["the creation date"] += 1
        elif id in deeper:
            _within(file, inner, after, deeper[id], lines, dates)


def _void(file: BinaryIO, start: int, end: int, lines: Counter[str]) -> None:
    file.seek(start)
    if any(file.read(min(end - start, 1 << 24))):
        lines["data in unused space"] += 1


def _children(file: BinaryIO, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """(id, start of the content, end) of each element."""
    at = start
    while at + 2 <= end:
        file.seek(at)
        id = _number(file, keep_mark=True)
        length = _number(file, keep_mark=False)
        inner = file.tell()
        after = end if length == _UNKNOWN else inner + length
        if after > end:
            raise ValueError("an element that extends beyond its parent")
        yield id, inner, after
        at = after


def _number(file: BinaryIO, keep_mark: bool) -> int:
    first = file.read(1)[0]
    if not first:
        raise ValueError("not an EBML number")
    width = 9 - first.bit_length()
    value = int.from_bytes(bytes([first]) + file.read(width - 1), "big")
    if keep_mark:
        return value
    value &= (1 << 7 * width) - 1
    return _UNKNOWN if value == (1 << 7 * width) - 1 else value
