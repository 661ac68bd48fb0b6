"""Capturing a camera: live frames until the connection is lost.

Every frame is 8-bit 4:2:0 of even size in limited range, whatever the camera sends, so that later stages handle a
single format. Errors inside the stream (timestamps, sizes, corrupt data) never end it; it ends, with CameraLost, when
no undamaged frame has arrived for READ_TIMEOUT_S seconds or the connection breaks. Reconnecting is up to the caller.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from types import TracebackType
from typing import Self

import av

from passerby.config.address import CameraAddress, CameraProtocol
from passerby.core.clock import Clock, Moment
from passerby.core.errors import CameraLost
from passerby.core.media import Colour, Geometry, VideoInfo
from passerby.core.raw_frame import RawFrame
from passerby.core.scaling import reformat
from passerby.source.camera.open import READ_TIMEOUT_S, OpenCamera, camera_error, open_camera
from passerby.source.camera.timestamps import MAX_LAG_S, CameraTimestamps

#: What demuxing and decoding raise.
_ERRORS = (av.FFmpegError, OSError, IndexError, ValueError, MemoryError)
#: Timestamps are in microseconds.
TIME_BASE = Fraction(1, 1_000_000)
#: Longest wait for a frame's display time, in seconds; a frame further ahead belongs to another clock.
MAX_WAIT_S = 8.0
_FORMAT, _LIMITED, _FULL = "yuv420p", 1, 2
#: (stream timestamp in seconds or None, frame, whether it is damaged).
_TimedFrame = tuple[float | None, av.VideoFrame, bool]


@dataclass(frozen=True, slots=True)
class CapturedFrame:
    """A frame and its capture time. `video` describes it; it is a new object when the camera changed its resolution."""

    frame: RawFrame
    captured_at: Moment
    video: VideoInfo


class Camera:
    """One camera over any number of connections. `frames` connects and yields frames until the connection is lost.

    Frame times are microseconds since the first connection and increase strictly. `max_fps` limits the frame rate;
    `max_dimension` limits the longer side in pixels, larger frames are scaled down. `listener` is that of the relay,
    where there is one already.
    """

    def __init__(
        self,
        address: CameraAddress,
        clock: Clock,
        *,
        udp: bool = False,
        max_fps: float = 10.0,
        max_dimension: int = 1280,
        sleep: Callable[[float], None] = time.sleep,
        listener: socket.socket | None = None,
    ) -> None:
        self.address = address
        self._clock, self._sleep, self._listener = clock, sleep, listener
        self._udp, self._max_fps, self._max_dimension = udp, max_fps, max_dimension
        self._timestamps = CameraTimestamps(clock.now().monotonic)
        self._count = 0
        self._next_due = 0
        self._video: VideoInfo | None = None
        #: Failed reads and decodes.
        self.errors = 0

    @property
    def jumps(self) -> int:
        return self._timestamps.jumps

    def frames(self) -> Iterator[CapturedFrame]:
        """Frames from a new connection. Ends only by raising CameraLost."""
        self._timestamps.new_connection()
        with _Connection(self._opened()) as connection:
            decoded = connection.decoded_frames(self.address, self._clock, self._count_error)
            if self.address.protocol is CameraProtocol.FILE:
                decoded = self._looped(connection)
            if self.address.protocol in (CameraProtocol.FILE, CameraProtocol.HLS):  # arrives as fast as it is read
                decoded = self._realtime(decoded)
            for stream_time, av_frame, damaged in decoded:
                yield from self._emit(stream_time, av_frame, damaged)
        raise CameraLost(f"{self.address} closed the connection. Reconnecting until it answers.")

    def _opened(self) -> OpenCamera:
        return open_camera(self.address, udp=self._udp, max_fps=self._max_fps, listener=self._listener)

    def _looped(self, connection: _Connection) -> Iterator[_TimedFrame]:
        """A file played in a loop, as if it were a camera."""
        length = 0.0
        while True:
            first, offset = None, length
            for stream_time, av_frame, damaged in connection.decoded_frames(
                self.address, self._clock, self._count_error
            ):
                first = stream_time if first is None else first
                time = length if stream_time is None or first is None else max(length, offset + stream_time - first)
                yield time, av_frame, damaged
                length = time + 1 / self._max_fps
            if length == offset:
                raise CameraLost(f"{self.address} has no frame that can be decoded. Check that it plays.")
            connection.reopen(open_camera(self.address))

    def _realtime(self, frames: Iterator[_TimedFrame]) -> Iterator[_TimedFrame]:
        """Frames, delayed until the time of their timestamps."""
        shift: float | None = None
        for stream_time, av_frame, damaged in frames:
            if stream_time is not None:
                now = self._clock.now().monotonic
                early = 0.0 if shift is None else stream_time + shift - now
                if shift is None or not -MAX_LAG_S <= early <= MAX_WAIT_S:
                    shift, early = now - stream_time, 0.0
                if early > 0:
                    self._sleep(early)
            yield stream_time, av_frame, damaged

    def _count_error(self) -> None:
        self.errors += 1

    def _emit(self, stream_time: float | None, av_frame: av.VideoFrame, damaged: bool) -> Iterator[CapturedFrame]:
        captured_at = self._clock.now()
        time = self._timestamps.timestamp(stream_time, captured_at.monotonic)
        step = round(1e6 / self._max_fps)
        if time + step // 2 < self._next_due:
            return  # above the frame rate limit
        self._next_due = max(self._next_due + step, time)
        video = self._video_info(av_frame)
        size = video.geometry.width, video.geometry.height
        normalised = _normalised(av_frame, size)
        normalised.pts, normalised.time_base = time, TIME_BASE
        yield CapturedFrame(RawFrame(normalised, self._count, time, damaged), captured_at, video)
        self._count += 1

    def _video_info(self, av_frame: av.VideoFrame) -> VideoInfo:
        longest = max(av_frame.width, av_frame.height)
        scale = min(1.0, self._max_dimension / longest)
        width, height = (max(2, round(side * scale / 2) * 2) for side in (av_frame.width, av_frame.height))
        colour = Colour(av_frame.color_primaries, av_frame.color_trc, av_frame.colorspace, False, 0)
        known = self._video
        if known is None or (known.geometry.width, known.geometry.height) != (width, height) or known.colour != colour:
            self._video = known = VideoInfo(
                stream=0,
                codec="rawvideo",
                time_base=TIME_BASE,
                geometry=Geometry(width, height),
                colour=colour,
                pixel_format=_FORMAT,
                bit_depth=8,
                frame_rate=Fraction(self._max_fps).limit_denominator(1001),
                frames_estimate=None,
                bit_rate=None,
            )
        return known


class _Connection:
    """One connection, demuxed and decoded."""

    def __init__(self, camera: OpenCamera) -> None:
        self._camera = camera

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._camera.close()

    def reopen(self, camera: OpenCamera) -> None:
        self._camera.close()
        self._camera = camera

    def decoded_frames(
        self, address: CameraAddress, clock: Clock, on_error: Callable[[], None]
    ) -> Iterator[_TimedFrame]:
        """(timestamp in seconds, frame, damaged), until the stream ends.

        Raises CameraLost when it breaks, or when no undamaged frame has arrived for READ_TIMEOUT_S seconds.
        """
        container, stream = self._camera.container, self._camera.stream
        broken, base = False, stream.time_base
        last_whole = clock.now().monotonic
        try:
            for packet in container.demux(stream):
                broken = broken or packet.is_corrupt
                try:
                    decoded = packet.decode()
                except EOFError:
                    return
                except _ERRORS:
                    on_error()
                    broken, decoded = True, []
                for av_frame in decoded:
                    broken = (broken or av_frame.is_corrupt) and (av_frame.is_corrupt or not av_frame.key_frame)
                    last_whole = last_whole if broken else clock.now().monotonic
                    seconds = None if av_frame.pts is None or base is None else float(av_frame.pts * base)
                    yield seconds, av_frame, broken
                if clock.now().monotonic - last_whole > READ_TIMEOUT_S:
                    raise CameraLost(f"{address} has sent no undamaged frame for {READ_TIMEOUT_S:.0f} s. Reconnecting.")
        except _ERRORS as error:
            raise camera_error(address, error) from None


def _normalised(av_frame: av.VideoFrame, size: tuple[int, int]) -> av.VideoFrame:
    """The frame in the pixel format, range and size that later stages handle."""
    full = av_frame.format.name.startswith("yuvj") or int(av_frame.color_range) == _FULL
    if av_frame.format.name == _FORMAT and (av_frame.width, av_frame.height) == size and not full:
        return av_frame
    return reformat(
        av_frame,
        width=size[0],
        height=size[1],
        format=_FORMAT,
        src_color_range=_FULL if full else _LIMITED,
        dst_color_range=_LIMITED,
        interpolation="AREA" if max(size) < max(av_frame.width, av_frame.height) else None,
    )
