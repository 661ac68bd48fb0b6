"""Audio tracks of an output file: packets copied, or decoded, edited and encoded again."""

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
from passerby.core.media import AudioInfo
from passerby.documents.plan_parts.spans import AudioSpan
from passerby.sink.audio.dsp import (
    AudioTimeline,
    Samples,
    make_unnatural,
    until_stated_end,
    with_spans,
    without_cuts,
    without_padding,
)

if TYPE_CHECKING:
    Timed = tuple[int, av.Packet[AudioStream]]

_MP4_CODECS = {"aac", "mp3", "ac3", "eac3", "alac", "opus", "flac"}
_PCM_CODECS = {"pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_s16be", "pcm_s24be"}
#: Codecs that can be copied, by container. Vorbis is never copied: its header holds the title and other tags.
COPYABLE_CODECS = {
    "mp4": _MP4_CODECS,
    "mov": _MP4_CODECS - {"opus", "flac"} | _PCM_CODECS,
    "matroska": _MP4_CODECS | _PCM_CODECS - {"pcm_s32be"} | {"mp2", "dts"},
    "webm": {"opus"},
}
_SAMPLE_RATES = {8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000}
#: Packets that are muxed on trial before a track is copied.
_TRIAL_PACKETS = 3
#: Seconds of sound after the stated end of a track that are no more than what filled up its last packet. Where there is
#: more, the end is wrong.
MAX_PADDING_S = 0.1
#: Bits per second for each channel of re-encoded audio.
_BIT_RATE_PER_CHANNEL = 96_000


class AudioSource(Protocol):
    """An audio track of the source: source/video/audio.py."""

    info: AudioInfo
    template: AudioStream
    max_silence_s: float
    end_s: float | None
    states_delay: bool

    def packets(self, *, primed: bool = False) -> Iterator[Timed]: ...

    def frames(self) -> Iterator[tuple[int, av.AudioFrame]]: ...


class AudioTrack(Protocol):
    """An audio track that is being written. `note` is a report line, valid when all packets were taken."""

    @property
    def note(self) -> str | None: ...

    @property
    def end_s(self) -> float:
        """Until when there is sound in what was written so far, in seconds of the output."""

    def add_to(self, container: OutputContainer) -> None:
        """Add the track to the container, before anything is written."""

    def packets_until(self, seconds: Fraction | None) -> Iterator[av.Packet[Stream]]:
        """The next packets up to that time (seconds of the output); all remaining ones for None."""


def make_audio_track(
    source: AudioSource,
    audio: Audio,
    spans: Sequence[AudioSpan],
    container: str,
    cuts: Sequence[tuple[float, float]] = (),
) -> AudioTrack:
    """The track that the settings ask for: a copy where nothing is edited and the container allows the codec.

    `spans` are silenced, and `cuts` (seconds, sorted and disjoint) are removed; both are in source time.
    """
    if (
        audio is not Audio.UNNATURAL_VOICE
        and not spans
        and not cuts
        and source.info.codec in COPYABLE_CODECS[container]
    ):
        # MP4 plays from 0 on whatever comes before it. Matroska would delay everything to fit it in, unless the track
        # itself states by how much it is early.
        early = container in ("mp4", "mov") or source.info.codec == "opus" or source.states_delay
        packets = source.packets(primed=early)
        first = list(islice(packets, _TRIAL_PACKETS))
        if _accepts(container, source, first):
            return CopiedAudioTrack(source, chain(first, packets))
    return EncodedAudioTrack(
        source, audio is Audio.UNNATURAL_VOICE, spans, "libopus" if container == "webm" else "aac", cuts
    )


def _accepts(container: str, source: AudioSource, packets: list[Timed]) -> bool:
    """Whether that container accepts such packets: some muxers reject them only with the header or the trailer."""
    try:
        with av.open(BytesIO(), "w", format=container) as trial:
            track = CopiedAudioTrack(source, packets)
            track.add_to(trial)
            for packet in track.packets_until(None):
                trial.mux(packet)
    except (av.FFmpegError, ValueError):
        return False
    return True


