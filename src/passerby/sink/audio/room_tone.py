"""Noise like that of the surroundings, in place of voices: made from the level of each band where nothing is removed.

It follows the last seconds before, never what it hides: the sound within a range is not looked at.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]

#: Samples of a window; windows overlap by half.
_WINDOW = 2048
_STEP = _WINDOW // 2
#: Windows over which the level of a band is remembered: about three seconds at 48 kHz.
_MEMORY = 140
_SHAPE = np.sqrt(np.hanning(_WINDOW + 1)[:-1])
#: Frequencies are averaged over so many neighbours, so that no tone of a voice that was not found can be heard again.
_SMOOTH = 24


class RoomTone:
    """Made of one track's sound as it passes: `hear` what stays, `make` what takes the place of the rest."""

    def __init__(self, channels: int) -> None:
        self._random = np.random.default_rng(0)  # the same file gives the same release
        self._power: npt.NDArray[np.float64] | None = None
        self._waiting = np.zeros((channels, 0), np.float32)
        self._tail = np.zeros((channels, _STEP))
        self._ready = np.zeros((channels, 0))

    def hear(self, samples: Samples) -> None:
        """Sound that is kept."""
        self._tail[:] = 0  # a range begins anew
        self._ready = self._ready[:, :0]
        sound = np.concatenate([self._waiting, samples], axis=1)
        at = 0
        while at + _WINDOW <= sound.shape[1]:
            spectrum = np.fft.rfft(sound[:, at : at + _WINDOW] * _SHAPE)
            power = np.abs(spectrum) ** 2
            if self._power is None:
                self._power = power
            else:
                # What rises for a moment, such as a horn, counts for little: the quiet between is the surroundings.
                self._power += (np.minimum(power, 4 * self._power + 1e-9) - self._power) / _MEMORY
            at += _STEP
        self._waiting = sound[:, at:]

    def make(self, count: int) -> Samples:
        """So many samples of noise; silence where nothing was heard yet."""
        self._waiting = self._waiting[:, :0]
        channels = len(self._tail)
        if self._power is None:
            return np.zeros((channels, count), np.float32)
        # Twice the power, since the noise is windowed once more than the sound that was measured.
        amplitude = np.sqrt(2 * _smoothed(self._power))
        parts, size = [self._ready], self._ready.shape[1]
        while size < count:
            phase = np.exp(2j * np.pi * self._random.random(amplitude.shape))
            window = np.fft.irfft(amplitude * phase) * _SHAPE
            parts.append(self._tail + window[:, :_STEP])
            self._tail = window[:, _STEP:]
            size += _STEP
        made = np.concatenate(parts, axis=1)
        self._ready = made[:, count:]
        return made[:, :count].astype(np.float32)


def _smoothed(power: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Over neighbouring frequencies, in dB: a dark sound would else be filled with a brighter one."""
    kernel = np.hanning(_SMOOTH + 3)[1:-1]
    padded = np.pad(np.log(power + 1e-20), ((0, 0), (_SMOOTH // 2, _SMOOTH // 2)), mode="edge")
    level = np.exp(np.stack([np.convolve(row, kernel / kernel.sum(), "valid") for row in padded]))
    # A mean of logarithms is below the mean; by how much, most frequencies say.
    bias = np.mean(np.sort(power / (level + 1e-20), axis=1)[:, : level.shape[1] * 99 // 100], axis=1, keepdims=True)
    return np.asarray(level * bias, np.float64)
