"""Tracks of sound in an output file: copied as they are, or decoded, changed and encoded anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from io import BytesIO
from itertools import chain, islice
from typing import TYPE_CHECKING, Protocol

import av
from av.audio.stream import AudioStream
from av.codec.context import Flags
from av.container import OutputContainer
from av.stream import Stream

from passerby.config.settings import Audio
from passerby.core.media import SoundInfo
from passerby.documents.plan import AudioSpan
from passerby.sink.audio.dsp import Samples, Timeline, disguised, edited, trimmed

if TYPE_CHECKING:
    Timed = tuple[int, av.Packet[AudioStream]]

_MP4 = {"aac", "mp3", "ac3", "eac3", "alac", "opus", "flac"}
_PCM = {"pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_s16be", "pcm_s24be"}
#: What can be copied into which container. Vorbis is never copied: its header holds the title and other tags.
COPIED = {
    "mp4": _MP4,
    "mov": _MP4 - {"opus", "flac"} | _PCM,
    "matroska": _MP4 | _PCM - {"pcm_s32be"} | {"mp2", "dts"},
    "webm": {"opus"},
}
_RATES = {8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000}
#: Packets that are tried before a track is copied.
_TRIED = 3
#: Bits a second for each channel of sound that is encoded anew.
_BITS = 96_000


class Source(Protocol):
    """A track of sound of the source: source/video/audio.py."""

    info: SoundInfo
    template: AudioStream
    longest: float

    def packets(self) -> Iterator[Timed]: ...

    def frames(self) -> Iterator[tuple[int, av.AudioFrame]]: ...


class SoundTrack(Protocol):
    """A track of sound that is being written. `note`, when it is done, is a line for the report."""

    @property
    def note(self) -> str | None: ...

    def begin(self, container: OutputContainer) -> None:
        """Add the track; before anything is written."""

    def until(self, seconds: Fraction | None) -> Iterator[av.Packet[Stream]]:
        """The packets up to that moment that have not been given before; all the rest for None."""


def sound_track(
    source: Source, audio: Audio, spans: Sequence[AudioSpan], container: str, cuts: Sequence[tuple[float, float]] = ()
) -> SoundTrack:
    """The track as the settings want it: a copy where nothing is to be changed in it and the container allows that.

    `spans` are silent, and `cuts` (seconds, in order and apart) are left out; both are told in the source's time.
    """
    if audio is Audio.KEEP and not spans and not cuts and source.info.codec in COPIED[container]:
        first = list(islice(packets := source.packets(), _TRIED))
        if _accepts(container, source, first):
            return CopiedSound(source, chain(first, packets))
    return EncodedSound(source, audio is Audio.DISGUISE, spans, "libopus" if container == "webm" else "aac", cuts)


def _accepts(container: str, source: Source, packets: list[Timed]) -> bool:
    """Would a file of that kind take such packets? What a header says is seen when it is written, or at the end."""
    try:
        with av.open(BytesIO(), "w", format=container) as trial:
            sound = CopiedSound(source, packets)
            sound.begin(trial)
            for packet in sound.until(None):
                trial.mux(packet)
    except (av.FFmpegError, ValueError):
        return False
    return True


class CopiedSound:
    """The source's own packets."""

    note: str | None = None

    def __init__(self, source: Source, packets: Iterable[Timed]) -> None:
        self._source = source
        self._packets = iter(packets)
        self._waiting: av.Packet[Stream] | None = None

    def begin(self, container: OutputContainer) -> None:
        self._stream = container.add_stream_from_template(self._source.template)
        _name(self._stream, self._source.info)

    def until(self, seconds: Fraction | None) -> Iterator[av.Packet[Stream]]:
        base = self._source.info.time_base
        while (packet := self._next()) is not None:
            assert packet.pts is not None
            if seconds is not None and packet.pts * base > seconds:
                self._waiting = packet
                return
            yield packet

    def _next(self) -> av.Packet[Stream] | None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            return waiting
        time, packet = next(self._packets, (0, None))
        if packet is None:
            return None
        fresh = av.Packet(bytes(packet))  # what else hangs on the packet does not come out
        fresh.stream = self._stream
        fresh.time_base = self._source.info.time_base
        fresh.pts = fresh.dts = time
        fresh.duration, fresh.is_keyframe = packet.duration, True
        return fresh


class EncodedSound:
    """The source's sound, changed where that is asked for, as AAC or Opus."""

    def __init__(
        self,
        source: Source,
        disguise: bool,
        spans: Sequence[AudioSpan],
        encoder: str,
        cuts: Sequence[tuple[float, float]] = (),
    ) -> None:
        self._source, self._encoder = source, encoder
        info = source.info
        self.rate = 48000 if encoder == "libopus" or info.sample_rate not in _RATES else info.sample_rate
        self._layout = "mono" if info.channels == 1 else "stereo"
        self._timeline = Timeline(self.rate, self._layout, source.longest, placed=bool(spans or cuts))
        chunks = self._timeline.of(source.frames(), info.time_base)
        if disguise:
            chunks = disguised(chunks, self.rate, self._layout)
        self._chunks: Iterator[Samples] = trimmed(edited(chunks, self.rate, spans), self.rate, cuts)
        self._anew = not disguise and not spans and not cuts
        self._written = 0
        self._ended = False

    @property
    def note(self) -> str | None:
        """What a person should know of it, when it has been written."""
        if self._timeline.cut_short:
            return "the sound ends at a gap that is too long to be real, or far behind the picture's end"
        if self._timeline.closed:
            return f"{self._timeline.closed:.0f} s of gaps in the sound were closed: its times cannot be right"
        if self._anew:
            named = "Opus" if self._encoder == "libopus" else "AAC"
            return f"sound in {self._source.info.codec} was encoded anew as {named}, because the output cannot hold it"
        return None

    def begin(self, container: OutputContainer) -> None:
        stream = container.add_stream(self._encoder, rate=self.rate, layout=self._layout)
        assert isinstance(stream, AudioStream)
        stream.codec_context.bit_rate = _BITS * stream.codec_context.layout.nb_channels
        stream.codec_context.flags |= Flags.bitexact
        stream.codec_context.time_base = Fraction(1, self.rate)
        self._stream = stream
        _name(stream, self._source.info)

    def until(self, seconds: Fraction | None) -> Iterator[av.Packet[Stream]]:
        self._timeline.picture_is_over = seconds is None
        while not self._ended and (seconds is None or self._written <= seconds * self.rate):
            samples = next(self._chunks, None)
            if samples is None:
                self._ended = True
                yield from self._presented(self._stream.encode(None))
                return
            frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout=self._layout)
            frame.sample_rate, frame.pts, frame.time_base = self.rate, self._written, Fraction(1, self.rate)
            self._written += samples.shape[1]
            yield from self._presented(self._stream.encode(frame))

    def _presented(self, packets: list[av.Packet[Stream]]) -> Iterator[av.Packet[Stream]]:
        # An encoder begins with a packet before time 0 that only warms the decoder up. Matroska would move everything
        # later to make room for it, and each container tells of it in another way.
        return (packet for packet in packets if packet.pts is not None and packet.pts >= 0)


def _name(stream: AudioStream, info: SoundInfo) -> None:
    stream.metadata["handler_name"] = "Sound"
    if info.language is not None:
        stream.metadata["language"] = info.language
