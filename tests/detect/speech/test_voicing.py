"""The second detector: syllables, and none of the tones of things."""

import numpy as np
import pytest

from passerby.detect.speech.known_answer_sound import noise, tone
from passerby.detect.speech.spectrum import RATE, STEP, views
from passerby.detect.speech.voicing import voiced_syllables
from tests.detect.speech.sounds import voice_at


def heard(sound):
    seen = views(sound)
    return voiced_syllables(seen.power[0], seen.floor[0])


def test_finds_a_voice_where_it_is():
    flags = heard(voice_at(4, seconds=10))
    times = np.flatnonzero(flags) * STEP / RATE
    assert 3.8 < times.min() < 4.5
    assert 5.4 < times.max() < 6.2


def shot():
    sound = np.random.default_rng(3).standard_normal(6 * RATE) * 0.003
    sound[2 * RATE :] += np.random.default_rng(4).standard_normal(4 * RATE) * np.exp(-np.arange(4 * RATE) / 2000)
    return sound[None].astype(np.float32)


def siren():
    """A tone that glides as a voice does, from 500 to 1300 Hz, in two seconds up and down."""
    pitch = 900 + 400 * np.sin(np.pi * np.arange(6 * RATE) / RATE)
    return (0.3 * np.sin(2 * np.pi * np.cumsum(pitch) / RATE))[None].astype(np.float32)


@pytest.mark.parametrize("sound", [noise(), tone(), shot(), siren(), np.zeros((1, 4 * RATE), np.float32)])
def test_is_silent_about_noise_a_horn_a_shot_a_siren_and_silence(sound):
    assert not heard(sound).any()
