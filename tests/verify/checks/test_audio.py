"""Sound is there or not as the report says, and silent where the plan silences it."""

import numpy as np
import pytest

from passerby.config.settings import Audio
from passerby.documents.plan_parts.spans import AudioSpan
from passerby.verify.checks.audio import measure_muted, unexpected_audio
from passerby.verify.released_file import ReleasedFile
from tests import clips


@pytest.mark.parametrize(
    ("sounds", "audio", "wrong"),
    [(0, Audio.REMOVE, False), (1, Audio.REMOVE, True), (2, Audio.KEEP, False), (1, None, True), (0, None, False)],
)
def test_presence(sounds, audio, wrong):
    assert wrong is (unexpected_audio(sounds, audio) is not None)


def clip(path, silent=(), tone=None):
    """Two seconds of noise; nothing from one moment to another, or a tone of 1 kHz."""
    moments = np.arange(2 * 48000) / 48000
    samples = np.random.default_rng(1).normal(0, 0.1, len(moments))
    for start, end in silent:
        samples[(moments >= start) & (moments < end)] = 0
    if tone:
        part = (moments >= tone[0]) & (moments < tone[1])
        samples[part] = 0.2 * np.sin(2 * np.pi * 1000 * moments[part])
    return clips.write_clip(
        path,
        times=clips.constant(48),
        prepare=lambda output, _: output.add_stream("aac", rate=48000, bit_rate=128_000),
        finish=lambda output: clips.sound(output, output.streams.audio[0], samples),
    )


def heard(path, *spans):
    return [(span.start, line) for span, line in measured(path, *spans).audible]


def measured(path, *spans):
    with ReleasedFile.open(path) as opened:
        return measure_muted(opened, spans)


def test_what_was_muted_is_silent(tmp_path):
    path = clip(tmp_path / "s.mp4", silent=[(0.5, 1.0)])
    assert [] == heard(path, AudioSpan(start=0.5, end=1.0))
    assert [1.2] == [start for start, _ in heard(path, AudioSpan(start=0.5, end=1.0), AudioSpan(start=1.2, end=1.6))]


def test_a_bleep_covers_all_else(tmp_path):
    bleep = AudioSpan(start=0.5, end=1.0, action="bleep")
    assert [] == heard(clip(tmp_path / "a.mp4", tone=(0.5, 1.0)), bleep)
    assert [0.5] == [start for start, _ in heard(clip(tmp_path / "b.mp4"), bleep)]


def test_what_cannot_be_listened_to_is_counted(tmp_path):
    """Too short between the edges that codecs smear, and after the end."""
    path = clip(tmp_path / "s.mp4", silent=[(0.5, 1.0)])
    spans = AudioSpan(start=0.5, end=1.0), AudioSpan(start=1.1, end=1.2), AudioSpan(start=9, end=11)
    found = measured(path, *spans)
    assert (1, 2, []) == (found.measured, found.not_measured, found.audible)
