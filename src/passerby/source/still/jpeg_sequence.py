"""JPEGs that follow each other in one file: film (MJPEG), though it begins like a photo.

Photos, too, may hold more than one picture: previews, depths, gain maps. They are smaller than the photo, and few.
Those of panoramas and stereo cameras are of one size; the photo lists them (CIPA DC-007, Multi-Picture Format), and
film never does.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

#: Pictures of one size, one directly after the other, that make a film.
MIN_PICTURES = 3
#: Bytes of padding between two pictures.
_MAX_PADDING = 64
#: Pictures that are looked at, since some may be damaged, and bytes.
_MAX_PICTURES, _MAX_BYTES = 12, 64 << 20
_START, _END, _SCAN, _PICTURE = b"\xff\xd8", b"\xff\xd9", 0xDA, b"\xff\xd8\xff"
#: Markers of a frame header, which states the size (ITU-T T.81, table B.1).
_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
#: Markers without a length.
_BARE = frozenset({0x01, *range(0xD0, 0xD9)})


def is_jpeg_sequence(path: Path) -> bool:
    """Whether MIN_PICTURES of the first JPEGs in the file have one size, and follow each other, but for damage. Raises
    OSError when it cannot be read."""
    with path.open("rb") as file:
        if file.read(3) != _PICTURE:
            return False
        data = _PICTURE + file.read(_MAX_BYTES)
    if _lists_pictures(data):
        return False
    at, sizes = 0, Counter[bytes]()
    for _ in range(_MAX_PICTURES):
        found = _picture(data, at)
        if found is None:  # damaged, or cut off
            at = data.find(_PICTURE, at + len(_PICTURE))
        else:
            sizes[found[1]] += 1
            at = data.find(_PICTURE, found[0], found[0] + _MAX_PADDING)
        if at < 0 or (sizes and max(sizes.values()) >= MIN_PICTURES):
            break
    return bool(sizes) and max(sizes.values()) >= MIN_PICTURES


def _lists_pictures(data: bytes) -> bool:
    """Whether the first picture lists those that follow it, in an APP2 segment "MPF"."""
    at = 2
    while at + 8 <= len(data) and data[at] == 0xFF and data[at + 1] not in (_SCAN, _END[1]):
        if data[at + 1] == 0xE2 and data[at + 4 : at + 8] == b"MPF\0":
            return True
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
    return False


def _picture(data: bytes, at: int) -> tuple[int, bytes] | None:
    """(where it ends, its height and width as they are stored) of the JPEG at `at`; None where there is no whole
    one."""
    if data[at : at + 2] != _START:
        return None
    at, size = at + 2, b""
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker == _END[1]:
            return at + 2, size
        if marker in _BARE:
            at += 2
            continue
        if marker in _SIZES:
            size = data[at + 5 : at + 9]
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
        if marker == _SCAN:  # what follows is coded; in it 0xFF is followed by 0 or a restart marker
            at = _next_marker(data, at)
    return (at + 2, size) if data[at : at + 2] == _END else None


def _next_marker(data: bytes, at: int) -> int:
    while (at := data.find(b"\xff", at)) >= 0 and at + 1 < len(data):
        if data[at + 1] != 0 and not 0xD0 <= data[at + 1] <= 0xD7:
            return at
        at += 2
    return len(data)
