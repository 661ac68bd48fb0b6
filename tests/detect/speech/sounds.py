"""Sounds for tests, with somebody speaking in known places. All are (channels, samples) at 16 kHz."""

import numpy as np

from passerby.detect.speech.known_answer_sound import made_voice
from passerby.detect.speech.spectrum import RATE


def voice_at(*starts, seconds, level=1.0):
    """Two seconds of a made voice at each start, and faint noise all the time."""
    sound = np.random.default_rng(1).standard_normal((1, round(seconds * RATE))).astype(np.float32) * 0.002
    voice = made_voice()[:, : 2 * RATE] * level
    for start in starts:
        at = round(start * RATE)
        sound[:, at : at + voice.shape[1]] += voice
    return sound


def murmur(seconds=3):
    """Whispering: the made voice's envelope on noise in place of a pitch."""
    voice = made_voice()[0, : seconds * RATE]
    size, hop = 512, 256
    out = np.zeros_like(voice)
    window = np.sqrt(np.hanning(size + 1)[:-1])
    noise = np.random.default_rng(2).standard_normal(len(voice))
    for at in range(0, len(voice) - size, hop):
        part = slice(at, at + size)
        cepstrum = np.fft.irfft(np.log(np.abs(np.fft.rfft(voice[part] * window)) + 1e-5))
        cepstrum[30:-30] = 0
        envelope = np.exp(np.fft.rfft(cepstrum).real)
        out[part] += (window * np.fft.irfft(np.fft.rfft(noise[part] * window) * envelope)).astype(np.float32)
    return (0.3 * out / np.abs(out).max())[None].astype(np.float32)
