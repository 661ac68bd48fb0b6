"""One video track of an output file: its encoder, and its description in the container."""

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
from passerby.sink.video.thread_priority import preserved_thread_priority

#: FFmpeg's AVFieldOrder: progressive, top field first, bottom field first.
_PROGRESSIVE, _TOP, _BOTTOM = 1, 2, 3
#: Largest duration that FFmpeg's muxers accept of a packet, in ticks.
_MAX_DURATION = (1 << 31) - 1
#: Encoders reorder only videos of at least this many frames.
_MIN_REORDERED_FRAMES = 3


class EncodedVideoTrack:
    """Encodes the frames of one track to packets. Frame times must increase strictly from 0 or later."""

    def __init__(self, container: OutputContainer, video: VideoInfo, encoding: Encoding) -> None:
        self.video, self.encoding = video, encoding
        self._stream = _add_stream(container, video, encoding)
        self._field_order = _FieldOrderFilter(video, encoding) if encoding.interlaced else None
        #: Duration in ticks of the frame before the newest one; at first, what the frame rate says.
        self._frame_duration = max(1, round(1 / ((video.frame_rate or Fraction(25)) * video.time_base)))
        #: Durations of the frames that the encoder still holds, by time.
        self._durations: dict[int, int] = {}
        #: Ticks for which the last frame is shown, where they are known.
        self.last_duration: int | None = None
        #: Time of the last frame, where packets are adopted.
        self.final_pts: int | None = None
        self._frames = 0
        self._encoder_times = _EncoderTimes(video)
        self.last_pts: int | None = None
        self._first_pts: int | None = None
        self._first_dts: int | None = None
        self._last_dts: int | None = None
        self._size = 0

    @property
    def bit_rate(self) -> float:
        """Bits per second of what was written."""
        if self._first_pts is None or self.last_pts is None:
            return 0.0
        return 8 * self._size / float((self.last_pts - self._first_pts + self._frame_duration) * self.video.time_base)

    def encode(self, frame: SafeFrame, time: int) -> Iterator[av.Packet[Stream]]:
        """Encode the frame, to be shown at `time` (the track's time base). Raises OutputError for an unexpected size,
        format or time; errors of the encoder propagate."""
        av_frame = self._conform(frame.av_frame)
        if time < 0:  # the container would hide it
            raise OutputError(f"Frame {frame.index} has a negative timestamp, so the file is not written.")
        if self.last_pts is not None:
            if time <= self.last_pts:
                raise OutputError(
                    f"Frame {frame.index} does not follow the previous one in time, so the file is not written."
                )
            self._frame_duration = self._durations[self.last_pts] = time - self.last_pts
        self._first_pts = time if self._first_pts is None else self._first_pts
        self.last_pts = time
        self._frames += 1
        av_frame.pts, av_frame.time_base = self._encoder_times.to_encoder(time), self.video.time_base
        if self._field_order is not None:
            av_frame = self._field_order.apply(av_frame)
        av_frame.pict_type = 0  # the encoder chooses its own keyframes
        yield from self._encode(av_frame)

    def adopt(self, packet: av.Packet[Stream], last: bool = False) -> av.Packet[Stream]:
        """Make a packet that was encoded elsewhere one of this track. `last`: it is the last one."""
        assert packet.pts is not None
        assert packet.dts is not None
        # The first DTS of each chunk are the encoder's extrapolation, and may overlap the end of the previous chunk.
        packet.dts = packet.dts if self._last_dts is None else max(packet.dts, self._last_dts + 1)
        before, self._last_dts = self._last_dts, packet.dts
        packet.stream, packet.time_base = self._stream, self.video.time_base
        self._first_pts = packet.pts if self._first_pts is None else self._first_pts
        self.last_pts = packet.pts if self.last_pts is None else max(self.last_pts, packet.pts)
        self._size += packet.size
        self._first_dts = packet.dts if self._first_dts is None else self._first_dts
        if self.last_duration is not None and packet.pts == self.final_pts:
            packet.duration = self.last_duration
        if last and self.last_duration is not None:
            self._end_track(packet, self.last_pts + self.last_duration, before)
        return packet

    def flush(self) -> Iterator[av.Packet[Stream]]:
        """The packets that the encoder still holds."""
        if not self._frames:
            return
        assert self.last_pts is not None
        assert self._first_pts is not None
        self._frame_duration = self.last_duration or self._frame_duration
        before = self._last_dts
        packets = list(self._encode(None))
        for packet in packets:
            if self._frames < _MIN_REORDERED_FRAMES:
                packet.dts = packet.pts  # x265 leaves DTS undefined with fewer frames than it reorders
                self._first_dts = self._first_pts
        if packets:
            previous = packets[-2].dts if len(packets) > 1 else before
            self._end_track(packets[-1], self.last_pts + self._frame_duration, previous)
        yield from packets

    def _end_track(self, packet: av.Packet[Stream], end: int, previous: int | None) -> None:
        """Let the track end at `end` with this packet, the last one to be decoded. `previous` is the DTS before.

        MP4 states when packets are decoded: the track's length is the sum of their durations, whichever frame is shown
        last. So the packet is decoded as long before it is shown as the first one, where that is after the one before.
        """
        if packet.pts is None or packet.dts is None or self._first_dts is None or self._first_pts is None:
            return
        delayed = packet.pts - (self._first_pts - self._first_dts)
        if previous is None or delayed > previous:
            packet.dts = delayed
        packet.duration = max(1, min(end - self._first_pts - (packet.dts - self._first_dts), _MAX_DURATION))

    def _encode(self, av_frame: av.VideoFrame | None) -> Iterator[av.Packet[Stream]]:
        for packet in self._stream.encode(av_frame):
            self._size += packet.size
            packet.pts, packet.dts = (
                self._encoder_times.from_encoder(packet.pts),
                self._encoder_times.from_encoder(packet.dts),
            )
            packet.duration = min(self._durations.pop(packet.pts or 0, self._frame_duration), _MAX_DURATION)
            self._first_dts = packet.dts if self._first_dts is None else self._first_dts
            self._last_dts = packet.dts
            yield packet

    def _conform(self, av_frame: av.VideoFrame) -> av.VideoFrame:
        geometry, wanted = self.video.geometry, self.encoding.pixel_format
        if (av_frame.width, av_frame.height) != (geometry.width, geometry.height):
            raise OutputError(
                f"A frame of {av_frame.width}x{av_frame.height} does not fit a video of {geometry.width}x"
                f"{geometry.height}. Please report this."
            )
        if av_frame.format.name not in (wanted, wanted.replace("yuv", "yuvj")):
            raise OutputError(
                f"A frame in {av_frame.format.name} was passed where {wanted} was configured. Please report this."
            )
        size = (self.encoding.width, self.encoding.height)
        if av_frame.format.name == wanted and size == (av_frame.width, av_frame.height):
            return av_frame
        return relabelled(av_frame, wanted, size)


