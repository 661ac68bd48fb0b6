"""One video track of an output file: its encoder, and what is said of it in the container."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np
from av.codec.context import Flags
from av.container import OutputContainer
from av.stream import Stream
from av.video.stream import VideoStream

from passerby.core.errors import OutputError
from passerby.core.media import Geometry, VideoInfo
from passerby.core.safe_frame import SafeFrame
from passerby.sink.video.codec_choice import Encoding
from passerby.sink.video.container import MATROSKA
from passerby.sink.video.thread_priority import urgency_kept

#: How FFmpeg numbers the order of fields: progressive, upper lines first, lower lines first.
_PROGRESSIVE, _TOP, _BOTTOM = 1, 2, 3


#: Frames of which encoders may send a later one first; fewer come in their own order.
_REORDERED = 3


class VideoTrack:
    """Frames of one track in, packets out. Its times must rise from 0 or later."""

    def __init__(self, container: OutputContainer, video: VideoInfo, encoding: Encoding) -> None:
        self.video, self.encoding = video, encoding
        self._stream = _add_stream(container, video, encoding)
        self._fields = _Fields(video, encoding) if encoding.interlaced else None
        #: Ticks that the newest frame lasts, as far as is known.
        self._lasts = max(1, round(1 / ((video.frame_rate or Fraction(25)) * video.time_base)))
        self._frames = 0
        self._clock = _EvenClock(video)
        self.last: int | None = None
        self._first: int | None = None
        self._decoded: int | None = None
        self._bytes = 0

    @property
    def bit_rate(self) -> float:
        """Bits a second of what was written."""
        if self._first is None or self.last is None:
            return 0.0
        return 8 * self._bytes / float((self.last - self._first + self._lasts) * self.video.time_base)

    def encode(self, frame: SafeFrame, time: int) -> Iterator[av.Packet[Stream]]:
        """The frame, shown at `time` (the track's time base). Raises OutputError for one that does not fit; errors of
        the encoder pass through."""
        picture = self._fitting(frame.picture)
        if time < 0:  # the container would hide it
            raise OutputError(f"Frame {frame.index} lies before the beginning, so the file is not written.")
        if self.last is not None:
            if time <= self.last:
                raise OutputError(
                    f"Frame {frame.index} does not come after the one before it, so the file is not written."
                )
            self._lasts = time - self.last
        self._lasts = picture.duration or self._lasts
        self._first = time if self._first is None else self._first
        self.last = time
        self._frames += 1
        picture.pts, picture.time_base = self._clock.shortened(time), self.video.time_base
        if self._fields is not None:
            picture = self._fields.marked(picture)
        picture.pict_type = 0  # the encoder decides anew which frames stand alone
        yield from self._packets(picture)

    def taken(self, packet: av.Packet[Stream]) -> av.Packet[Stream]:
        """A packet that was encoded elsewhere, as one of this track."""
        assert packet.pts is not None
        assert packet.dts is not None
        # An encoder guesses when the first packets of a piece would have been decoded had something been before them.
        packet.dts = packet.dts if self._decoded is None else max(packet.dts, self._decoded + 1)
        self._decoded = packet.dts
        packet.stream, packet.time_base = self._stream, self.video.time_base
        self._first = packet.pts if self._first is None else self._first
        self.last = packet.pts if self.last is None else max(self.last, packet.pts)
        self._bytes += packet.size
        return packet

    def flush(self) -> Iterator[av.Packet[Stream]]:
        """What the encoder still holds."""
        if not self._frames:  # it was given nothing
            return
        for packet in self._packets(None):
            if self._frames < _REORDERED:
                packet.dts = packet.pts  # x265 leaves it to chance when there are fewer frames than it reorders
            yield packet

    def _packets(self, picture: av.VideoFrame | None) -> Iterator[av.Packet[Stream]]:
        for packet in self._stream.encode(picture):
            # Only the last frame is shown for as long as its packet says; the others until the next frame's time.
            packet.duration = self._lasts
            self._bytes += packet.size
            packet.pts, packet.dts = self._clock.real(packet.pts), self._clock.real(packet.dts)
            yield packet

    def _fitting(self, picture: av.VideoFrame) -> av.VideoFrame:
        geometry, wanted = self.video.geometry, self.encoding.pixel_format
        if (picture.width, picture.height) != (geometry.width, geometry.height):
            raise OutputError(
                f"A frame of {picture.width}x{picture.height} does not fit a video of {geometry.width}x"
                f"{geometry.height}. Please report this."
            )
        if picture.format.name not in (wanted, wanted.replace("yuv", "yuvj")):
            raise OutputError(f"A frame in {picture.format.name} came where {wanted} was agreed. Please report this.")
        size = (self.encoding.width, self.encoding.height)
        if picture.format.name == wanted and size == (picture.width, picture.height):
            return picture
        return rewritten(picture, wanted, size)


class _EvenClock:
    """Frames at the times they have, as far as an encoder needs to know.

    x264 leaves no bits for a frame that is shown for many times as long as the others, and writes grey. So it is told
    that none is shown for longer than `_longest`; what it gives back is set to the real times again.
    """

    def __init__(self, video: VideoInfo) -> None:
        nominal = 1 / (video.frame_rate or Fraction(25))
        self._longest = max(1, round(max(nominal * 4, Fraction(1, 2)) / video.time_base))
        self._last: int | None = None
        #: (time for the encoder, what is to be added from there on), the newest last.
        self._added = [(0, 0)]

    def shortened(self, time: int) -> int:
        """The time for the encoder of a frame at `time`, which is later than all before."""
        if self._last is not None and time - self._last > self._longest:
            before = self._last - self._added[-1][1]
            self._added.append((before + self._longest, time - before - self._longest))
        self._last = time
        return time - self._added[-1][1]

    def real(self, told: int | None) -> int | None:
        """The time that stands for an encoder's time, of which none is much older than the newest."""
        if told is None:
            return None
        return told + next((added for since, added in reversed(self._added) if since <= told), 0)


class _Fields:
    """Says of each frame that it is interlaced, and which field is first: PyAV lets only a filter say so."""

    def __init__(self, video: VideoInfo, encoding: Encoding) -> None:
        self._graph = av.filter.Graph()
        source = self._graph.add_buffer(
            width=encoding.width,
            height=encoding.height,
            format=av.VideoFormat(encoding.pixel_format),
            time_base=video.time_base,
        )
        mark = self._graph.add("setfield", mode="tff" if video.top_first else "bff")
        self._graph.link_nodes(source, mark, self._graph.add("buffersink")).configure()

    def marked(self, picture: av.VideoFrame) -> av.VideoFrame:
        self._graph.vpush(picture)
        return self._graph.vpull()


def _add_stream(container: OutputContainer, video: VideoInfo, encoding: Encoding) -> VideoStream:
    os.environ.setdefault("SVT_LOG", "1")  # SVT-AV1 prints its settings to the terminal otherwise
    rate = (video.frame_rate or Fraction(25)).limit_denominator(1001)
    stream = container.add_stream(
        encoding.encoder,
        rate=rate,
        options=dict(encoding.options),
        width=encoding.width,
        height=encoding.height,
        time_base=video.time_base,
    )
    assert isinstance(stream, VideoStream)
    context = stream.codec_context
    context.pix_fmt = encoding.pixel_format
    context.flags |= Flags.bitexact
    if encoding.interlaced:
        context.field_order = _TOP if video.top_first else _BOTTOM
    elif video.interlaced:
        context.field_order = _PROGRESSIVE
    if encoding.tag and container.format.name not in MATROSKA:
        context.codec_tag = encoding.tag
    context.sample_aspect_ratio = video.geometry.pixel_aspect
    colour = video.colour
    context.color_primaries, context.color_trc = colour.primaries, colour.transfer
    context.colorspace = colour.matrix
    context.color_range = {None: 0, False: 1, True: 2}[colour.full_range]
    stream.metadata["handler_name"] = "Video"
    if video.geometry.rotation or video.geometry.mirrored:
        stream.set_display_matrix(display_matrix(video.geometry, encoding.width, encoding.height))
    if encoding.encoder == "libsvtav1":
        with urgency_kept():
            context.open()
    return stream


def display_matrix(geometry: Geometry, width: int, height: int) -> tuple[int, ...]:
    """Nine numbers in FFmpeg's layout (a b u / c d v / x y w) that show a picture of that size as `geometry` says."""
    turn = math.radians(geometry.rotation)
    cos, sin = round(math.cos(turn)), round(math.sin(turn))
    a, b, c, d = cos, sin, -sin, cos
    if geometry.mirrored:
        a, b = -a, -b
    # What turns or mirrors about the corner leaves the screen; move it back, as cameras do.
    x = -min(0, a * width) - min(0, c * height)
    y = -min(0, b * width) - min(0, d * height)
    one = 1 << 16
    return (a * one, b * one, 0, c * one, d * one, 0, x * one, y * one, 1 << 30)


def rewritten(picture: av.VideoFrame, name: str, size: tuple[int, int]) -> av.VideoFrame:
    """The same samples under the name of a format with the same layout (yuvj420p is yuv420p with full range), in a
    picture that is larger by one line at most: its last line is then there twice."""
    copy = av.VideoFrame(*size, name)
    sample = 2 if name.endswith("10le") else 1
    for old, new in zip(picture.planes, copy.planes, strict=True):
        source = np.frombuffer(memoryview(old), np.uint8).reshape(-1, old.line_size)
        target = np.frombuffer(memoryview(new), np.uint8).reshape(-1, new.line_size)
        wide = old.width * sample
        target[: old.height, :wide] = source[: old.height, :wide]
        if new.width > old.width:
            target[: old.height, wide : new.width * sample] = source[: old.height, wide - sample : wide]
        if new.height > old.height:
            target[old.height : new.height] = target[old.height - 1]
    copy.color_range, copy.colorspace = picture.color_range, picture.colorspace
    copy.duration = picture.duration
    return copy
