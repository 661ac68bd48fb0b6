"""The sound as it will be released, as WAV. Over HTTP: tests/server/review/test_sound_routes.py."""

import wave
from io import BytesIO

import numpy as np
import pytest

from passerby.config.settings import Audio, Settings, VoiceFill
from passerby.documents.plan_parts.spans import AudioSpan
from passerby.review.sound.heard import HeardSound
from passerby.review.sound.pieces import RATE
from passerby.source.video.file import VideoFile
from tests import clips

SECONDS = 12
VOICE = AudioSpan(start=9.5, end=10.5, origin="voicing", score=0.5)


@pytest.fixture
def sound(tmp_path):
    """Noise all the time."""
    noise = np.random.default_rng(3).standard_normal(SECONDS * 16000) * 0.1
    clip = clips.write_clip(
        tmp_path / "yard.mp4",
        prepare=lambda output, _: output.add_stream("aac", rate=16000, layout="mono"),
        finish=lambda output: clips.sound(output, output.streams.audio[0], noise),
    )
    with VideoFile.open(clip) as video:
        made = HeardSound(clip, video.info, SECONDS)
    yield made
    made.close()


def released(sound, spans, **settings):
    with wave.open(BytesIO(b"".join(sound.released(0, sound.size, spans, Settings(**settings))))) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768


def level(part):
    return float(np.sqrt((part**2).mean()))


def test_detected_voices_are_heard_unless_they_are_removed(sound):
    within = slice(round(9.5 * RATE), round(10.5 * RATE))
    kept = released(sound, [VOICE], audio=Audio.KEEP)
    assert len(kept) == SECONDS * RATE
    assert level(kept[within]) > 0.03
    assert 0 == level(released(sound, [VOICE], audio=Audio.REMOVE_VOICES)[within])
    tone = released(sound, [VOICE], audio=Audio.REMOVE_VOICES, voice_fill=VoiceFill.ROOM_TONE)[within]
    assert level(kept[within]) / 2 < level(tone) < level(kept[within]) * 2
    assert abs(float(np.corrcoef(tone, kept[within])[0, 1])) < 0.1
    assert 0 == level(released(sound, [VOICE], audio=Audio.REMOVE))
