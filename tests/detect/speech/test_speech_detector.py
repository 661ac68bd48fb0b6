"""Where somebody speaks, in chunks of any size, in any channel."""

import numpy as np
import pytest

from passerby.detect.speech.known_answer_sound import noise, tone
from passerby.detect.speech.spectrum import RATE
from passerby.detect.speech.speech_detector import CHUNK_S, SpeechDetector
from tests.detect.speech.sounds import murmur, voice_at


@pytest.fixture(scope="module")
def detector(network):
    return SpeechDetector(network)


def spans(found):
    return [(speech.start, speech.end) for speech in found]


def test_finds_speech_with_room_and_says_who_found_it(detector):
    (found,) = detector.find([voice_at(3, seconds=9)])
    assert 2.5 < found.start <= 3.0
    assert 5.0 <= found.end < 5.6
    assert ("silero-vad+voiced-syllables", (1,)) == (found.origin, found.channels)
    assert found.score > 0.5


def test_does_not_depend_on_how_the_sound_comes(detector):
    sound = voice_at(3, CHUNK_S - 1, CHUNK_S + 30, seconds=CHUNK_S + 40)
    whole = detector.find([sound])
    assert 3 == len(whole)
    pieces = detector.find(np.split(sound, range(10_007, sound.shape[1], 10_007), axis=1))
    assert spans(whole) == spans(pieces)


@pytest.mark.parametrize("channel", [1, 2, 3])
def test_a_voice_in_one_channel_is_found_there(detector, channel):
    sound = np.repeat(np.float32(0.3) * noise(), 3, axis=0) * np.float32([[1], [0.9], [1.1]])
    sound[channel - 1, RATE : 3 * RATE] += 0.3 * voice_at(0, seconds=2)[0]
    assert {(channel,)} == {one.channels for one in detector.find([sound]) if one.end > 1.5}


def test_a_voice_that_cancels_in_the_mean_is_found(detector):
    voice = voice_at(2, seconds=6)
    assert detector.find([np.concatenate([voice, -voice])])


def test_a_faint_voice_is_found(detector):
    assert detector.find([0.01 * voice_at(2, seconds=6)])


def test_a_whisper_is_found_by_what_it_would_be_with_a_pitch(network):
    sound = np.random.default_rng(1).standard_normal((1, 12 * RATE)).astype(np.float32) * 0.002
    sound[:, 5 * RATE : 8 * RATE] += murmur()
    assert SpeechDetector(network).find([sound])


@pytest.mark.parametrize("sound", [noise(), tone(), np.zeros((2, 5 * RATE), np.float32)])
def test_noise_a_horn_and_silence_are_no_speech(detector, sound):
    assert [] == detector.find([sound])


def test_no_sound_at_all(detector):
    assert [] == detector.find([])


@pytest.mark.parametrize("samples", [1, 400, 511, 512, 8000])
def test_very_short_sounds(detector, samples):
    assert [] == detector.find([np.zeros((1, samples), np.float32)])
