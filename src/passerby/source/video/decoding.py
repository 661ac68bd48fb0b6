"""One run through one video track: every frame that can be decoded, and an account of what cannot."""

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
from passerby.source.video.container_sniff import BROADCAST_KINDS
from passerby.source.video.frame_order import Places
from passerby.source.video.open import READ_ERRORS, open_container
from passerby.source.video.pixel_format import planar
from passerby.source.video.timestamp_repair import BROADCAST, DAY, Clock, Repairs

#: Codecs whose packets each make one frame, so that a packet without a frame is a frame that was lost.
ONE_FRAME_A_PACKET = {"h264", "hevc", "vp8", "vp9", "av1", "mpeg2video", "prores", "mjpeg"}
#: Containers that have no times of frames, but places in the stream (AVI), or one time where two are needed (ASF). Of
#: codecs whose frames may come in another order than their packets FFmpeg makes times that are late by as many frames
#: as the codec holds back, or, of those that may hold back any number, in no order at all.
_TIMELESS = {"avi", "asf"}
_LATE = {"mpeg4", "mpeg1video", "mpeg2video"}
_UNORDERED = {"h264", "hevc"}
#: Readings in a row that may fail before the rest of a file is given up.
_FAILURES = 50

_Decoded = tuple[int | None, tuple[av.VideoFrame, bool]]


@dataclass(slots=True)
class Tally:
    """What one run through a track met; right when the run has come to its end.

    `damaged` frames came out of the decoder, but what they show is partly guessed; `undecodable` ones never came out.
    """

    frames: int = 0
    damaged: int = 0
    undecodable: int = 0
    resized: tuple[str, ...] = ()
    repairs: Repairs = field(default_factory=Repairs)

    @property
    def damage(self) -> tuple[str, ...]:
        """One line for each kind of damage."""
        lines = []
        if self.undecodable:
            lines.append(f"{self.undecodable} frames could not be decoded; the frame before is shown in their place")
        if self.damaged:
            lines.append(f"{self.damaged} frames were damaged and covered whole")
        return tuple(lines)

    @property
    def notes(self) -> tuple[str, ...]:
        """One line for each thing that was changed."""
        lines = [
            f"the picture changes its size to {size}; it was scaled to that of the beginning" for size in self.resized
        ]
        if self.repairs.wrong:
            lines.append(f"{self.repairs.wrong} frames had no time, or one that was not after the frame before: mended")
        if self.repairs.jumps:
            lines.append(f"the clock of the source jumps {self.repairs.jumps} times; the jumps were closed")
        return tuple(lines)


def tells_times(container: str, track: VideoInfo) -> bool:
    """Does each packet of a track make one frame, and say when that is shown?"""
    return _matches(container, track) and not (container in _TIMELESS and track.codec in _LATE)


def _matches(container: str, track: VideoInfo) -> bool:
    """Does each packet make one frame, and have its time? Two fields may come as two packets that make one frame, and
    broadcasts leave times away, which are then guessed."""
    exact = container not in BROADCAST_KINDS and not (container in _TIMELESS and track.codec in _UNORDERED)
    return exact and track.codec in ONE_FRAME_A_PACKET and not track.interlaced


def some_are_faultless(path: Path, index: int) -> bool:
    """Do any of the first frames of a track decode when the decoder is told to stop at the first fault?"""
    with open_container(path) as container:
        stream = next(stream for stream in container.streams.video if stream.index == index)
        stream.codec_context.options = {"err_detect": "explode"}
        try:
            return any(_decodes(packet) for packet in islice(container.demux(stream), 8))
        except READ_ERRORS:
            return False


def _decodes(packet: av.Packet[VideoStream]) -> bool:
    try:
        return bool(packet.decode())
    except (av.FFmpegError, OSError):
        return False


