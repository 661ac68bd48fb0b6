"""A hash of a decoded frame's pixels, to check that two decoding passes yield the same frames."""

from __future__ import annotations

import numpy as np
import xxhash

from passerby.core.raw_frame import RawFrame


def frame_hash(frame: RawFrame) -> int:
    """64-bit hash of the visible pixels. Kept in memory only; hashes of different frame sizes are not comparable.

    The padding at the end of each line is undefined, so whole buffers cannot be hashed.
    """
    av_frame = frame.av_frame
    bits = {component.plane: component.bits for component in av_frame.format.components}
    hasher = xxhash.xxh3_64()
    for number, plane in enumerate(av_frame.planes):
        samples = sum(component.plane == number for component in av_frame.format.components)
        row_bytes = plane.width * samples * (2 if bits[number] > 8 else 1)
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)[:, :row_bytes]
        # One copy without the padding is far cheaper than a call to the hasher for each line.
        hasher.update(np.ascontiguousarray(rows).data)
    return hasher.intdigest()