class CopiedAudioTrack:
    """The source's own packets, without their side data."""

    note: str | None = None
    end_s = 0.0

    def __init__(self, source: AudioSource, packets: Iterable[Timed]) -> None:
        self._source = source
        self._packets = iter(packets)
        self._waiting: av.Packet[Stream] | None = None

    def add_to(self, container: OutputContainer) -> None:
        self._stream = container.add_stream_from_template(self._source.template)
        _set_metadata(self._stream, self._source.info)

    def packets_until(self, seconds: Fraction | None) -> Iterator[av.Packet[Stream]]:
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
        copy = av.Packet(bytes(packet))  # side data is stripped
        copy.stream = self._stream
        copy.time_base = self._source.info.time_base
        copy.pts = copy.dts = time
        copy.duration, copy.is_keyframe = packet.duration, True
        self.end_s = float((time + (packet.duration or 0)) * self._source.info.time_base)
        return copy


class EncodedAudioTrack:
    """The source's audio, edited as requested, encoded as AAC or Opus."""

    def __init__(
        self,
        source: AudioSource,
        unnatural: bool,
        spans: Sequence[AudioSpan],
        encoder: str,
        cuts: Sequence[tuple[float, float]] = (),
    ) -> None:
        self._source, self._encoder = source, encoder
        info = source.info
        self.rate = 48000 if encoder == "libopus" or info.sample_rate not in _SAMPLE_RATES else info.sample_rate
        self._layout = "mono" if info.channels == 1 else "stereo"
        self._timeline = AudioTimeline(
            self.rate, self._layout, source.max_silence_s, keep_positions=bool(spans or cuts)
        )
        chunks = self._timeline.continuous(source.frames(), info.time_base)
        if source.end_s is not None:
            end, most = round(source.end_s * self.rate), round(MAX_PADDING_S * self.rate)
            chunks = until_stated_end(without_padding(chunks, end, most), end, most)
        if unnatural:
            chunks = make_unnatural(chunks, self.rate, self._layout)
        self._chunks: Iterator[Samples] = without_cuts(with_spans(chunks, self.rate, spans), self.rate, cuts)
        self._only_transcoded = not unnatural and not spans and not cuts
        self._written = 0
        self._ended = False

    @property
    def note(self) -> str | None:
        """A report line once the track has been written; None when there is nothing to report."""
        if self._timeline.truncated:
            return "the audio ends at an implausibly long gap, or at one far beyond the end of the video"
        if self._timeline.closed_gaps_s:
            return (
                f"{self._timeline.closed_gaps_s:.0f} s of gaps in the audio were closed: its timestamps are implausible"
            )
        if self._only_transcoded:
            codec = "Opus" if self._encoder == "libopus" else "AAC"
            return (
                f"{self._source.info.codec} audio was re-encoded as {codec}, because the output cannot hold it"
                f"{self._reduced}"
            )
        return self._reduced.removeprefix("; ") or None

    @property
    def _reduced(self) -> str:
        """What else is not as it was."""
        info = self._source.info
        channels = f"; its {info.channels} channels were mixed to 2" if info.channels > 2 else ""
        rate = f"; its {info.sample_rate} samples a second became {self.rate}" if info.sample_rate > self.rate else ""
        return channels + rate

    @property
    def end_s(self) -> float:
        return self._written / self.rate

    def add_to(self, container: OutputContainer) -> None:
        stream = container.add_stream(self._encoder, rate=self.rate, layout=self._layout)
        assert isinstance(stream, AudioStream)
        stream.codec_context.bit_rate = _BIT_RATE_PER_CHANNEL * stream.codec_context.layout.nb_channels
        stream.codec_context.flags |= Flags.bitexact
        stream.codec_context.time_base = Fraction(1, self.rate)
        self._stream = stream
        _set_metadata(stream, self._source.info)

    def packets_until(self, seconds: Fraction | None) -> Iterator[av.Packet[Stream]]:
        self._timeline.video_ended = seconds is None
        while not self._ended and (seconds is None or self._written <= seconds * self.rate):
            samples = next(self._chunks, None)
            if samples is None:
                self._ended = True
                yield from self._stream.encode(None)
                return
            frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout=self._layout)
            frame.sample_rate, frame.pts, frame.time_base = self.rate, self._written, Fraction(1, self.rate)
            self._written += samples.shape[1]
            # The first packet is before time 0 and only primes the decoder: MP4 hides it by an edit list, Matroska
            # states a delay by which players skip, whether the packet is there or not.
            yield from self._stream.encode(frame)


def _set_metadata(stream: AudioStream, info: AudioInfo) -> None:
    stream.metadata["handler_name"] = "Sound"
    if info.language is not None:
        stream.metadata["language"] = info.language
