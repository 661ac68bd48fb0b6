"""The views of a sound."""

import numpy as np

from passerby.detect.speech.known_answer_sound import made_voice
from passerby.detect.speech.spectrum import RATE, views
from tests.detect.speech.sounds import voice_at


def test_steady_noise_is_taken_out_and_the_voice_stays():
    noise = np.random.default_rng(0).standard_normal((1, 12 * RATE)).astype(np.float32) * 0.03
    sound = voice_at(5, seconds=12) + noise
    cleaned = views(sound).cleaned
    assert sound.shape == cleaned.shape
    quiet, speech = slice(RATE, 4 * RATE), slice(round(5.2 * RATE), round(6.8 * RATE))
    assert np.std(cleaned[0, quiet]) < 0.7 * np.std(sound[0, quiet])
    assert np.corrcoef(cleaned[0, speech], made_voice()[0, round(0.2 * RATE) : round(1.8 * RATE)])[0, 1] > 0.9


def test_nothing_is_shifted_in_time():
    click = np.zeros((1, 3 * RATE), np.float32)
    click[0, RATE] = 1
    assert RATE == int(np.abs(views(click).cleaned[0]).argmax())
