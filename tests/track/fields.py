"""Motion fields made up for tests: everything in the picture moves as it is told."""

import numpy as np

from passerby.core.motion import MotionField

SIZE = (640, 360)
CELL = 8.0


def centres(size=SIZE, cell=CELL):
    """(x, y) of the middles of all cells, two arrays of shape (rows, columns)."""
    rows, columns = int(size[1] // cell), int(size[0] // cell)
    return np.meshgrid((np.arange(columns) + 0.5) * cell, (np.arange(rows) + 0.5) * cell)


def field(goes, came, trust=1.0):
    """A field from two functions of arrays (x, y) -> (dx, dy): where content goes, and from where it came."""
    x, y = centres()
    forward, backward = (
        np.stack(np.broadcast_arrays(*move(x, y)), axis=-1).astype(np.float32) for move in (goes, came)
    )
    return MotionField(forward, backward, np.full(x.shape, trust, np.float32), CELL)


def shift(dx, dy):
    """Everything moves by (dx, dy)."""
    return field(lambda x, y: (dx + 0 * x, dy + 0 * y), lambda x, y: (-dx + 0 * x, -dy + 0 * y))


def turn(cx, cy, scale=1.0, degrees=0.0):
    """Everything grows by `scale` and turns about (cx, cy)."""
    spin = scale * np.exp(1j * np.radians(degrees))

    def moved(factor):
        def move(x, y):
            delta = ((x - cx) + 1j * (y - cy)) * (factor - 1)
            return delta.real, delta.imag

        return move

    return field(moved(spin), moved(1 / spin))
