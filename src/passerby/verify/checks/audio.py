"""The audio: present or absent, as the report says, and silent where the plan mutes it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import av
import numpy as np
import numpy.typing as npt

from passerby.config.settings import Audio
from passerby.core.media import AudioInfo
from passerby.documents.plan_parts.spans import AudioSpan
from passerby.source.video.audio import AudioReader
from passerby.verify.released_file import ReleasedFile

#: Margin at both ends of a muted range that is not measured: codecs smear by a frame or two.
EDGE_S = 0.08
#: RMS level that may remain in a muted range, and beside the tone of a bleep (full scale is 1).
MAX_MUTED_LEVEL, MAX_BLEEP_RESIDUAL = 0.003, 0.02
SAMPLE_RATE, BLEEP_HZ = 16000, 1000.0

Samples = npt.NDArray[np.float64]


def unexpected_audio(tracks: int, audio: Audio | None) -> str | None:
    """A finding if there is audio that should not be there; `audio` is None where no report says anything."""
    if tracks and audio is Audio.REMOVE:
        return f"the report says that the audio was removed, but there is audio (tracks: {tracks})"
    if tracks and audio is None:
        return f"there is audio (tracks: {tracks}), and no report says that it was to be kept"
    return None


@dataclass(slots=True)
class MutedRanges:
    """What was heard where nothing was to be heard: how many ranges of how many audio tracks were `measured`, how many
    were not (too short, or after the end of the sound), until when there is sound (seconds), and those ranges in which
    something is `audible`, with a finding."""

    measured: int = 0
    not_measured: int = 0
    sound_end: float = 0.0
    audible: list[tuple[AudioSpan, str]] = field(default_factory=list)


def measure_muted(released: ReleasedFile, spans: Sequence[AudioSpan]) -> MutedRanges:
    """Listen to the ranges that were muted or bleeped, in seconds of the release; they must not overlap."""
    info, found = released.info, MutedRanges()
    # What lies under room tone is searched for speech (speech.py): it is not silent.
    spans = [span for span in spans if span.action != "room-tone"]
    for track in info.audio_tracks if spans else ():
        levels = [_Level(span) for span in spans]
        with AudioReader(info.path, info, track) as file:
            for start, samples in _samples(file, track):
                found.sound_end = max(found.sound_end, start + len(samples) / SAMPLE_RATE)
                for level in levels:
                    level.add(start, samples)
        for level in levels:
            found.measured += level.measured
            found.not_measured += not level.measured
            if level.loud:
                line = f"audio was to be muted here ({level.span.action}), and is audible"
                found.audible.append((level.span, line))
    return found


def _samples(file: AudioReader, track: AudioInfo) -> Iterator[tuple[float, Samples]]:
    """(seconds, samples at SAMPLE_RATE, one channel) of a track."""
    resampler = av.AudioResampler("flt", "mono", SAMPLE_RATE)
    for time, frame in file.frames():
        frame.pts, frame.time_base = time, track.time_base
        for part in resampler.resample(frame):
            if part.pts is not None and part.time_base is not None:
                yield float(part.pts * part.time_base), part.to_ndarray()[0].astype(np.float64)


class _Level:
    """RMS level of a range, without the tone of a bleep."""

    def __init__(self, span: AudioSpan) -> None:
        self.span = span
        self._squares, self._count = 0.0, 0

    def add(self, start: float, samples: Samples) -> None:
        moments = start + np.arange(len(samples)) / SAMPLE_RATE
        chosen = (moments > self.span.start + EDGE_S) & (moments < self.span.end - EDGE_S)
        part = samples[chosen]
        if not len(part):
            return
        if self.span.action == "bleep":
            wave = 2 * np.pi * BLEEP_HZ * moments[chosen]
            basis = np.stack([np.sin(wave), np.cos(wave)], axis=1)
            part = part - basis @ np.linalg.lstsq(basis, part)[0]
        self._squares += float((part**2).sum())
        self._count += len(part)

    @property
    def measured(self) -> bool:
        return self._count > 0

    @property
    def loud(self) -> bool:
        limit = MAX_MUTED_LEVEL if self.span.action == "mute" else MAX_BLEEP_RESIDUAL
        return self._count > 0 and (self._squares / self._count) ** 0.5 > limit
