"""The planes of a frame as arrays, and the pixel formats that can be painted without conversion."""

from __future__ import annotations

from dataclasses import dataclass

import av
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class PlaneLayout:
    """A planar format: bits per sample, chroma subsampling across (`step_x`) and down (`step_y`), and one letter per
    plane: y, u, v, or g, b, r, a."""

    bits: int
    step_x: int
    step_y: int
    planes: str = "yuv"

    @property
    def steps(self) -> tuple[tuple[int, int], ...]:
        """Subsampling (across, down) of each plane."""
        return tuple((self.step_x, self.step_y) if plane in "uv" else (1, 1) for plane in self.planes)

    def black(self, full_range: bool) -> tuple[int, ...]:
        """The sample values of opaque black (ITU-R BT.709: luma 16 of 8 bits in limited range, chroma at mid-scale)."""
        up = self.bits - 8
        chroma, opaque = 128 << up, (1 << self.bits) - 1
        values = {"y": 0 if full_range else 16 << up, "u": chroma, "v": chroma, "a": opaque}
        return tuple(values.get(plane, 0) for plane in self.planes)

    def make_opaque(self, cells: list[Array]) -> None:
        """Set alpha, where there is any, to opaque in place: nothing shows through a mask."""
        if "a" in self.planes:
            cells[self.planes.index("a")][:] = (1 << self.bits) - 1


#: yuvj420p is the deprecated name of yuv420p in full range.
LAYOUTS = {
    "yuv420p": PlaneLayout(8, 2, 2),
    "yuvj420p": PlaneLayout(8, 2, 2),
    "yuv422p": PlaneLayout(8, 2, 1),
    "yuvj422p": PlaneLayout(8, 2, 1),
    "yuv444p": PlaneLayout(8, 1, 1),
    "yuvj444p": PlaneLayout(8, 1, 1),
    "yuv420p10le": PlaneLayout(10, 2, 2),
    "yuv422p10le": PlaneLayout(10, 2, 1),
    "yuv444p10le": PlaneLayout(10, 1, 1),
    "gray": PlaneLayout(8, 1, 1, "y"),
    "gray16le": PlaneLayout(16, 1, 1, "y"),
    "gbrp": PlaneLayout(8, 1, 1, "gbr"),
    "gbrap": PlaneLayout(8, 1, 1, "gbra"),
}


def planes_of(av_frame: av.VideoFrame) -> list[Array]:
    """The planes, each a writable view of shape (rows, columns) on the frame's own memory."""
    deep = LAYOUTS[av_frame.format.name].bits > 8
    views: list[Array] = []
    for plane in av_frame.planes:
        memory = memoryview(plane)
        samples: Array = np.frombuffer(memory, np.uint16) if deep else np.frombuffer(memory, np.uint8)
        views.append(samples.reshape(plane.height, -1)[:, : plane.width])
    return views


def blank_frame(av_frame: av.VideoFrame, pixel_format: str) -> av.VideoFrame:
    """A new uninitialised frame in `pixel_format` with the same size, time and colour description."""
    blank = av.VideoFrame(av_frame.width, av_frame.height, pixel_format)
    if av_frame.time_base is not None:  # frames that a program made may have none
        blank.pts, blank.time_base = av_frame.pts, av_frame.time_base
    blank.colorspace, blank.color_range = av_frame.colorspace, av_frame.color_range
    blank.color_primaries, blank.color_trc = av_frame.color_primaries, av_frame.color_trc
    return blank


def copy_frame(av_frame: av.VideoFrame) -> av.VideoFrame:
    """A new frame with the same samples and colour description, and nothing else: no side data, no references.

    The decoder predicts later frames from its own buffers, so those must not be painted; and captions, depth maps and
    other side data must not reach the output.
    """
    copy = blank_frame(av_frame, av_frame.format.name)
    for target, source in zip(planes_of(copy), planes_of(av_frame), strict=True):
        np.copyto(target, source)
    return copy
