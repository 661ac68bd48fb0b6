"""Safe frames of one camera -> parts of a fifth of a second, each a fragment of MP4 (fMP4).

The encoder lives as long as the camera; each part is muxed on its own, so that it is complete as soon as the next one
starts, and its last frame has the right duration.
"""

from __future__ import annotations

import io
from fractions import Fraction

import av
from av.codec.context import Flags
from av.container import OutputContainer
from av.stream import Stream
from av.video.frame import PictureType
from av.video.stream import VideoStream

from passerby.core.clock import Moment
from passerby.core.errors import OutputError
from passerby.core.safe_frame import SafeFrame
from passerby.sink.video.encoded_track import relabelled
from passerby.store.recordings.part import TIMESCALE, Part

#: Target duration of a part, and time from one keyframe to the next, in microseconds. Live viewers are two or three
#: parts behind (docs/design/watch.md, "Latency").
PART_TARGET_US, KEYFRAME_INTERVAL_US = 200_000, 1_000_000
#: Gap after which the next frame starts a discontinuity: the longer of this many microseconds and frame intervals.
_MAX_GAP_US, _MAX_GAP_FRAMES = 1_500_000, 4
_FORMAT = "yuv420p"
#: The bit rate is capped at this many bits per pixel and frame, but never below 1 Mbit/s: noise (rain at night) must
#: not fill the disk.
_MAX_BITS_PER_PIXEL, _MIN_BIT_RATE_CAP = 0.2, 1_000_000
#: No reordering, so each frame is output at once. One thread: cameras share the cores. Keyframes only where this module
#: asks for them. The rest is as for files (sink/video/codec_choice.py): half the time of "veryfast" for about its
#: quality and size.
_X264 = "scenecut=0:keyint=infinite:sliced-threads=0:threads=1:cabac=1:no-deblock=0:8x8dct=1:subme=1:partitions=i4x4"
_MOVFLAGS = "+empty_moov+default_base_moof+frag_discont+skip_trailer+cmaf"


