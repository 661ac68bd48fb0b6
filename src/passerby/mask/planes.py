"""The planes of a picture as arrays, and which formats can be painted without converting them."""

from __future__ import annotations

from dataclasses import dataclass

import av
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class Layout:
    """A planar format: bits a sample, how many luma pixels a chroma sample stands for, across and down, and what its
    planes are, a letter each: y, u, v, or g, b, r, a."""

    bits: int
    step_x: int
    step_y: int
    planes: str = "yuv"

    @property
    def steps(self) -> tuple[tuple[int, int], ...]:
        """(across, down) of each plane."""
        return tuple((self.step_x, self.step_y) if plane in "uv" else (1, 1) for plane in self.planes)

    def black(self, full_range: bool) -> tuple[int, ...]:
        """The values of opaque black (ITU-R BT.709: luma 16 of 8 bits in limited range, chroma in the middle)."""
        up = self.bits - 8
        chroma, opaque = 128 << up, (1 << self.bits) - 1
        values = {"y": 0 if full_range else 16 << up, "u": chroma, "v": chroma, "a": opaque}
        return tuple(values.get(plane, 0) for plane in self.planes)

    def make_opaque(self, cells: list[Array]) -> None:
        """No colour shows through where something is hidden: alpha, where there is any, becomes full, in place."""
        if "a" in self.planes:
            cells[self.planes.index("a")][:] = (1 << self.bits) - 1


#: yuvj420p is yuv420p in full range under its old name.
LAYOUTS = {
    "yuv420p": Layout(8, 2, 2),
    "yuvj420p": Layout(8, 2, 2),
    "yuv422p": Layout(8, 2, 1),
    "yuvj422p": Layout(8, 2, 1),
    "yuv444p": Layout(8, 1, 1),
    "yuvj444p": Layout(8, 1, 1),
    "yuv420p10le": Layout(10, 2, 2),
    "yuv422p10le": Layout(10, 2, 1),
    "yuv444p10le": Layout(10, 1, 1),
    "gray": Layout(8, 1, 1, "y"),
    "gray16le": Layout(16, 1, 1, "y"),
    "gbrp": Layout(8, 1, 1, "gbr"),
    "gbrap": Layout(8, 1, 1, "gbra"),
}


def planes_of(picture: av.VideoFrame) -> list[Array]:
    """The planes, each a writable view of shape (rows, columns) on the picture's own memory."""
    deep = LAYOUTS[picture.format.name].bits > 8
    views: list[Array] = []
    for plane in picture.planes:
        memory = memoryview(plane)
        samples: Array = np.frombuffer(memory, np.uint16) if deep else np.frombuffer(memory, np.uint8)
        views.append(samples.reshape(plane.height, -1)[:, : plane.width])
    return views


def blank_like(picture: av.VideoFrame, pixel_format: str) -> av.VideoFrame:
    """A new picture of the same size, time and colour description in that format, with nothing drawn yet."""
    blank = av.VideoFrame(picture.width, picture.height, pixel_format)
    blank.pts, blank.time_base = picture.pts, picture.time_base
    blank.colorspace, blank.color_range = picture.colorspace, picture.color_range
    blank.color_primaries, blank.color_trc = picture.color_primaries, picture.color_trc
    return blank


def fresh_copy(picture: av.VideoFrame) -> av.VideoFrame:
    """A new picture with the same samples and colour description, and nothing else: no side data, no references.

    The decoder predicts later pictures from its own frames, so those must not be painted; and captions, depth maps and
    whatever else hangs on them must not come out.
    """
    copy = blank_like(picture, picture.format.name)
    for target, source in zip(planes_of(copy), planes_of(picture), strict=True):
        np.copyto(target, source)
    return copy
