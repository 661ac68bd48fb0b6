"""Safe frames -> a new video file with their picture, their times, and nothing else."""

from __future__ import annotations

import contextlib
import math
import os
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import numpy as np
from av.codec.context import Flags
from av.container import OutputContainer
from av.video.stream import VideoStream

from passerby.base.errors import OutputError
from passerby.base.media import Geometry, VideoInfo
from passerby.base.safe import SafeFrame
from passerby.sink.encoding import Encoding
from passerby.sink.output import output_error

_MATROSKA = ("matroska", "webm")


class VideoWriter:
    """Writes one video track: a call of `write` for each frame, in order of presentation, then `close`.

    `container` is mp4, mov, matroska or webm. Times come out exactly as they went in, in the source's time base; only
    Matroska and WebM keep milliseconds, so there they are exact when the source's are, and rounded when not.
    Stored orientation, display matrix, pixel aspect and colour description are the source's. No tags are written but
    those that the container cannot do without.

    As a context manager it finishes the file when the block ends well, and lets go of it when not.
    """

    def __init__(self, path: Path, video: VideoInfo, encoding: Encoding, container: str) -> None:
        """Raises OutputError when the picture or the codec cannot be written to such a container."""
        self._path = path
        self._video = video
        self._encoding = encoding
        self._nominal = _nominal_duration(video)
        self._last: int | None = None
        _check_size(video.geometry)
        try:
            self._container = _open(path, container, video.time_base)
            self._stream = _add_stream(self._container, video, encoding)
            self._container.start_encoding()
        except (av.FFmpegError, OSError, ValueError) as error:
            raise self._error(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abandon()

    def write(self, frame: SafeFrame) -> None:
        """Encode one frame. Its picture must have the source's size and the pixel format of the encoding.

        Raises OutputError, or DiskFull when there is no room.
        """
        picture = self._fitting(frame.picture)
        if frame.time < 0:  # the container would hide it
            raise OutputError(f"Frame {frame.index} lies before the beginning, so {self._path} is not written.")
        if self._last is not None:
            if frame.time <= self._last:
                raise OutputError(
                    f"Frame {frame.index} does not come after the one before it, so {self._path} is not written."
                )
            self._nominal = frame.time - self._last
        self._nominal = picture.duration or self._nominal
        self._last = frame.time
        picture.pts, picture.time_base = frame.time, self._video.time_base
        picture.pict_type = 0  # the encoder decides anew which frames stand alone
        self._mux(picture)

    def close(self) -> None:
        """Write what the encoder still holds and the index. Raises OutputError or DiskFull."""
        if self._last is None:
            self.abandon()
            raise OutputError(f"Not one frame was written to {self._path}. Check that the source plays.")
        try:
            self._mux(None)
        except OutputError:
            self.abandon()
            raise
        try:
            self._container.close()
        except (av.FFmpegError, OSError) as error:
            raise self._error(error) from error

    def abandon(self) -> None:
        """Let go of the file after an error. What was written is of no use."""
        with contextlib.suppress(av.FFmpegError, OSError):  # the error that led here is the one to tell
            self._container.close()

    def _mux(self, picture: av.VideoFrame | None) -> None:
        try:
            for packet in self._stream.encode(picture):
                # Only the last frame is shown for as long as its packet says; the others until the next frame's time.
                packet.duration = self._nominal
                self._container.mux(packet)
        except (av.FFmpegError, OSError) as error:
            raise self._error(error) from error

    def _fitting(self, picture: av.VideoFrame) -> av.VideoFrame:
        """The picture as the encoder takes it; PyAV would convert any other quietly, and change its colours."""
        geometry, wanted = self._video.geometry, self._encoding.pixel_format
        if (picture.width, picture.height) != (geometry.width, geometry.height):
            raise OutputError(
                f"A frame of {picture.width}x{picture.height} does not fit a video of {geometry.width}x"
                f"{geometry.height}. The source changes size in the middle: cut it there and redact the parts."
            )
        if picture.format.name == wanted:
            return picture
        if picture.format.name == "yuvj420p" and wanted == "yuv420p":
            return _renamed(picture, wanted)
        raise OutputError(f"A frame in {picture.format.name} came where {wanted} was agreed. Please report this.")

    def _error(self, error: Exception) -> OutputError:
        if isinstance(error, OSError):
            return output_error(self._path, error)
        return OutputError(
            f"{self._path} cannot be encoded with {self._encoding.encoder}: {error}. Try another --codec."
        )


def _check_size(geometry: Geometry) -> None:
    if geometry.width % 2 or geometry.height % 2:
        raise OutputError(
            f"Video of {geometry.width}x{geometry.height} has an odd side, which cannot be encoded with 4:2:0 colour. "
            "Crop it by one pixel with a video editor first."
        )


def _open(path: Path, container: str, time_base: Fraction) -> OutputContainer:
    options = {"fflags": "+bitexact"}  # no name and version of the program that wrote it, no random numbers
    if container not in _MATROSKA:
        # FFmpeg would choose a clock of its own for the track, and milliseconds for the offset of a first frame.
        scale = str(time_base.denominator)
        options |= {"movflags": "+faststart", "video_track_timescale": scale, "movie_timescale": scale}
    return av.open(f"file:{path}", "w", format=container, container_options=options)


def _add_stream(container: OutputContainer, video: VideoInfo, encoding: Encoding) -> VideoStream:
    os.environ.setdefault("SVT_LOG", "1")  # SVT-AV1 prints its settings to the terminal otherwise
    rate = (video.frame_rate or Fraction(25)).limit_denominator(1001)
    stream = container.add_stream(
        encoding.encoder,
        rate=rate,
        options=dict(encoding.options),
        width=video.geometry.width,
        height=video.geometry.height,
        time_base=video.time_base,
    )
    assert isinstance(stream, VideoStream)
    context = stream.codec_context
    context.pix_fmt = encoding.pixel_format
    context.flags |= Flags.bitexact
    if encoding.tag and container.format.name not in _MATROSKA:
        context.codec_tag = encoding.tag
    context.sample_aspect_ratio = video.geometry.pixel_aspect
    colour = video.colour
    context.color_primaries, context.color_trc = colour.primaries, colour.transfer
    context.colorspace = colour.matrix
    context.color_range = {None: 0, False: 1, True: 2}[colour.full_range]
    stream.metadata["handler_name"] = "Video"
    if video.geometry.rotation or video.geometry.mirrored:
        stream.set_display_matrix(display_matrix(video.geometry))
    return stream


def display_matrix(geometry: Geometry) -> tuple[int, ...]:
    """Nine numbers in FFmpeg's layout (a b u / c d v / x y w) that show a picture as `geometry` says."""
    turn = math.radians(geometry.rotation)
    cos, sin = round(math.cos(turn)), round(math.sin(turn))
    a, b, c, d = cos, sin, -sin, cos
    if geometry.mirrored:
        a, b = -a, -b
    # What turns or mirrors about the corner leaves the screen; move it back, as cameras do.
    x = -min(0, a * geometry.width) - min(0, c * geometry.height)
    y = -min(0, b * geometry.width) - min(0, d * geometry.height)
    one = 1 << 16
    return (a * one, b * one, 0, c * one, d * one, 0, x * one, y * one, 1 << 30)


def _renamed(picture: av.VideoFrame, name: str) -> av.VideoFrame:
    """The same bytes under the name of a format with the same layout: yuvj420p is yuv420p with full range."""
    copy = av.VideoFrame(picture.width, picture.height, name)
    for old, new in zip(picture.planes, copy.planes, strict=True):
        source = np.frombuffer(memoryview(old), np.uint8).reshape(old.height, old.line_size)
        target = np.frombuffer(memoryview(new), np.uint8).reshape(new.height, new.line_size)
        target[:, : new.width] = source[:, : old.width]
    return copy


def _nominal_duration(video: VideoInfo) -> int:
    """Ticks a frame lasts by the stated rate, for the one video that has a single frame."""
    return max(1, round(1 / ((video.frame_rate or Fraction(25)) * video.time_base)))
