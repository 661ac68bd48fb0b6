"""Clips with sound for tests: 25 frames a second, with as many seconds of picture as there is sound."""

from pathlib import Path

import numpy as np

from tests import clips
from tests.detect.speech.sounds import voice_at

RATE = 16000


def with_sound(path: Path, *tracks: np.ndarray) -> Path:
    """A clip with an audio track (mono, AAC) for each of these sounds, which are samples at RATE."""
    seconds = len(tracks[0]) // RATE

    def finish(output):
        for stream, samples in zip(output.streams.audio, tracks, strict=True):
            clips.sound(output, stream, samples)

    return clips.write_clip(
        path,
        times=clips.constant(25 * seconds, step=clips.TIME_BASE.denominator // 25),
        prepare=lambda output, _: [output.add_stream("aac", rate=RATE, layout="mono") for _ in tracks],
        finish=finish,
    )


def with_voice(path: Path, start: float, seconds: int) -> Path:
    """A clip in which somebody speaks for two seconds from `start` on."""
    return with_sound(path, voice_at(start, seconds=seconds)[0])
