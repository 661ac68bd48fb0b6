"""Other times in parts that are there already."""

import re
import struct

from passerby.store.recordings.part import TICKS


def stamped(body, start):
    """A part's fragments, the first of which is to be shown from `start` (microseconds)."""
    first, data = None, bytearray(body)
    for found in re.finditer(b"tfdt", body):
        place = found.end() + 4  # after a version, which has 64 bits
        (shown,) = struct.unpack_from(">Q", data, place)
        first = shown if first is None else first
        struct.pack_into(">Q", data, place, shown - first + start * TICKS // 1_000_000)
    return bytes(data)
