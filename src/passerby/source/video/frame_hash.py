"""A short hash of what a decoded picture shows, to tell whether two decoding passes saw the same."""

from __future__ import annotations

import numpy as np
import xxhash

from passerby.core.raw_frame import RawFrame


def picture_hash(frame: RawFrame) -> int:
    """64-bit hash of the visible pixels. Kept in memory only, and never comparable with a hash of another picture size.

    Decoders leave whatever they like in the padding at the end of each line, so whole buffers cannot be hashed.
    """
    picture = frame.picture
    bits = {component.plane: component.bits for component in picture.format.components}
    hasher = xxhash.xxh3_64()
    for number, plane in enumerate(picture.planes):
        samples = sum(component.plane == number for component in picture.format.components)
        row_bytes = plane.width * samples * (2 if bits[number] > 8 else 1)
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)[:, :row_bytes]
        # One copy that closes the gaps is far cheaper than a call to the hasher for each line.
        hasher.update(np.ascontiguousarray(rows).data)
    return hasher.intdigest()
