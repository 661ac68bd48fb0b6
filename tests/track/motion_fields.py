"""Synthetic motion fields for tests."""

import numpy as np

from passerby.core.motion import MotionField

SIZE = (640, 360)
CELL = 8.0


def centres(size=SIZE, cell=CELL):
    """(x, y) of the centres of all cells, two arrays of shape (rows, columns)."""
    rows, columns = int(size[1] // cell), int(size[0] // cell)
    return np.meshgrid((np.arange(columns) + 0.5) * cell, (np.arange(rows) + 0.5) * cell)


def field(forward_flow, backward_flow, confidence=1.0):
    """A field from two functions of arrays (x, y) -> (dx, dy): forward flow and backward flow."""
    x, y = centres()
    forward, backward = (
        np.stack(np.broadcast_arrays(*move(x, y)), axis=-1).astype(np.float32) for move in (forward_flow, backward_flow)
    )
    return MotionField(forward, backward, np.full(x.shape, confidence, np.float32), CELL)


def shift(dx, dy):
    """Everything moves by (dx, dy)."""
    return field(lambda x, y: (dx + 0 * x, dy + 0 * y), lambda x, y: (-dx + 0 * x, -dy + 0 * y))


def zoom_and_rotate(cx, cy, scale=1.0, degrees=0.0):
    """Everything zooms by `scale` and rotates about (cx, cy)."""
    spin = scale * np.exp(1j * np.radians(degrees))

    def moved(factor):
        def move(x, y):
            delta = ((x - cx) + 1j * (y - cy)) * (factor - 1)
            return delta.real, delta.imag

        return move

    return field(moved(spin), moved(1 / spin))
