"""Safe frames of one camera -> parts of half a second, each a fragment of MP4.

The encoder lives as long as the camera; each part is put into a container of its own, so that it is complete as soon as
the next one begins, and its last picture lasts as long as it should.
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
from passerby.sink.video.encoded_track import rewritten
from passerby.store.recordings.part import TICKS, Part

#: Microseconds that a part aims at, and those from one picture that stands alone to the next.
LENGTH, WHOLE = 500_000, 1_000_000
#: Microseconds without a frame, and intervals of frames, after which the next frame begins anew: nothing is shown in
#: between.
_GAP, _GAP_FRAMES = 1_500_000, 4
_FORMAT = "yuv420p"
#: Bits a second are capped at this many a pixel and frame, and at no less than a megabit: rain at night is not to fill
#: the disk.
_BITS, _LEAST = 0.2, 1_000_000
#: No frame waits for a later one, so each comes out at once. One thread: cameras share the cores. Only we say where a
#: picture stands alone. The rest is as for files (sink/video/codec_choice.py): half the time of "veryfast" for about its picture
#: and its size.
_X264 = "scenecut=0:keyint=infinite:sliced-threads=0:threads=1:cabac=1:no-deblock=0:8x8dct=1:subme=1:partitions=i4x4"
_MOVFLAGS = "+empty_moov+default_base_moof+frag_discont+skip_trailer+cmaf"


class PartEncoder:
    """Frames in order of time in, now and then a part out. `quality` is x264's crf."""

    def __init__(self, camera: str, *, width: int, height: int, frame_rate: float, quality: int = 27) -> None:
        self.camera, self.size = camera, (width, height)
        self._stored = (width + width % 2, height + height % 2)  # 4:2:0 has even sides
        self._rate = Fraction(frame_rate).limit_denominator(1001)
        self._interval = round(1_000_000 / self._rate)
        self._quality = quality
        self._stream: VideoStream | None = None
        self._template: OutputContainer | None = None
        self._head, self._made = b"", 0
        self._packets: list[av.Packet[Stream]] = []
        self._times: list[int] = []
        #: When the newest picture that stands alone shows; None when the next one is to be one.
        self._whole: int | None = None
        self._independent = True
        self._covered = 0
        self._at = Moment(0, 0, False)
        self._last: int | None = None
        self._fresh = True
        #: Frames that came again, or too late to have a place.
        self.dropped = 0

    def encode(self, frame: SafeFrame, at: Moment) -> Part | None:
        """Encode a frame of `frame.time` microseconds that was caught `at`. If it begins a part, the one before it.

        A frame that does not come after the one before it is left out; one that comes from long before starts the time
        line anew. Raises OutputError for a picture of another size, or when the encoder fails.
        """
        if (frame.picture.width, frame.picture.height) != self.size:
            raise OutputError(
                f"{self.camera} gave a picture of {frame.picture.width}x{frame.picture.height} where "
                f"{self.size[0]}x{self.size[1]} was agreed. Begin a new PartEncoder for it."
            )
        done = None
        if self._last is not None:
            step = frame.time - self._last
            if -WHOLE < step <= 0:
                self.dropped += 1
                return None
            if step <= 0:
                done = self._finish(None)
                self._stream, self._fresh = None, True
            elif step > max(_GAP, _GAP_FRAMES * self._interval):
                done, self._fresh = self._finish(None), True
            elif self._ripe(frame.time, self._whole, WHOLE):
                done = self._finish(frame.time)
            elif self._times and self._ripe(frame.time, self._times[0], LENGTH):
                done = self._finish(frame.time, closes=False)
        if not self._times:
            self._at, self._independent = at, self._whole is None
            self._whole = frame.time if self._whole is None else self._whole
        self._encode(frame)
        return done

    def flush(self) -> Part | None:
        """The part that is being made, as it is: no frame is to be expected soon."""
        return self._finish(None)

    def _ripe(self, time: int, since: int | None, length: int) -> bool:
        """Has `length` gone by at that frame, to half a frame?"""
        return since is not None and time - since + self._interval // 2 >= length

    def _encode(self, frame: SafeFrame) -> None:
        picture = frame.picture
        if picture.format.name != _FORMAT or self._stored != self.size:
            if picture.format.name not in (_FORMAT, "yuvj420p"):
                raise OutputError(f"{self.camera} gave a picture in {picture.format.name}. Please report this.")
            picture = rewritten(picture, _FORMAT, self._stored)
        picture.pts, picture.time_base = _ticks(frame.time), Fraction(1, TICKS)
        picture.pict_type = PictureType.I if self._independent and not self._times else PictureType.NONE
        try:
            stream = self._stream or self._start(picture)
            packets = stream.encode(picture)
        except (av.FFmpegError, OSError, ValueError) as error:
            raise OutputError(f"{self.camera} cannot be encoded with libx264: {error}. Is the memory full?") from error
        if len(packets) != 1:
            raise OutputError(f"libx264 gave {len(packets)} pictures for one. Please report this.")
        self._packets += packets
        self._times.append(frame.time)
        self._covered += frame.covered
        self._last = frame.time

    def _start(self, picture: av.VideoFrame) -> VideoStream:
        """The encoder, in a container that nothing is written to: parts take its description from there."""
        self._template = av.open(io.BytesIO(), "w", format="mp4")
        cap = max(_LEAST, round(_BITS * self._stored[0] * self._stored[1] * self._rate))
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
        context.pix_fmt, context.time_base = _FORMAT, Fraction(1, TICKS)
        context.flags |= Flags.bitexact | Flags.global_header
        context.color_range, context.colorspace = picture.color_range, picture.colorspace
        self._template.start_encoding()
        self._stream, self._head, self._made = stream, b"", 0
        return stream

    def _finish(self, following: int | None, closes: bool = True) -> Part | None:
        """The part of what was encoded; `following` is when the next frame shows (microseconds), if that is known.
        With `closes` that will be a picture that stands alone."""
        if closes:
            self._whole = None
        if not self._times:
            return None
        ends = [*self._times[1:], self._times[-1] + self._interval if following is None else following]
        data = self._fragment(ends)
        at = data.index(b"moof") - 4
        if not self._head:
            self._head = data[:at]
        width, height = self._stored
        part = Part(
            camera=self.camera,
            head=self._head,
            body=data[at:],
            start=self._times[0],
            duration=ends[-1] - self._times[0],
            at=self._at,
            frames=len(self._times),
            covered=self._covered,
            width=width,
            height=height,
            fresh=self._fresh,
            independent=self._independent,
            closes=closes,
        )
        self._packets, self._times, self._covered, self._fresh = [], [], 0, False
        return part

    def _fragment(self, ends: list[int]) -> bytes:
        self._made += 1
        file = io.BytesIO()
        options = {
            "movflags": _MOVFLAGS,
            "fragment_index": str(self._made),
            "video_track_timescale": str(TICKS),
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
            raise OutputError(f"A part of {self.camera} cannot be made: {error}. Is the memory full?") from error
        return file.getvalue()


def _ticks(micros: int) -> int:
    return micros * TICKS // 1_000_000
