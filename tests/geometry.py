"""Displayed boxes in stored pixels, for tests that look into frames as a decoder hands them out."""

import numpy as np

from passerby.core.box import Box


def box_to_stored(geometry, box):
    """A displayed box in stored pixels; rotation by quarter turns keeps it axis-aligned."""
    a, b = geometry.to_stored(np.array([[box.x1, box.y1], [box.x2, box.y2]], float)).tolist()
    return Box(min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1]))