class FragmentEncoder:
    """Takes frames in time order and returns a part whenever one is complete. `quality` is x264's crf."""

    def __init__(self, camera: str, *, width: int, height: int, frame_rate: float, quality: int = 27) -> None:
        self.camera, self.size = camera, (width, height)
        self._stored = (width + width % 2, height + height % 2)  # 4:2:0 has even sides
        self._rate = Fraction(frame_rate).limit_denominator(1001)
        self._interval = round(1_000_000 / self._rate)
        self._quality = quality
        self._stream: VideoStream | None = None
        self._template: OutputContainer | None = None
        self._init_segment, self._fragment_number = b"", 0
        self._packets: list[av.Packet[Stream]] = []
        self._times: list[int] = []
        #: Time of the newest keyframe; None when the next frame has to be one.
        self._keyframe_time: int | None = None
        self._independent = True
        self._covered = 0
        self._captured_at = Moment(0, 0, False)
        self._last_time: int | None = None
        self._discontinuity = True
        #: Frames dropped because their timestamp did not increase.
        self.dropped = 0

    def encode(self, frame: SafeFrame, captured_at: Moment) -> Part | None:
        """Encode a frame with time `frame.time` (microseconds), captured at `captured_at`. If it starts a new part, the
        completed one is returned.

        A frame whose time does not increase is dropped; one from long before restarts the timeline. Raises OutputError
        for a frame of another size, or when the encoder fails.
        """
        if (frame.av_frame.width, frame.av_frame.height) != self.size:
            raise OutputError(
                f"{self.camera} gave a frame of {frame.av_frame.width}x{frame.av_frame.height} where "
                f"{self.size[0]}x{self.size[1]} was configured. Create a new FragmentEncoder for it."
            )
        finished = None
        if self._last_time is not None:
            step = frame.time - self._last_time
            if -KEYFRAME_INTERVAL_US < step <= 0:
                self.dropped += 1
                return None
            if step <= 0:
                finished = self._finish(None)
                self._stream, self._discontinuity = None, True
            elif step > max(_MAX_GAP_US, _MAX_GAP_FRAMES * self._interval):
                finished, self._discontinuity = self._finish(None), True
            elif self._is_due(frame.time, self._keyframe_time, KEYFRAME_INTERVAL_US):
                finished = self._finish(frame.time)
            elif self._times and self._is_due(frame.time, self._times[0], PART_TARGET_US):
                finished = self._finish(frame.time, ends_gop=False)
        if not self._times:
            self._captured_at, self._independent = captured_at, self._keyframe_time is None
            self._keyframe_time = frame.time if self._keyframe_time is None else self._keyframe_time
        self._encode(frame)
        return finished

    def flush(self) -> Part | None:
        """Return the incomplete part: no further frame is expected soon."""
        return self._finish(None)

    def _is_due(self, time: int, since: int | None, length: int) -> bool:
        """Whether `length` has elapsed at that frame, within half a frame interval."""
        return since is not None and time - since + self._interval // 2 >= length

    def _encode(self, frame: SafeFrame) -> None:
        av_frame = frame.av_frame
        if av_frame.format.name != _FORMAT or self._stored != self.size:
            if av_frame.format.name not in (_FORMAT, "yuvj420p"):
                raise OutputError(f"{self.camera} gave a frame in {av_frame.format.name}. Please report this.")
            av_frame = relabelled(av_frame, _FORMAT, self._stored)
        av_frame.pts, av_frame.time_base = _ticks(frame.time), Fraction(1, TIMESCALE)
        av_frame.pict_type = PictureType.I if self._independent and not self._times else PictureType.NONE
        try:
            stream = self._stream or self._start(av_frame)
            packets = stream.encode(av_frame)
        except (av.FFmpegError, OSError, ValueError) as error:
            raise OutputError(f"{self.camera} cannot be encoded with libx264: {error}. Is the memory full?") from error
        if len(packets) != 1:
            raise OutputError(f"libx264 returned {len(packets)} packets for one frame. Please report this.")
        self._packets += packets
        self._times.append(frame.time)
        self._covered += frame.covered
        self._last_time = frame.time

    def _start(self, av_frame: av.VideoFrame) -> VideoStream:
        """Open the encoder, in a container that is never written: parts use its stream as their template."""
        self._template = av.open(io.BytesIO(), "w", format="mp4")
        cap = max(_MIN_BIT_RATE_CAP, round(_MAX_BITS_PER_PIXEL * self._stored[0] * self._stored[1] * self._rate))
        options = {
            "preset": "ultrafast",
            "tune": "zerolatency",
            "crf": str(self._quality),
            "maxrate": str(cap),
            "bufsize": str(2 * cap),
            "forced-idr": "1",
            "a53cc": "0",
            "x264-params": _X264,
        }
        stream = self._template.add_stream("libx264", rate=self._rate, options=options)
        assert isinstance(stream, VideoStream)
        context = stream.codec_context
        context.width, context.height = self._stored
        context.pix_fmt, context.time_base = _FORMAT, Fraction(1, TIMESCALE)
        context.flags |= Flags.bitexact | Flags.global_header
        context.color_range, context.colorspace = av_frame.color_range, av_frame.colorspace
        self._template.start_encoding()
        self._stream, self._init_segment, self._fragment_number = stream, b"", 0
        return stream

    def _finish(self, next_time: int | None, ends_gop: bool = True) -> Part | None:
        """The part with all pending packets; `next_time` is the time of the next frame (microseconds) where known.
        `ends_gop`: that frame will be a keyframe."""
        if ends_gop:
            self._keyframe_time = None
        if not self._times:
            return None
        ends = [*self._times[1:], self._times[-1] + self._interval if next_time is None else next_time]
        data = self._fragment(ends)
        at = data.index(b"moof") - 4
        if not self._init_segment:
            self._init_segment = data[:at]
        width, height = self._stored
        part = Part(
            camera=self.camera,
            init=self._init_segment,
            body=data[at:],
            start=self._times[0],
            duration=ends[-1] - self._times[0],
            captured_at=self._captured_at,
            frames=len(self._times),
            covered=self._covered,
            width=width,
            height=height,
            discontinuity=self._discontinuity,
            independent=self._independent,
            ends_gop=ends_gop,
        )
        self._packets, self._times, self._covered, self._discontinuity = [], [], 0, False
        return part

    def _fragment(self, ends: list[int]) -> bytes:
        self._fragment_number += 1
        file = io.BytesIO()
        options = {
            "movflags": _MOVFLAGS,
            "fragment_index": str(self._fragment_number),
            "video_track_timescale": str(TIMESCALE),
            "use_editlist": "0",
            "fflags": "+bitexact",
            "avoid_negative_ts": "disabled",
        }
        assert self._stream is not None
        try:
            with av.open(file, "w", format="mp4", container_options=options) as container:
                stream = container.add_stream_from_template(self._stream)
                stream.metadata["handler_name"] = "Video"
                for packet, end in zip(self._packets, ends, strict=True):
                    packet.stream = stream
                    packet.duration = max(1, _ticks(end) - (packet.pts or 0))
                    container.mux(packet)
        except (av.FFmpegError, OSError, ValueError) as error:
            raise OutputError(f"A part of {self.camera} cannot be muxed: {error}. Is the memory full?") from error
        return file.getvalue()


def _ticks(time_us: int) -> int:
    return time_us * TIMESCALE // 1_000_000
