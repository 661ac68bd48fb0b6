"""The sound: there or not, as the report says, and silent where the plan silences it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import av
import numpy as np
import numpy.typing as npt

from passerby.config.settings import Audio
from passerby.core.media import SoundInfo
from passerby.documents.plan import AudioSpan
from passerby.source.video.audio import SoundFile
from passerby.verify.released_file import Opened

#: Seconds at both ends of a silenced stretch that are not measured: encoders smear by a frame or two.
EDGE = 0.08
#: Level of what may be left in a silenced stretch, and of what may be left beside a bleep's tone (full scale is 1).
SILENT, BESIDE_TONE = 0.003, 0.02
RATE, TONE = 16000, 1000.0

Samples = npt.NDArray[np.float64]


def presence(sounds: int, audio: Audio | None) -> str | None:
    """What is wrong with there being that many tracks of sound; `audio` is None where no report says anything."""
    if sounds and audio is Audio.REMOVE:
        return f"the report says that the sound was removed, and there is sound (tracks: {sounds})"
    if sounds and audio is None:
        return f"there is sound (tracks: {sounds}), and no report that says it was meant to stay"
    return None


def not_silenced(opened: Opened, spans: Sequence[AudioSpan]) -> Iterator[tuple[AudioSpan, str]]:
    """Stretches of the plan in which something can still be heard."""
    info = opened.info
    for sound in info.sounds if spans else ():
        levels = [_Level(span) for span in spans]
        with SoundFile(info.path, info, sound) as file:
            for start, samples in _samples(file, sound):
                for level in levels:
                    level.add(start, samples)
        for level in levels:
            if level.loud:
                yield level.span, f"sound was to be silenced here ({level.span.action}) and can be heard"


def _samples(file: SoundFile, sound: SoundInfo) -> Iterator[tuple[float, Samples]]:
    """(seconds, samples at RATE, one channel) of a track."""
    resampler = av.AudioResampler("flt", "mono", RATE)
    for time, frame in file.frames():
        frame.pts, frame.time_base = time, sound.time_base
        for part in resampler.resample(frame):
            if part.pts is not None and part.time_base is not None:
                yield float(part.pts * part.time_base), part.to_ndarray()[0].astype(np.float64)


class _Level:
    """How loud a stretch is, without the tone that a bleep puts there."""

    def __init__(self, span: AudioSpan) -> None:
        self.span = span
        self._squares, self._count = 0.0, 0

    def add(self, start: float, samples: Samples) -> None:
        moments = start + np.arange(len(samples)) / RATE
        chosen = (moments > self.span.start + EDGE) & (moments < self.span.end - EDGE)
        part = samples[chosen]
        if not len(part):
            return
        if self.span.action == "bleep":
            wave = 2 * np.pi * TONE * moments[chosen]
            basis = np.stack([np.sin(wave), np.cos(wave)], axis=1)
            part = part - basis @ np.linalg.lstsq(basis, part)[0]
        self._squares += float((part**2).sum())
        self._count += len(part)

    @property
    def loud(self) -> bool:
        most = SILENT if self.span.action == "mute" else BESIDE_TONE
        return self._count > 0 and (self._squares / self._count) ** 0.5 > most
