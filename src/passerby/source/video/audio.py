"""The audio tracks of a file, as packets to copy or as decoded samples. Times count from the file's origin."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
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

#: Samples in a packet of common codecs (AAC: 1024): the assumed duration of a packet without a timestamp.
_SAMPLES_PER_PACKET = 1024
#: Consecutive failed reads after which the rest of a track is given up.
_MAX_READ_FAILURES = 50
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
        self._repair = TimestampRepair(info.time_base, step, max_gap_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._container.close()

    def packets(self) -> Iterator[tuple[int, av.Packet[AudioStream]]]:
        """(time in the track's time base, packet) of every presented packet, from time 0 on.

        Packets before 0 only prime the decoder, and what the file's edit list excludes was cut by an editor.
        """
        yield from self._repair.repaired(
            (time, packet)
            for packet in self._demux()
            if packet.size and not packet.is_discard and ((time := self._from_origin(packet.pts)) is None or time >= 0)
        )

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