class Decoding:
    """One run, from where the container stands to its end. `run` gives the frames; `tally` is right when it has ended,
    and tells of as much as was decoded when it is left before. `jumped` says that it does not stand at the beginning.
    """

    def __init__(
        self, container: InputContainer, stream: VideoStream, info: SourceInfo, track: VideoInfo, jumped: bool = False
    ) -> None:
        self._container, self._stream = container, stream
        self._info, self._track = info, track
        self._origin = round(info.origin / track.time_base)
        rate = track.frame_rate or 25
        ahead = BROADCAST if info.container in BROADCAST_KINDS else DAY
        self._clock = Clock(track.time_base, round(1 / (rate * track.time_base)), ahead)
        self.tally = Tally(repairs=self._clock.repairs)
        #: Set by damage until the next frame that stands alone: what is predicted from a broken frame is broken.
        self._broken = self._unflushed = False
        #: Presentation times of packets that have been read and have not come out of the decoder.
        self._awaited: set[int] = set()
        self._first: int | None = None
        self._newest: int | None = None
        self._exact = _matches(info.container, track)
        timeless = info.container in _TIMELESS
        self._places = Places(info.container == "asf") if timeless and track.codec in _UNORDERED else None
        #: Ticks by which all times are late; None as long as that is to be found out.
        self._late = None if timeless and track.codec in _LATE else 0
        self._packets = self._errors = self._missing = 0
        #: When the first packet after a jump is decoded: those that the index lists before it were not asked for.
        self._jumped, self._begins = jumped, 0

    def run(self) -> Iterator[RawFrame]:
        try:
            for time, (picture, damaged) in self._clock.timed(self._decoded()):
                yield RawFrame(picture, self.tally.frames, time, damaged)
                self.tally.frames += 1
                self.tally.damaged += damaged
        finally:
            self.tally.undecodable = max(self._missing, self._errors)
        self.tally.undecodable = self._lost()

    def _decoded(self) -> Iterator[_Decoded]:
        for packet in self._read():
            yield from self._pictures(packet)
        if self._unflushed:
            with suppress(EOFError):  # it has been told after all
                yield from map(self._seen, self._stream.codec_context.decode(None))

    def _read(self) -> Iterator[av.Packet[VideoStream]]:
        """Every packet, past places that cannot be read."""
        failures = 0
        while True:
            try:
                for packet in self._container.demux(self._stream):
                    failures = 0
                    yield packet
                return
            except IndexError:  # at the end, before the decoder was told of it
                self._unflushed = True
                return
            except READ_ERRORS:
                failures += 1
                self._broken = True
                if failures == 1:
                    self._errors += 1
                if failures >= _FAILURES:
                    return

    def _pictures(self, packet: av.Packet[VideoStream]) -> Iterator[_Decoded]:
        if packet.size:
            if self._jumped and not self._packets:
                self._begins = packet.dts or 0
            self._packets += 1
            self._broken = self._broken or packet.is_corrupt
            self._await(packet)
        elif packet.pts is not None or packet.dts is not None:
            return  # a sample without a byte of picture: the frame before it lasts longer
        tries = 1 if packet.size else _FAILURES  # at the end, each frame still in the decoder may fail by itself
        for _ in range(tries):
            try:
                pictures = packet.decode()
            except EOFError:
                return
            except (av.FFmpegError, OSError, ValueError, MemoryError):
                self._broken = True
                self._errors += 1
                continue
            for picture in pictures:
                yield self._seen(picture)
            return

    def _await(self, packet: av.Packet[VideoStream]) -> None:
        if self._places is not None:
            self._places.add(packet)
        if self._late is None and packet.pts is not None and packet.dts is not None:
            self._late = packet.pts - packet.dts
        if packet.dts is not None:
            if self._newest is not None and packet.dts <= self._newest:
                self._exact = False  # times that do not rise name no frame
                self._awaited.clear()
            self._newest = packet.dts
        if self._exact and packet.pts is not None and not packet.is_discard:
            self._awaited.add(packet.pts)

    def _seen(self, picture: av.VideoFrame) -> _Decoded:
        stated = picture.pts if self._places is None else self._places.of(picture)
        # FFmpeg guesses at what it cannot decode and hands the guess out as a picture, with only this flag to tell.
        if picture.is_corrupt or (stated is not None and self._passed_over(stated)):
            self._broken = True
        if picture.key_frame and not picture.is_corrupt:
            self._broken = False
        if stated is not None:
            self._awaited.discard(stated)
            self._first = stated if self._first is None else self._first
        geometry = self._track.geometry
        size = (geometry.width, geometry.height)
        if (picture.width, picture.height) != size:
            other = f"{picture.width}x{picture.height}"
            if other not in self.tally.resized and len(self.tally.resized) < 10:
                self.tally.resized += (other,)
        return None if stated is None else stated - self._origin - (self._late or 0), (
            planar(picture, self._track.pixel_format, size),
            self._broken,
        )

    def _passed_over(self, now: int) -> bool:
        """Were there packets of frames before `now` that never came out? They are lost: frames come in order."""
        lost = {time for time in self._awaited if time < now}
        self._awaited -= lost
        if self._first is None or not self._exact:
            return False  # pictures before the first one that could be decoded belong to a cut before this file began
        lost = {time for time in lost if time > self._first}
        self._missing += len(lost)
        return bool(lost)

    def _lost(self) -> int:
        """How many frames never came out: by their packets where each makes one frame, else by errors."""
        self._passed_over(1 << 63)
        self._missing += self._places.lost if self._places is not None else 0
        return max(self._missing, self._errors) + max(0, self._promised() - self._packets)

    def _promised(self) -> int:
        """How many packets the container's index lists; 0 for Matroska, which lists only some, to jump to."""
        if not self._stream.frames or self._info.container not in ("mp4", "mov"):
            return 0
        # An empty entry lengthens the frame before it and is passed over by FFmpeg.
        return sum(
            entry.size > 0 and (not self._jumped or entry.timestamp >= self._begins)
            for entry in self._stream.index_entries
        )
