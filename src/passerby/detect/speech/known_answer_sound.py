"""The known-answer test for sound: vowels of a made voice must be found, and noise and a tone must not."""

from __future__ import annotations

import numpy as np

from passerby.core.errors import DetectorError
from passerby.detect.speech.network import SpeechNetwork
from passerby.detect.speech.spectrum import RATE, Rows

#: Length of each sound, seconds.
SOUND_S = 4
#: Formants of a, i, u and e (Hz) of a man's voice, as in every textbook of phonetics.
_VOWELS = ((730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480))
#: Share of the frames that must be found in the voice; in noise and tone, that may be.
MIN_FOUND, MAX_FOUND = 0.3, 0.05


def check_speech(network: SpeechNetwork, min_score: float) -> None:
    """Raises DetectorError when a made voice is not found, or noise or a tone is taken for one."""
    voice, *others = network.scores(np.concatenate([made_voice(), noise(), tone()]))
    problem = None
    if (voice >= min_score).mean() < MIN_FOUND:
        problem = "does not detect the speech in a sound that is known to hold some"
    elif any((other >= min_score).mean() > MAX_FOUND for other in others):
        problem = "detects speech in a sound that is known to hold none"
    if problem:
        raise DetectorError(
            f"The model {network.id} {problem}, so its results cannot be trusted. "
            f"Try: passerby models fetch {network.id}; then: passerby models check {network.id}"
        )


def made_voice() -> Rows:
    """Syllables of vowels on a gliding pitch: pulses through resonances, as a throat makes them. Shape (1, samples)."""
    count = SOUND_S * RATE
    times = np.arange(count) / RATE
    pitch = 120 * (1 + 0.12 * np.sin(2 * np.pi * 0.7 * times))
    pulses = np.diff(np.floor(np.cumsum(pitch) / RATE), prepend=0.0)
    spectrum, bins = np.fft.rfft(pulses), np.fft.rfftfreq(count, 1 / RATE)
    sounds = []
    for formants in _VOWELS:
        gain = np.ones_like(bins, dtype=np.complex128)
        for formant in formants:
            gain *= 1 / (1 - (bins / formant) ** 2 + 0.12j * bins / formant)
        sounds.append(np.fft.irfft(spectrum * gain / (1 + (bins / 500) ** 2) ** 0.5, count))
    # Four syllables a second, one vowel after the other, with a breath now and then.
    number = np.floor(times * 4).astype(int)
    voice = np.choose(number % len(_VOWELS), sounds) * np.sin(np.pi * (times * 4 % 1)) ** 0.7 * (number % 7 < 6)
    return np.asarray(0.3 * voice / np.abs(voice).max(), np.float32)[None]


def noise() -> Rows:
    """White noise, always the same."""
    return np.asarray(0.05 * np.random.default_rng(0).standard_normal((1, SOUND_S * RATE)), np.float32)


def tone() -> Rows:
    """A horn: two notes with their partials."""
    times = np.arange(SOUND_S * RATE) / RATE
    notes = sum(np.sin(2 * np.pi * note * k * times) / k for note in (420, 510) for k in range(1, 6))
    return np.asarray(0.08 * notes, np.float32)[None]
