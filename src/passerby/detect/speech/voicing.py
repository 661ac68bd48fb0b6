"""The second detector of speech, which is no network: voiced syllables, told from the tones of things.

A voiced syllable has a pitch between that of a low man and of a small child, which glides; it lasts a fraction of a
second, and others follow. A note is held, a motor runs on, a horn and a bell do not glide, a shot has no pitch.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from passerby.detect.speech.spectrum import RATE, STEP, WINDOW

#: Pitch of voices, Hz: bass to child.
MIN_PITCH_HZ, MAX_PITCH_HZ = 70, 480
#: Least normalised autocorrelation at the pitch (1 is a perfect tone).
MIN_HARMONICITY = 0.45
#: A tone above that pitch repeats after one period and after several. Where it is this share as much alike after one as
#: after as many as a voice would need, it is such a tone: a siren, a whistle, a bird.
_TONE_HZ, _TONE = 2000, 0.9
#: Least power above the noise that is always there (ratio): what is fainter is the noise itself.
MIN_POWER_RATIO = 0.5
#: Most that the pitch of one syllable changes from frame to frame, as a ratio.
MAX_STEP = 1.12
#: A syllable's frames of STEP samples: 64 ms to 0.9 s.
MIN_FRAMES, MAX_FRAMES = 4, 56
#: Least and most glide of a syllable: spread of its pitch, as the standard deviation of its logarithm.
MIN_GLIDE, MAX_GLIDE = 0.004, 0.2
#: Syllables of which none is further than this from the next are speech; so many, at least.
MAX_PAUSE_S, MIN_SYLLABLES = 0.45, 2

_FRAME_S = STEP / RATE
_SHAPE = np.hanning(WINDOW + 1)[:-1]


def voiced_syllables(power: npt.NDArray[np.float32], floor: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    """The frames of one row in which somebody speaks; `power` and `floor` (frames, bins) as in Views."""
    pitch = _pitch(power, floor)
    runs = [run for run in _runs(pitch) if MIN_FRAMES <= run[1] - run[0] <= MAX_FRAMES and _glides(pitch, *run)]
    flags = np.zeros(len(pitch), np.bool_)
    group: list[tuple[int, int]] = []
    for run in [*runs, (len(pitch) * 2 + 1000, 0)]:
        if group and (run[0] - group[-1][1]) * _FRAME_S > MAX_PAUSE_S:
            if len(group) >= MIN_SYLLABLES:
                flags[group[0][0] : group[-1][1]] = True
            group = []
        group.append(run)
    return flags


def _pitch(power: npt.NDArray[np.float32], floor: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The pitch of each frame in Hz, 0 where there is none."""
    correlation = np.fft.irfft(power)
    # The window's own autocorrelation, which falls with the lag, is divided out.
    window = np.fft.irfft(np.abs(np.fft.rfft(_SHAPE**0.5)) ** 2)
    short, low, high = RATE // _TONE_HZ, RATE // MAX_PITCH_HZ, min(RATE // MIN_PITCH_HZ, WINDOW // 2 - 1)
    alike = correlation[:, short:high] / (correlation[:, :1] + 1e-9) / (window[short:high] / window[0])
    lags = alike[:, low - short :]
    best = lags.argmax(axis=1)
    strength = lags[np.arange(len(lags)), best]
    inside = (best > 0) & (best < high - low - 1)  # at the ends it is only the slope of something else
    loud = power.sum(axis=1) > MIN_POWER_RATIO * floor.sum(axis=1)
    tone = alike[:, : low - short].max(axis=1) >= _TONE * strength
    return np.where(inside & loud & ~tone & (strength >= MIN_HARMONICITY), RATE / (best + low), 0).astype(np.float32)


def _runs(pitch: npt.NDArray[np.float32]) -> list[tuple[int, int]]:
    """(first, after the last) frame of each stretch whose pitch does not jump."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = pitch[1:] / pitch[:-1]
    joined = (pitch[1:] > 0) & (pitch[:-1] > 0) & (ratio < MAX_STEP) & (ratio > 1 / MAX_STEP)
    edges = np.diff(np.concatenate([[False], joined, [False]]).astype(np.int8))
    return list(zip((np.flatnonzero(edges == 1)).tolist(), (np.flatnonzero(edges == -1) + 1).tolist(), strict=True))


def _glides(pitch: npt.NDArray[np.float32], start: int, end: int) -> bool:
    return bool(MIN_GLIDE <= np.log(pitch[start:end]).std() <= MAX_GLIDE)
