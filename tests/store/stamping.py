"""Changing the timestamps of existing parts."""

import re
import struct

from passerby.store.recordings.part import TIMESCALE


def stamped(body, start):
    """The fragments of a part, with the first one at `start` (microseconds)."""
    first, data = None, bytearray(body)
    for found in re.finditer(b"tfdt", body):
        place = found.end() + 4  # after a version, which has 64 bits
        (shown,) = struct.unpack_from(">Q", data, place)
        first = shown if first is None else first
        struct.pack_into(">Q", data, place, shown - first + start * TIMESCALE // 1_000_000)
    return bytes(data)
