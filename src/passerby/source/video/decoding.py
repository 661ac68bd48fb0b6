"""Decoding one video track once: every frame that can be decoded, and statistics of what cannot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from passerby.core.media import SourceInfo, VideoInfo
from passerby.core.raw_frame import RawFrame
from passerby.source.video.container_sniff import BROADCAST_CONTAINERS
from passerby.source.video.field_pairs import FieldWeaver
from passerby.source.video.frame_order import TimestampReorder
from passerby.source.video.open import READ_ERRORS, open_container
from passerby.source.video.pixel_format import to_planar
from passerby.source.video.raw_streams import RAW_DEMUXERS
from passerby.source.video.raw_timing import SeekPoint, StreamClock
from passerby.source.video.structure.container_crop import cropped
from passerby.source.video.structure.picture_numbers import numbers_of
from passerby.source.video.timestamp_repair import MAX_BROADCAST_GAP_S, MAX_GAP_S, RepairStats, TimestampRepair

#: Codecs whose packets hold one frame each, so that a packet without a decoded frame is a lost frame.
ONE_FRAME_PER_PACKET = {"h264", "hevc", "vp8", "vp9", "av1", "mpeg2video", "prores", "mjpeg"}
#: Containers without presentation timestamps: AVI has positions in the stream, ASF has only decoding timestamps. For
#: codecs that reorder frames FFmpeg derives PTS that are late by the codec's reorder delay, or, for codecs of variable
#: delay, PTS in no usable order.
_CONTAINERS_WITHOUT_PTS = {"avi", "asf"}
#: Containers whose packets do not say for how long a frame is shown: FFmpeg gives each of them one tick.
_CONTAINERS_WITHOUT_DURATIONS = {"dhav"}
_DELAYED_CODECS = {"mpeg4", "mpeg1video", "mpeg2video"}
_REORDERING_CODECS = {"h264", "hevc"}
#: Seconds of undecodable frames at the start of a file that are said, but need no review: recordings seldom begin at a
#: keyframe.
MAX_UNDECODABLE_START_S = 1.0
#: Consecutive failed reads after which the rest of a file is given up.
_MAX_READ_FAILURES = 50

_TimedFrame = tuple[int | None, tuple[av.VideoFrame, bool]]


@dataclass(slots=True)
class DecodeStats:
    """Statistics of one decoding pass over a track; complete once the pass has ended.

    `last_duration` is for how many ticks the last frame is shown, as its packet says. `damaged` frames were output by
    the decoder with partly concealed content; `undecodable` ones were never output, and `missing` ones are not in the
    stream at all.
    """

    frames: int = 0
    damaged: int = 0
    undecodable: int = 0
    resized: tuple[str, ...] = ()
    last_duration: int | None = None
    undecodable_start: int = 0
    undecodable_start_s: float = 0.0
    missing: int = 0
    repairs: RepairStats = field(default_factory=RepairStats)

    @property
    def damage(self) -> tuple[str, ...]:
        """One report line per kind of damage."""
        lines = []
        if self.undecodable_start_s > MAX_UNDECODABLE_START_S:
            lines.append(self._start_line)
        if self.undecodable:
            lines.append(f"{self.undecodable} frames could not be decoded; the previous frame is shown instead")
        if self.missing:
            lines.append(
                f"{self.missing} frames are missing in the stream, by the numbers that the encoder gave them: the "
                "recording lost them, and what follows is shown earlier by as much"
            )
        if self.damaged:
            lines.append(f"{self.damaged} frames were damaged and covered whole")
        return tuple(lines)

    @property
    def notes(self) -> tuple[str, ...]:
        """One report line per change."""
        lines = [
            f"the resolution changes to {size}; those frames were scaled to the first one" for size in self.resized
        ]
        if 0 < self.undecodable_start_s <= MAX_UNDECODABLE_START_S:
            lines.append(self._start_line)
        if self.repairs.wrong:
            lines.append(f"{self.repairs.wrong} frames had a missing or non-increasing timestamp, which was repaired")
        if self.repairs.jumps:
            lines.append(f"the source's timestamps jump {self.repairs.jumps} times; the jumps were removed")
        return tuple(lines)

    @property
    def _start_line(self) -> str:
        return (
            f"{self.undecodable_start} frames at the start ({self.undecodable_start_s:.1f} s) could not be decoded: "
            "the file begins in the middle of what they are predicted from"
        )


def has_reliable_pts(container: str, track: VideoInfo) -> bool:
    """Whether each packet of a track holds one frame and states its presentation time."""
    return _packets_match_frames(container, track) and not (
        container in _CONTAINERS_WITHOUT_PTS and track.codec in _DELAYED_CODECS
    )


def _packets_match_frames(container: str, track: VideoInfo) -> bool:
    """Whether each packet holds one frame and has a timestamp. The two fields of an interlaced frame may be two
    packets, and broadcasts omit timestamps, which FFmpeg then guesses."""
    exact = container not in BROADCAST_CONTAINERS | RAW_DEMUXERS.keys() and not (
        container in _CONTAINERS_WITHOUT_PTS and track.codec in _REORDERING_CODECS
    )
    return exact and track.codec in ONE_FRAME_PER_PACKET and not track.interlaced


def has_faultless_frames(path: Path, index: int) -> bool:
    """Whether any of the first frames of a track decode when the decoder stops at the first error."""
    with open_container(path) as container:
        stream = next(stream for stream in container.streams.video if stream.index == index)
        stream.codec_context.options = {"err_detect": "explode"}
        try:
            return any(_is_decodable(packet) for packet in islice(container.demux(stream), 8))
        except READ_ERRORS:
            return False


def _is_decodable(packet: av.Packet[VideoStream]) -> bool:
    try:
        return bool(packet.decode())
    except (av.FFmpegError, OSError):
        return False


class TrackDecoder:
    """One pass from the container's current position to its end. `frames` yields the frames; `stats` is complete when
    that has ended, and covers what was decoded when it is closed early. `after_seek`: the position is not the start;
    `start` is then the keyframe there, in streams without a container.
    """

    def __init__(
        self,
        container: InputContainer,
        stream: VideoStream,
        info: SourceInfo,
        track: VideoInfo,
        after_seek: bool = False,
        start: SeekPoint | None = None,
    ) -> None:
        self._container, self._stream = container, stream
        self._info, self._track = info, track
        self._origin = round(info.origin / track.time_base)
        rate = track.frame_rate or 25
        max_gap_s = MAX_BROADCAST_GAP_S if info.container in BROADCAST_CONTAINERS else MAX_GAP_S
        self._repair = TimestampRepair(track.time_base, round(1 / (rate * track.time_base)), max_gap_s)
        self.stats = DecodeStats(repairs=self._repair.repairs)
        #: Set by damage until the next keyframe: whatever is predicted from a broken frame is broken.
        self._broken = self._unflushed = False
        #: PTS of packets that have been read and whose frames the decoder has not output yet.
        self._pending_pts: set[int] = set()
        self._first_pts: int | None = None
        #: PTS of the packets before the first frame.
        self._start_pts: list[int] = []
        self._last_dts: int | None = None
        self._frame_per_packet = _packets_match_frames(info.container, track)
        without_pts = info.container in _CONTAINERS_WITHOUT_PTS
        #: The times of a stream that has none.
        self.clock = StreamClock(stream, start, track.field_pictures) if info.container in RAW_DEMUXERS else None
        self._reorder: TimestampReorder | StreamClock | None = self.clock
        self._numbers = numbers_of(track.codec) if self.clock is not None else None
        if without_pts and track.codec in _REORDERING_CODECS:
            self._reorder = TimestampReorder(info.container == "asf")
        self._weaver = FieldWeaver() if track.field_pictures else None
        #: Ticks by which all PTS are late; None until the first packet with both timestamps shows it.
        self._delay = None if without_pts and track.codec in _DELAYED_CODECS else 0
        self._packet_count = self._decode_errors = self._missing_frames = 0
        #: DTS of the first packet after a seek: packets that the index lists before it are not expected.
        self._after_seek, self._start_dts = after_seek, 0

    def frames(self) -> Iterator[RawFrame]:
        try:
            for time, (av_frame, damaged) in self._repair.repaired(self._decoded_frames()):
                yield RawFrame(av_frame, self.stats.frames, time, damaged)
                self.stats.frames += 1
                self.stats.damaged += damaged
        finally:
            self.stats.undecodable = max(self._missing_frames, self._decode_errors)
        self.stats.undecodable = self._count_lost()
        self.stats.missing = self._numbers.missing if self._numbers is not None else 0

    def _decoded_frames(self) -> Iterator[_TimedFrame]:
        for packet in self._demux():
            yield from self._decode(packet)
        if self._unflushed:
            with suppress(EOFError):  # it was flushed after all
                for av_frame in self._stream.codec_context.decode(None):
                    yield from self._accept(av_frame)
        if self._weaver is not None:
            yield from ((time, (frame, damaged)) for time, frame, damaged in self._weaver.finish())

    def _demux(self) -> Iterator[av.Packet[VideoStream]]:
        """Every packet; positions that cannot be read are skipped."""
        failures = 0
        while True:
            try:
                for packet in self._container.demux(self._stream):
                    failures = 0
                    yield packet
                return
            except IndexError:  # PyAV at the end of the file, before it flushed the decoder
                self._unflushed = True
                return
            except READ_ERRORS:
                failures += 1
                self._broken = True
                if failures == 1:
                    self._decode_errors += 1
                if failures >= _MAX_READ_FAILURES:
                    return

    def _decode(self, packet: av.Packet[VideoStream]) -> Iterator[_TimedFrame]:
        if packet.size:
            if self._after_seek and not self._packet_count:
                self._start_dts = packet.dts or 0
            self._packet_count += 1
            self._broken = self._broken or packet.is_corrupt
            self._register(packet)
        elif packet.pts is not None or packet.dts is not None:
            return  # an empty sample: it prolongs the previous frame
        tries = (
            1 if packet.size else _MAX_READ_FAILURES
        )  # at the end, each frame still in the decoder may fail by itself
        for _ in range(tries):
            try:
                av_frames = packet.decode()
            except EOFError:
                return
            except (av.FFmpegError, OSError, ValueError, MemoryError):
                self._broken = True
                self._decode_errors += 1
                continue
            for av_frame in av_frames:
                yield from self._accept(av_frame)
            return

    def _register(self, packet: av.Packet[VideoStream]) -> None:
        if self._reorder is not None:
            self._reorder.add(packet)
        if self._numbers is not None:
            self._numbers.add(bytes(packet))
        if self._first_pts is None and packet.pts is not None and not packet.is_discard:
            self._start_pts.append(packet.pts)
        if self._delay is None and packet.pts is not None and packet.dts is not None:
            self._delay = packet.pts - packet.dts
        if packet.dts is not None:
            if self._last_dts is not None and packet.dts <= self._last_dts:
                self._frame_per_packet = False  # timestamps that do not increase identify no frame
                self._pending_pts.clear()
            self._last_dts = packet.dts
        if self._frame_per_packet and packet.pts is not None and not packet.is_discard:
            self._pending_pts.add(packet.pts)

    def _accept(self, av_frame: av.VideoFrame) -> Iterator[_TimedFrame]:
        if self.clock is not None and self.clock.is_before_start(av_frame):
            return
        pts = av_frame.pts if self._reorder is None else self._reorder.timestamp_of(av_frame)
        # FFmpeg conceals what it cannot decode and outputs the result as a frame, marked by this flag alone.
        if av_frame.is_corrupt or (pts is not None and self._drop_overdue(pts)):
            self._broken = True
        if av_frame.key_frame and not av_frame.is_corrupt:
            self._broken = False
        if pts is not None:
            self._pending_pts.discard(pts)
            if self._first_pts is None:
                self._first_pts = pts
                self._count_start(pts + ((self.clock and self.clock.first) or 0))
        size = self._track.coded_size
        if (av_frame.width, av_frame.height) != size:
            other = f"{av_frame.width}x{av_frame.height}"
            if other not in self.stats.resized and len(self.stats.resized) < 10:
                self.stats.resized += (other,)
        last = av_frame.duration if self.clock is None else self.clock.duration_of(av_frame)
        self.stats.last_duration = None if self._info.container in _CONTAINERS_WITHOUT_DURATIONS else last or None
        time = None if pts is None else pts - self._origin - (self._delay or 0)
        planar = to_planar(av_frame, self._track.pixel_format, size)
        woven = [(time, planar, self._broken)]
        if self._weaver is not None:
            woven = list(self._weaver.add(time, planar, av_frame, self._broken))
            self.stats.last_duration = 2 * self._weaver.interval if self._weaver.interval else None
        for shown, picture, damaged in woven:
            yield shown, (cropped(picture, self._track.crop), damaged)

    def _count_start(self, first: int) -> None:
        """Count what lies before the first frame that was decoded: an open group of pictures, or an intra refresh."""
        if self._after_seek or self._info.container in _CONTAINERS_WITHOUT_PTS:
            return
        lost = [pts for pts in self._start_pts if pts < first]
        self.stats.undecodable_start = len(lost)
        self.stats.undecodable_start_s = float((first - min(lost)) * self._track.time_base) if lost else 0.0

    def _drop_overdue(self, pts: int) -> bool:
        """Whether packets with an earlier PTS than `pts` never produced a frame. They are lost: frames come in
        order."""
        lost = {time for time in self._pending_pts if time < pts}
        self._pending_pts -= lost
        if self._first_pts is None or not self._frame_per_packet:
            return False  # frames before the first decodable one belong to what was cut off before this file starts
        lost = {time for time in lost if time > self._first_pts}
        self._missing_frames += len(lost)
        return bool(lost)

    def _count_lost(self) -> int:
        """Frames that were never output: by their packets where each holds one frame, else by decoding errors."""
        self._drop_overdue(1 << 63)
        self._missing_frames += self._reorder.lost if self._reorder is not None else 0
        return max(self._missing_frames, self._decode_errors) + max(0, self._indexed_packets() - self._packet_count)

    def _indexed_packets(self) -> int:
        """How many packets the container's index lists; 0 for Matroska, whose cues list keyframes only."""
        if not self._stream.frames or self._info.container not in ("mp4", "mov"):
            return 0
        # An empty entry prolongs the previous frame and is skipped by FFmpeg.
        return sum(
            entry.size > 0 and (not self._after_seek or entry.timestamp >= self._start_dts)
            for entry in self._stream.index_entries
        )
