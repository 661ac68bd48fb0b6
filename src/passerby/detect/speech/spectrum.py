"""Sound as it is, without its steady noise, and with its murmurs made voices: three views in which speech is searched.

A network that was trained on voices misses whispering, which has no pitch, and voices under noise. So the noise that is
always there is taken out, and the spectral envelope of what remains is put on a train of pulses: a whisper then sounds
like somebody speaking, and a motor still does not.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

#: Shape (rows, samples) at RATE: one row for each channel, and one for their mean.
Rows = npt.NDArray[np.float32]

RATE = 16000
#: Samples of a window and from one to the next: twice as many as the step, so that the windows add up to one.
WINDOW, STEP = 512, 256
#: The noise at a time is the median of a band within this many seconds before and after.
FLOOR_S = 4
#: What is taken out is this often the median's power: less leaves flutter of the noise, more takes of the voice.
_OVERSUBTRACTION, _LEAST_GAIN = 2.0, 0.03
#: Pitch of the pulses in Hz, how far and how often it sways: a monotone is not taken for a voice.
_PULSE_HZ, _SWAY, _SWAY_HZ = 130.0, 0.1, 1.3
#: Coefficients of the cepstrum that are the envelope: finer detail is the pitch.
_CEPSTRUM = 30
_FRAMES_A_SECOND = round(RATE / STEP)
_SHAPE = np.sqrt(np.hanning(WINDOW + 1)[:-1]).astype(np.float32)


class Views(NamedTuple):
    """`cleaned` and `voiced`: rows as long as those given. `power` (rows, frames, bins) is that of the cleaned sound,
    and `floor` what was taken out, both by frame of STEP samples."""

    cleaned: Rows
    voiced: Rows
    power: npt.NDArray[np.float32]
    floor: npt.NDArray[np.float32]


def views(rows: Rows) -> Views:
    """The views of rows of sound of any length."""
    count = rows.shape[1]
    padded = np.pad(rows, ((0, 0), (STEP, WINDOW + STEP)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW, axis=1)[:, ::STEP]
    spectrum = np.fft.rfft(windows * _SHAPE)
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
    floor = _floor(power)
    gain = np.sqrt(np.maximum(1 - _OVERSUBTRACTION * floor / (power + 1e-12), _LEAST_GAIN))
    spectrum *= gain
    clean_power = power * gain**2
    cleaned = _overlap_add(np.fft.irfft(spectrum))[:, STEP : STEP + count]
    to_cepstrum, to_envelope = _smoothing()
    envelope = np.exp(0.5 * np.log(clean_power + 1e-10) @ to_cepstrum @ to_envelope)
    voiced = _overlap_add(np.fft.irfft(_pulses(padded.shape[1]) * envelope))[:, STEP : STEP + count]
    loudest = np.abs(voiced).max(axis=1, keepdims=True)
    voiced *= np.abs(cleaned).max(axis=1, keepdims=True) / np.maximum(loudest, 1e-9)
    return Views(cleaned, voiced, clean_power, floor)


def _floor(power: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The median of each band around each second: of the medians of seconds, close and much faster."""
    rows, frames, bins = power.shape
    seconds = -(-frames // _FRAMES_A_SECOND)
    medians = np.stack(
        [np.median(power[:, n * _FRAMES_A_SECOND : (n + 1) * _FRAMES_A_SECOND], axis=1) for n in range(seconds)], axis=1
    )
    smooth = np.stack(
        [np.median(medians[:, max(0, n - FLOOR_S) : n + FLOOR_S + 1], axis=1) for n in range(seconds)], axis=1
    )
    return np.repeat(smooth, _FRAMES_A_SECOND, axis=1)[:, :frames].astype(np.float32).reshape(rows, frames, bins)


def _overlap_add(windows: npt.NDArray[np.floating]) -> Rows:
    """Windows at every STEP as one sound."""
    windows = (windows * _SHAPE).astype(np.float32)
    rows, frames, _ = windows.shape
    out = np.zeros((rows, frames + 1, STEP), np.float32)
    out[:, :-1] += windows[..., :STEP]
    out[:, 1:] += windows[..., STEP:]
    return out.reshape(rows, -1)


@lru_cache(1)
def _smoothing() -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """(bins, coefficients) and (coefficients, bins): from a spectrum in logarithms to its cepstrum, and from as much of
    that as is the envelope back. So few coefficients are multiplied faster than transformed."""
    bins = WINDOW // 2 + 1
    to_cepstrum = np.fft.irfft(np.eye(bins))[:, :_CEPSTRUM]
    to_envelope = np.cos(2 * np.pi / WINDOW * np.outer(np.arange(_CEPSTRUM), np.arange(bins)))
    to_envelope[1:] *= 2  # both halves of the cepstrum
    return to_cepstrum.astype(np.float32), to_envelope.astype(np.float32)


@lru_cache(2)
def _pulses(count: int) -> npt.NDArray[np.complex64]:
    """The spectrum (frames, bins) of a train of pulses of so many samples."""
    times = np.arange(count) / RATE
    phase = np.cumsum(_PULSE_HZ * (1 + _SWAY * np.sin(2 * np.pi * _SWAY_HZ * times))) / RATE
    pulses = np.diff(np.floor(phase), prepend=0.0).astype(np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(pulses, WINDOW)[::STEP]
    spectrum = np.fft.rfft(windows * _SHAPE).astype(np.complex64)
    spectrum.setflags(write=False)
    return spectrum
