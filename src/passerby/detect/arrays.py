"""The arrays that go into and come out of models."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

#: Pixels, uint8: BGR with shape (height, width, 3), or luma with shape (height, width).
Image = npt.NDArray[np.uint8]
#: What a network puts out, float32.
Array = npt.NDArray[np.float32]
