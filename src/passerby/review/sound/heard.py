"""The sound of a file for the reviewer: as it will be released, and, on request, the original."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from passerby.config.settings import Audio, Settings
from passerby.core.media import SourceInfo
from passerby.documents.plan_parts.spans import AudioSpan
from passerby.documents.plan_parts.speech import applied_ranges
from passerby.review.sound.pieces import RATE, Samples16, SoundPieces, to_16_bits
from passerby.sink.audio.dsp import Samples, make_unnatural, with_spans

#: Seconds before and after a part that are rendered with it, so that room tone knows its surroundings and filters have
#: settled.
_CONTEXT_S = 2
#: Seconds of a part. A browser reads a few ahead.
_PART_S = 2
_HEADER_BYTES, _MAX_WAV_BYTES = 44, 2**32 - 64
#: Start and end.
Seconds = tuple[float, float]
#: (number of the first sample, how many) -> these.
SampleReader = Callable[[int, int], Samples16]


class HeardSound:
    """The sound as WAV, whose bytes can be asked for from anywhere. `length_s`: how long it is; after its own end it is
    silent, and what comes after the end of the picture is not in it."""

    def __init__(self, path: Path, source: SourceInfo, length_s: float, track: int | None = None) -> None:
        """`track`: the only one to be heard, from 1; all of them by default."""
        self._pieces = SoundPieces(path, source, None if track is None else source.audio_tracks[track - 1 : track])
        frame_bytes = 2 * self._pieces.channels
        self.samples = min(round(length_s * RATE), _MAX_WAV_BYTES // frame_bytes)
        self.size = _HEADER_BYTES + self.samples * frame_bytes

    def peaks(self) -> bytes:
        """The loudness of the original in each fiftieth of a second, 0 to 255."""
        return self._pieces.peaks()

    def original(self, first: int, after: int) -> Iterator[bytes]:
        """Bytes `first` to `after` of the sound without changes. The caller decides who may hear it."""
        return self._wav(first, after, self._pieces.read)

    def released(
        self, first: int, after: int, spans: Sequence[AudioSpan], settings: Settings, cuts: Sequence[Seconds] = ()
    ) -> Iterator[bytes]:
        """Bytes `first` to `after` of the sound as it will be released, in times of the source: silent where the
        release has none, and in what is cut from it (`cuts`: start and end in seconds)."""
        applied = applied_ranges(spans, settings)

        def read(start: int, count: int) -> Samples16:
            sound = self._released(start, count, applied, settings.audio)
            bounds = [(round(begin * RATE) - start, round(end * RATE) - start) for begin, end in cuts]
            within = [(max(0, begin), end) for begin, end in bounds if begin < count and end > 0]
            if within:
                sound = sound.copy()
            for begin, end in within:
                sound[begin:end] = 0
            return sound

        return self._wav(first, after, read)

    def close(self) -> None:
        self._pieces.close()

    def _released(self, first: int, count: int, spans: Sequence[AudioSpan], audio: Audio) -> Samples16:
        if audio is Audio.REMOVE:
            return np.zeros((count, self._pieces.channels), np.int16)
        start = max(0, first - _CONTEXT_S * RATE)
        end = first + count + _CONTEXT_S * RATE
        shifted = [
            span.model_copy(update={"start": max(0.0, span.start - start / RATE), "end": span.end - start / RATE})
            for span in spans
            if span.end * RATE >= start and span.start * RATE <= end
        ]
        sound = self._pieces.read(start, end - start)
        if not shifted and audio is not Audio.UNNATURAL_VOICE:
            return sound[first - start : first - start + count]
        chunks: Iterator[Samples] = iter([np.ascontiguousarray(sound.T, np.float32) / np.float32(32768)])
        if audio is Audio.UNNATURAL_VOICE:
            chunks = make_unnatural(chunks, RATE, "mono" if self._pieces.channels == 1 else "stereo")
        changed = np.concatenate(list(with_spans(chunks, RATE, shifted)), axis=1)
        return to_16_bits(changed[:, first - start : first - start + count])

    def _wav(self, first: int, after: int, read: SampleReader) -> Iterator[bytes]:
        if first < _HEADER_BYTES:
            yield self._header()[first:after]
        frame_bytes = 2 * self._pieces.channels
        at = max(0, first - _HEADER_BYTES)
        end = after - _HEADER_BYTES
        while at < end:
            sample = at // frame_bytes
            count = min(_PART_S * RATE, self.samples - sample)
            data = read(sample, count).tobytes()
            start = at - sample * frame_bytes
            part = data[start : start + end - at]
            yield part
            at += len(part)

    def _header(self) -> bytes:
        channels = self._pieces.channels
        data = self.size - _HEADER_BYTES
        form = struct.pack("<HHIIHH", 1, channels, RATE, RATE * channels * 2, channels * 2, 16)
        return (
            b"RIFF" + struct.pack("<I", data + 36) + b"WAVEfmt " + struct.pack("<I", 16) + form
            + b"data" + struct.pack("<I", data)
        )  # fmt: skip
