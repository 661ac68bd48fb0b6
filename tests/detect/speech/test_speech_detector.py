"""Where somebody speaks, in chunks of any size, in any channel."""

import numpy as np
import pytest

from passerby.detect.speech.known_answer_sound import noise, tone
from passerby.detect.speech.network import FRAME
from passerby.detect.speech.spectrum import RATE
from passerby.detect.speech.speech_detector import CHUNK_S, CONTEXT_S, SpeechDetector
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


def offset(sound):
    return sound + 0.4


def wind(sound):
    """Thirty times as loud as the voice, and all of it below 20 Hz."""
    times = np.arange(sound.shape[1]) / RATE
    return sound + 0.9 * np.sin(2 * np.pi * 7 * times + np.sin(2 * np.pi * 0.8 * times)).astype(np.float32)


def lowest_bits(sound):
    return np.round(sound * 0.005 * 32768) / 32768


def clipped(sound):
    return np.clip(1000 * sound, -0.9, 0.9)


@pytest.mark.parametrize("spoilt", [offset, wind, lowest_bits, clipped])
def test_a_voice_is_found_in_sound_that_is_badly_recorded(detector, spoilt):
    sound = spoilt(0.03 * voice_at(6, seconds=14)).astype(np.float32)
    found = detector.find([sound])
    assert found[0].start < 6.1
    assert any(one.start < 7 < one.end for one in found)
    assert sum(one.end - one.start for one in found) < 5


def test_a_voice_in_one_surround_channel_is_found_under_louder_ones(detector):
    sound = 0.3 * np.random.default_rng(2).standard_normal((6, 14 * RATE)).astype(np.float32)
    sound[4] = 0.1 * voice_at(6, seconds=14)[0]
    assert [(5,)] == [one.channels for one in detector.find([sound])]


@pytest.mark.parametrize("seconds", [1, 30, CHUNK_S + 20])
def test_before_its_beginning_and_after_its_end_a_sound_is_mirrored(network, seconds):
    """A network that hears sound begin out of nothing takes it for a voice."""
    given = list[np.ndarray]()

    class Listening:
        def scores_both_ways(self, rows):
            given.append(rows)
            return network.scores_both_ways(rows)

    sound = np.random.default_rng(4).uniform(-0.3, 0.3, (1, seconds * RATE)).astype(np.float32)
    SpeechDetector(Listening()).find([sound])
    context, near = round(CONTEXT_S * RATE / FRAME) * FRAME, RATE // 2
    first, last = given[0][0], given[-1][0]
    end = len(last) - context  # whole frames, the last of which is filled up by the mirrored end as well
    end -= -sound.shape[1] % FRAME
    for before, after in (
        (first[context - near : context], first[context : context + near]),
        (last[end - near : end], last[end : end + near]),
    ):
        assert np.abs(after).max() > 0.1
        np.testing.assert_allclose(before[::-1], after, atol=1e-4)
