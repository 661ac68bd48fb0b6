"""The tracks of sound of a file, as packets to copy or as samples to work on. Times count from the file's origin."""

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

from passerby.core.media import SoundInfo, SourceInfo
from passerby.source.video.container_sniff import BROADCAST_KINDS
from passerby.source.video.open import READ_ERRORS, open_container
from passerby.source.video.timestamp_repair import BROADCAST, DAY, Clock

#: Samples in a packet of the usual codecs: what a packet lasts for which no time is stated.
_USUAL = 1024
#: Readings in a row that may fail before the rest of a track is given up.
_FAILURES = 50


#: Packets at the beginning of a track of which one must be playable.
_PATIENCE = 200


def playable(path: Path, info: SoundInfo) -> bool:
    """Can anything of this track be decoded? Damage makes tracks that there never were. Raises as open_container."""
    with open_container(path) as container:
        stream = next(stream for stream in container.streams.audio if stream.index == info.stream)
        with suppress(*READ_ERRORS):
            for packet in islice(container.demux(stream), _PATIENCE):
                with suppress(av.FFmpegError, OSError, ValueError):
                    if packet.decode():
                        return True
    return False


class SoundFile:
    """One track of sound, open for one run."""

    def __init__(self, path: Path, source: SourceInfo, info: SoundInfo) -> None:
        """Raises SourceError or one of its kinds."""
        self.info = info
        self._container: InputContainer = open_container(path)
        for stream in self._container.streams:
            stream.discard = Discard.default if stream.index == info.stream else Discard.all
        #: What an output track is made after when packets are copied.
        self.template: AudioStream = next(s for s in self._container.streams.audio if s.index == info.stream)
        #: Seconds that its silences may last together: no more than the file says it does, or an hour.
        self.longest = max(3600.0, source.duration or 0.0)
        self._origin = round(source.origin / info.time_base)
        ahead = BROADCAST if source.container in BROADCAST_KINDS else DAY
        step = round(_USUAL / (info.sample_rate * info.time_base))
        self._clock = Clock(info.time_base, step, ahead)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._container.close()

    def packets(self) -> Iterator[tuple[int, av.Packet[AudioStream]]]:
        """(time in the track's time base, packet) of all that is presented, from time 0 on.

        What lies before 0 only prepares the decoder, and what the file's edit list leaves out was cut by somebody.
        """
        yield from self._clock.timed(
            (time, packet)
            for packet in self._read()
            if packet.size and not packet.is_discard and ((time := self._since(packet.pts)) is None or time >= 0)
        )

    def frames(self) -> Iterator[tuple[int, av.AudioFrame]]:
        """(time in the track's time base, decoded samples). Packets that cannot be decoded leave a gap."""
        yield from self._clock.timed((time, frame) for time, frame in self._decoded() if time is None or time >= 0)

    def _decoded(self) -> Iterator[tuple[int | None, av.AudioFrame]]:
        for packet in self._read():
            if not packet.size and (packet.pts is not None or packet.dts is not None):
                continue
            try:
                frames = packet.decode()
            except (av.FFmpegError, OSError, ValueError):
                continue
            for frame in frames:
                yield self._since(frame.pts), frame

    def _read(self) -> Iterator[av.Packet[AudioStream]]:
        failures = 0
        while failures < _FAILURES:
            try:
                for packet in self._container.demux(self.template):
                    failures = 0
                    yield packet
                return
            except IndexError:
                return
            except READ_ERRORS:
                failures += 1

    def _since(self, stated: int | None) -> int | None:
        return None if stated is None else stated - self._origin
