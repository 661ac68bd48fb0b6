"""The audio tracks of a file, as packets to copy or as decoded samples. Times count from the file's origin."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from itertools import islice
from math import floor
from pathlib import Path
from types import TracebackType
from typing import Self

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Discard

from passerby.core.media import AudioInfo, SourceInfo
from passerby.source.video.container_sniff import BROADCAST_CONTAINERS
from passerby.source.video.open import READ_ERRORS, open_container
from passerby.source.video.timestamp_repair import MAX_BROADCAST_GAP_S, MAX_GAP_S, TimestampRepair
from passerby.source.video.track_end import sound_end

#: Samples in a packet of common codecs (AAC: 1024): the assumed duration of a packet without a timestamp.
_SAMPLES_PER_PACKET = 1024
#: Consecutive failed reads after which the rest of a track is given up.
_MAX_READ_FAILURES = 50
#: Seconds before 0 in which packets prime a decoder: Opus asks for 80 ms.
_MAX_PRIMING_S = Fraction(1, 10)
#: Packets at the start of a track of which at least one must be decodable.
_MAX_PROBE_PACKETS = 200


def is_decodable(path: Path, info: AudioInfo) -> bool:
    """Whether any of the first packets can be decoded. Damaged headers list tracks that never existed.

    Raises as open_container.
    """
    with open_container(path) as container:
        stream = next(stream for stream in container.streams.audio if stream.index == info.stream)
        with suppress(*READ_ERRORS):
            for packet in islice(container.demux(stream), _MAX_PROBE_PACKETS):
                with suppress(av.FFmpegError, OSError, ValueError):
                    if packet.decode():
                        return True
    return False


def _codec_delay(path: Path, info: AudioInfo) -> Fraction:
    """Seconds of sound at the beginning of a Matroska track that only prime the decoder. The container states lengths
    with them, wherever the track begins."""
    with open_container(path) as container, suppress(*READ_ERRORS):
        for packet in container.demux(container.streams[info.stream]):
            skipped = bytes(packet.get_sidedata("skip_samples")) if packet.has_sidedata("skip_samples") else b""
            delay = Fraction(int.from_bytes(skipped[:4], "little"), info.sample_rate)
            return floor(delay / info.time_base + Fraction(1, 2)) * info.time_base  # as packets are timed
    return Fraction(0)


class AudioReader:
    """One audio track, open to be read once."""

    def __init__(self, path: Path, source: SourceInfo, info: AudioInfo) -> None:
        """Raises SourceError or a subclass."""
        self.info = info
        self._container: InputContainer = open_container(path)
        for stream in self._container.streams:
            stream.discard = Discard.default if stream.index == info.stream else Discard.all
        #: The stream that an output track is modelled on when packets are copied.
        self.template: AudioStream = next(s for s in self._container.streams.audio if s.index == info.stream)
        #: Upper bound for the sum of all inserted silence, in seconds: the file's stated duration, at least an hour.
        self.max_silence_s = max(3600.0, source.duration or 0.0)
        self._origin = round(source.origin / info.time_base)
        max_gap_s = MAX_BROADCAST_GAP_S if source.container in BROADCAST_CONTAINERS else MAX_GAP_S
        step = round(_SAMPLES_PER_PACKET / (info.sample_rate * info.time_base))
        self._step = step
        self._repair = TimestampRepair(info.time_base, step, max_gap_s)
        end = sound_end(self._container, self.template, source.container)
        if end is not None and source.container in ("matroska", "webm"):
            end -= _codec_delay(path, info)
        #: Whether the track states what primes its decoder, as Matroska does.
        self.states_delay = source.container in ("matroska", "webm")
        #: When the file says that the track ends, in seconds; None where it does not.
        self.end_s = None if end is None or end <= source.origin else float(end - source.origin)
        self._end = None if end is None else round((end - source.origin) / info.time_base)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._container.close()

    def packets(self, *, primed: bool = False) -> Iterator[tuple[int, av.Packet[AudioStream]]]:
        """(time in the track's time base, packet) of every presented packet, from time 0 on; `primed`: with those
        before that only prime the decoder.

        What the file's edit list excludes was cut by an editor. The last packet lasts as long as the file says that it
        is played.
        """
        lead = round(_MAX_PRIMING_S / self.info.time_base) if primed else 0
        packets = self._repair.repaired(self._presented(lead))
        waiting, before, step = next(packets, None), None, self._step
        while waiting is not None:
            (time, packet), waiting = waiting, next(packets, None)
            # Where packets do not say how long they are, as those of ALAC, the last one is at most like the one before.
            step, before = self._step if before is None else max(self._step, time - before), time
            time -= lead
            packet.duration = self._played(time, packet, 0 if waiting is not None else step)
            yield time, packet

    def _presented(self, lead: int) -> Iterator[tuple[int | None, av.Packet[AudioStream]]]:
        """(stated time plus `lead`, packet) from `lead` ticks before 0 on; where an editor has cut something off, from
        0 on: what was cut must not come out, not even unheard."""
        first = -lead
        for packet in self._demux():
            time = self._from_origin(packet.pts)
            if packet.is_discard:
                first = 0
            elif packet.size and (time is None or time >= first):
                yield None if time is None else time + lead, packet

    def _played(self, time: int, packet: av.Packet[AudioStream], slack: int) -> int:
        """For how many ticks a packet is played: encoders fill the last one up with silence, and containers round the
        length of a track. It may be longer than it states by `slack` ticks."""
        end = time + (packet.duration or 0)
        skipped = packet.get_sidedata("skip_samples") if packet.has_sidedata("skip_samples") else None
        if skipped is not None and len(bytes(skipped)) >= 8:
            end -= round(int.from_bytes(bytes(skipped)[4:8], "little") / (self.info.sample_rate * self.info.time_base))
        if self._end is not None and time < self._end < end + slack:
            end = self._end
        return max(end - time, 1)

    def frames(self) -> Iterator[tuple[int, av.AudioFrame]]:
        """(time in the track's time base, decoded samples). Packets that cannot be decoded leave a gap."""
        yield from self._repair.repaired((time, frame) for time, frame in self._decoded() if time is None or time >= 0)

    def _decoded(self) -> Iterator[tuple[int | None, av.AudioFrame]]:
        for packet in self._demux():
            if not packet.size and (packet.pts is not None or packet.dts is not None):
                continue
            try:
                frames = packet.decode()
            except (av.FFmpegError, OSError, ValueError):
                continue
            for frame in frames:
                yield self._from_origin(frame.pts), frame

    def _demux(self) -> Iterator[av.Packet[AudioStream]]:
        failures = 0
        while failures < _MAX_READ_FAILURES:
            try:
                for packet in self._container.demux(self.template):
                    failures = 0
                    yield packet
                return
            except IndexError:
                return
            except READ_ERRORS:
                failures += 1

    def _from_origin(self, pts: int | None) -> int | None:
        return None if pts is None else pts - self._origin