class _EncoderTimes:
    """Shortens long frames for the encoder and restores the real times on its packets.

    x264's rate control leaves no bits for a frame that lasts many times longer than the others, and encodes grey. So no
    frame lasts longer than `_max_duration` for the encoder; packets get the real times back.
    """

    def __init__(self, video: VideoInfo) -> None:
        nominal = 1 / (video.frame_rate or Fraction(25))
        self._max_duration = max(1, round(max(nominal * 4, Fraction(1, 2)) / video.time_base))
        self._last: int | None = None
        #: (encoder time, offset to real time from there on), the newest last.
        self._offsets = [(0, 0)]

    def to_encoder(self, time: int) -> int:
        """The encoder time of a frame at `time`, which is later than all before."""
        if self._last is not None and time - self._last > self._max_duration:
            before = self._last - self._offsets[-1][1]
            self._offsets.append((before + self._max_duration, time - before - self._max_duration))
        self._last = time
        return time - self._offsets[-1][1]

    def from_encoder(self, encoder_time: int | None) -> int | None:
        """The real time of an encoder time."""
        if encoder_time is None:
            return None
        return encoder_time + next((added for since, added in reversed(self._offsets) if since <= encoder_time), 0)


class _FieldOrderFilter:
    """Marks each frame as interlaced, with its field order: PyAV can set that only through a filter."""

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

    def apply(self, av_frame: av.VideoFrame) -> av.VideoFrame:
        self._graph.vpush(av_frame)
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
        with preserved_thread_priority():
            context.open()
    return stream


def display_matrix(geometry: Geometry, width: int, height: int) -> tuple[int, ...]:
    """The display matrix for a stored size, in FFmpeg's layout (a b u / c d v / x y w), from `geometry`."""
    turn = math.radians(geometry.rotation)
    cos, sin = round(math.cos(turn)), round(math.sin(turn))
    a, b, c, d = cos, sin, -sin, cos
    if geometry.mirrored:
        a, b = -a, -b
    # Rotating or mirroring about the corner moves the picture off screen; translate it back, as cameras do.
    x = -min(0, a * width) - min(0, c * height)
    y = -min(0, b * width) - min(0, d * height)
    unit = 1 << 16
    return (a * unit, b * unit, 0, c * unit, d * unit, 0, x * unit, y * unit, 1 << 30)


def relabelled(av_frame: av.VideoFrame, name: str, size: tuple[int, int]) -> av.VideoFrame:
    """The same samples as a pixel format of the same layout (yuvj420p is yuv420p with full range), in a frame that is
    larger by at most one row or column, which repeats the last one."""
    copy = av.VideoFrame(*size, name)
    sample = 2 if name.endswith("10le") else 1
    for old, new in zip(av_frame.planes, copy.planes, strict=True):
        source = np.frombuffer(memoryview(old), np.uint8).reshape(-1, old.line_size)
        target = np.frombuffer(memoryview(new), np.uint8).reshape(-1, new.line_size)
        wide = old.width * sample
        target[: old.height, :wide] = source[: old.height, :wide]
        if new.width > old.width:
            target[: old.height, wide : new.width * sample] = source[: old.height, wide - sample : wide]
        if new.height > old.height:
            target[old.height : new.height] = target[old.height - 1]
    copy.color_range, copy.colorspace = av_frame.color_range, av_frame.colorspace
    copy.duration = av_frame.duration
    return copy
