"""A camera: frames as they come, for as long as they come.

Every frame is 8-bit 4:2:0 of even size in limited range, whatever the camera sends, so that everything after it has one
form to deal with. A stream never stops for what is wrong inside it (times, sizes, garbage); it ends, with CameraLost,
when no whole frame has come for SILENCE seconds or the connection breaks. To connect again is the caller's part.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from types import TracebackType
from typing import Self

import av

from passerby.config.address import Address, Way
from passerby.core.clock import Clock, Moment
from passerby.core.errors import CameraLost
from passerby.core.media import Colour, Geometry, VideoInfo
from passerby.core.raw_frame import RawFrame
from passerby.core.scaling import reformatted
from passerby.source.camera.open import SILENCE, Opened, lost, open_camera
from passerby.source.camera.timestamps import BEHIND, CameraClock

#: What reading and decoding raise.
_ERRORS = (av.FFmpegError, OSError, IndexError, ValueError, MemoryError)
#: Times are told in microseconds.
TIME_BASE = Fraction(1, 1_000_000)
#: Seconds to wait for the time of a picture, at most; one that is further ahead is on another clock.
LONGEST_WAIT = 8.0
_FORMAT, _LIMITED, _FULL = "yuv420p", 1, 2


#: A picture: when it was by its stream, in seconds, if that says so; and whether it is damaged.
_Picture = tuple[float | None, av.VideoFrame, bool]


@dataclass(frozen=True, slots=True)
class Caught:
    """A frame and the moment it came. `video` describes it; it is another object when the camera changed its size."""

    frame: RawFrame
    at: Moment
    video: VideoInfo


class Camera:
    """One camera over any number of connections. `frames` connects and gives frames until the connection is lost.

    `times` are microseconds since the first connection and always rise. `frames_a_second` is the most that are given;
    `longest_side` the most pixels of the longer side, larger pictures are made smaller.
    """

    def __init__(
        self,
        address: Address,
        clock: Clock,
        *,
        udp: bool = False,
        frames_a_second: float = 10.0,
        longest_side: int = 1280,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.address = address
        self._clock, self._sleep = clock, sleep
        self._udp, self._rate, self._longest = udp, frames_a_second, longest_side
        self._times = CameraClock(clock.now().monotonic)
        self._count = 0
        self._next = 0
        self._video: VideoInfo | None = None
        #: Readings and decodings that failed, and times that were taken up anew.
        self.faults = 0

    @property
    def jumps(self) -> int:
        return self._times.jumps

    def frames(self) -> Iterator[Caught]:
        """Frames from a new connection. Never ends but by raising CameraLost."""
        self._times.begin_stream()
        with _Reading(open_camera(self.address, udp=self._udp, frames_a_second=self._rate)) as reading:
            pictures = reading.pictures(self.address, self._clock, self._fault)
            if self.address.way is Way.FILE:
                pictures = self._over_and_over(reading)
            if self.address.way in (Way.FILE, Way.HLS):  # it comes as fast as it is read
                pictures = self._paced(pictures)
            for stated, picture, damaged in pictures:
                yield from self._give(stated, picture, damaged)
        raise CameraLost(f"{self.address} ended the connection. It is tried again until it answers.")

    def _over_and_over(self, reading: _Reading) -> Iterator[_Picture]:
        """A file as if it were a camera."""
        length = 0.0
        while True:
            first, begun = None, length
            for stated, picture, damaged in reading.pictures(self.address, self._clock, self._fault):
                first = stated if first is None else first
                here = length if stated is None or first is None else max(length, begun + stated - first)
                yield here, picture, damaged
                length = here + 1 / self._rate
            if length == begun:
                raise CameraLost(f"{self.address} holds no picture that can be decoded. Check that it plays.")
            reading.reopen(open_camera(self.address))

    def _paced(self, pictures: Iterator[_Picture]) -> Iterator[_Picture]:
        """Pictures no sooner than their own times say."""
        shift: float | None = None
        for stated, picture, damaged in pictures:
            if stated is not None:
                now = self._clock.now().monotonic
                early = 0.0 if shift is None else stated + shift - now
                if shift is None or not -BEHIND <= early <= LONGEST_WAIT:
                    shift, early = now - stated, 0.0
                if early > 0:
                    self._sleep(early)
            yield stated, picture, damaged

    def _fault(self) -> None:
        self.faults += 1

    def _give(self, stated: float | None, picture: av.VideoFrame, damaged: bool) -> Iterator[Caught]:
        at = self._clock.now()
        time = self._times.time(stated, at.monotonic)
        step = round(1e6 / self._rate)
        if time + step // 2 < self._next:
            return  # more frames than are wanted
        self._next = max(self._next + step, time)
        video = self._described(picture)
        size = video.geometry.width, video.geometry.height
        plain = _plain(picture, size)
        plain.pts, plain.time_base = time, TIME_BASE
        yield Caught(RawFrame(plain, self._count, time, damaged), at, video)
        self._count += 1

    def _described(self, picture: av.VideoFrame) -> VideoInfo:
        longest = max(picture.width, picture.height)
        scale = min(1.0, self._longest / longest)
        width, height = (max(2, round(side * scale / 2) * 2) for side in (picture.width, picture.height))
        colour = Colour(picture.color_primaries, picture.color_trc, picture.colorspace, False, 0)
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
                frame_rate=Fraction(self._rate).limit_denominator(1001),
                frames_estimate=None,
                bit_rate=None,
            )
        return known


class _Reading:
    """One connection, read and decoded."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.container.close()

    def reopen(self, opened: Opened) -> None:
        self._opened.container.close()
        self._opened = opened

    def pictures(self, address: Address, clock: Clock, fault: Callable[[], None]) -> Iterator[_Picture]:
        """(stated seconds, picture, damaged) of each frame, until the stream ends.

        Raises CameraLost when it breaks, or when nothing whole has come for SILENCE seconds.
        """
        container, stream = self._opened.container, self._opened.stream
        broken, base = False, stream.time_base
        heard = clock.now().monotonic
        try:
            for packet in container.demux(stream):
                broken = broken or packet.is_corrupt
                try:
                    pictures = packet.decode()
                except EOFError:
                    return
                except _ERRORS:
                    fault()
                    broken, pictures = True, []
                for picture in pictures:
                    broken = (broken or picture.is_corrupt) and (picture.is_corrupt or not picture.key_frame)
                    heard = heard if broken else clock.now().monotonic
                    seconds = None if picture.pts is None or base is None else float(picture.pts * base)
                    yield seconds, picture, broken
                if clock.now().monotonic - heard > SILENCE:
                    raise CameraLost(
                        f"{address} has sent no whole frame for {SILENCE:.0f} s. The connection is made anew."
                    )
        except _ERRORS as error:
            raise lost(address, error) from None


def _plain(picture: av.VideoFrame, size: tuple[int, int]) -> av.VideoFrame:
    """The picture in the one form that everything after it knows."""
    full = picture.format.name.startswith("yuvj") or int(picture.color_range) == _FULL
    if picture.format.name == _FORMAT and (picture.width, picture.height) == size and not full:
        return picture
    return reformatted(
        picture,
        width=size[0],
        height=size[1],
        format=_FORMAT,
        src_color_range=_FULL if full else _LIMITED,
        dst_color_range=_LIMITED,
        interpolation="AREA" if max(size) < max(picture.width, picture.height) else None,
    )
