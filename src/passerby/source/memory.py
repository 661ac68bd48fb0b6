"""Frames that a program holds in memory, as arrays or as PyAV's frames, to be masked like those of a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from passerby.core.errors import UsageError
from passerby.core.media import Colour, Geometry, SourceInfo, VideoInfo
from passerby.core.raw_frame import RawFrame
from passerby.source.video.decoding import DecodeStats
from passerby.source.video.file import VideoFile

#: A picture: uint8, shape (height, width, 3), or a frame of PyAV.
Picture = npt.NDArray[np.uint8] | av.VideoFrame
#: How the channels of an array may be ordered.
ARRAY_FORMATS = ("rgb24", "bgr24")
#: What arrays become: planar RGB, without loss.
PLANAR = "gbrp"
#: Pixel formats that are searched and masked as they are; others are converted to 4:4:4.
KEPT_FORMATS = frozenset(
    {"yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "gray", "gbrp"}
    | {"yuv420p10le", "yuv422p10le", "yuv444p10le"}
)
CONVERTED_FORMAT = "yuv444p"
#: Where a message names a source.
_NAME = Path("frames")


def memory_info(picture: Picture, frame_rate: Fraction, frames: int | None = None) -> VideoInfo:
    """The description of a film of which this is a picture. A tick is a frame: `time` is the number of a frame."""
    width, height, form = _shape(picture)
    return VideoInfo(
        stream=0,
        codec="raw",
        time_base=1 / frame_rate,
        geometry=Geometry(width, height),
        colour=Colour(matrix=0, full_range=True) if form == PLANAR else Colour(),
        pixel_format=form,
        bit_depth=10 if "10" in form else 8,
        frame_rate=frame_rate,
        frames_estimate=frames,
        bit_rate=None,
    )


def to_raw_frame(picture: Picture, number: int, video: VideoInfo, array_format: str) -> RawFrame:
    """One picture as a frame of that film. Raises UsageError where it has another size or type."""
    width, height, form = _shape(picture)
    size = video.geometry.width, video.geometry.height
    if (width, height) != size or form != video.pixel_format:
        raise UsageError(
            f"Picture {number} is {width} by {height} ({form}), and the first one {size[0]} by {size[1]} "
            f"({video.pixel_format}). Give pictures of one size and type, or mask them in two calls."
        )
    if isinstance(picture, av.VideoFrame):
        frame = picture if picture.format.name == form else picture.reformat(format=form)
    else:
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format=array_format).reformat(format=PLANAR)
    return RawFrame(frame, number, number)


def to_picture(frame: av.VideoFrame, like: Picture, array_format: str) -> Picture:
    """A masked frame in the type of the picture that it was made from."""
    if isinstance(like, av.VideoFrame):
        if like.time_base is not None:
            frame.pts, frame.time_base = like.pts, like.time_base
        return frame
    return np.asarray(frame.to_ndarray(format=array_format), np.uint8)


def check_array_format(array_format: str) -> None:
    """Raises UsageError for an order of channels that is not known."""
    if array_format not in ARRAY_FORMATS:
        raise UsageError(f"There is no array format {array_format!r}. Choose from {', '.join(ARRAY_FORMATS)}.")


def _shape(picture: Picture) -> tuple[int, int, str]:
    if isinstance(picture, av.VideoFrame):
        name = picture.format.name
        return picture.width, picture.height, name if name in KEPT_FORMATS else CONVERTED_FORMAT
    if isinstance(picture, np.ndarray) and picture.dtype == np.uint8 and picture.ndim == 3 and picture.shape[2] == 3:
        return picture.shape[1], picture.shape[0], PLANAR
    what = f"an array of {picture.dtype} {picture.shape}" if isinstance(picture, np.ndarray) else type(picture).__name__
    raise UsageError(f"{what} is no picture. Give arrays of uint8 with shape (height, width, 3), or av.VideoFrame.")


class FrameList(VideoFile):
    """A film that is in memory as a whole, read as a file is: as often as wanted."""

    def __init__(self, pictures: Sequence[Picture], frame_rate: Fraction, array_format: str) -> None:
        """Raises UsageError for what is no picture."""
        self._pictures, self._format = pictures, array_format
        video = memory_info(pictures[0], frame_rate, len(pictures))
        duration = float(len(pictures) / frame_rate)
        super().__init__(_NAME, SourceInfo(_NAME, "memory", duration, (video,), (), ()))

    def frames(self, video: int = 0, start: int | None = None) -> Iterator[RawFrame]:
        """Each picture once, in order; `start` as in a file."""
        info = self.info.videos[video]
        self.decode_stats[video] = DecodeStats(frames=len(self._pictures))
        for number in range(start or 0, len(self._pictures)):
            yield to_raw_frame(self._pictures[number], number, info, self._format)
