"""From the scores of the network to frames in which somebody speaks: how high, for how long, and how loud it is there.

One threshold for all misses voices: a score that stays a little below it for half a second is a voice as much as a high
one of a tenth, and what stands out from its surroundings but is no voice to the network is so less often than noise.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from passerby.detect.speech.network import FRAME, FRAME_S, Scores
from passerby.detect.speech.spectrum import RATE, STEP, WINDOW

#: Where sound is this much louder than the noise around it (dB, in the band of voices in Hz), half the score suffices:
#: a whisper may get no more. With benchmarks/sound.py, seeds 11 to 14: at 20 dB 0.08 % of the speech is left in place
#: of 0.36 %, and 0.06 % more of the other sound is muted.
STANDS_OUT_DB, STANDS_OUT_SCORE = 8.0, 0.5
_BAND_HZ = (300, 4000)
#: Frames over which the loudness is smoothed: a syllable, not a click.
_SYLLABLE = 5
#: Over this time (seconds) a mean of this share of the threshold suffices. In the same mixtures: at 0 dB 1.5 % of the
#: speech is left in place of 1.8 %.
LASTING_S, LASTING_SCORE = 0.5, 0.65

Flags = npt.NDArray[np.bool_]


def speech_frames(
    scores: Scores, min_scores: npt.NDArray[np.float32], stands_out: Flags, min_run: int
) -> npt.NDArray[np.bool_]:
    """The frames of one row of sound in which somebody speaks. `scores` (views, frames) and the least of each view
    (views,); `stands_out` as of the function of this name; `min_run` frames in a row must reach the score."""
    evidence = scores / min_scores[:, None]
    least = np.where(stands_out, STANDS_OUT_SCORE, 1.0)
    high = runs_of(evidence >= least, min_run).any(axis=0)
    lasting = [_smooth(np.minimum(view, 1.0), round(LASTING_S / FRAME_S)) >= LASTING_SCORE for view in evidence]
    return np.asarray(high | np.any(lasting, axis=0))


def stands_out(power: npt.NDArray[np.float32], floor: npt.NDArray[np.float32], frames: int) -> Flags:
    """The frames of one row that are louder than what is always there; `power` and `floor` as in Views."""
    low, high = (round(hz * WINDOW / RATE) for hz in _BAND_HZ)
    voices, noise = (by_frame(levels[:, low:high].sum(axis=1), frames).sum(axis=1) for levels in (power, floor))
    ratio = 10 * np.log10((voices + 1e-9) / (noise + 1e-9))
    return np.asarray(_smooth(ratio, _SYLLABLE) > STANDS_OUT_DB)


def by_frame(steps: npt.NDArray[np.generic], frames: int) -> npt.NDArray[np.generic]:
    """Values of each STEP of a view, as those of each frame of the network: (frames, steps of a frame). The first step
    lies before the sound."""
    ratio = FRAME // STEP
    inside = steps[1 : 1 + frames * ratio]
    return np.pad(inside, (0, frames * ratio - len(inside))).reshape(frames, ratio)


def runs_of(flags: Flags, least: int) -> Flags:
    """Only runs of at least so many frames, by row."""
    kept = np.zeros_like(flags)
    padded = np.pad(flags, ((0, 0), (0, least - 1)))
    full = np.ones_like(flags)
    for shift in range(least):
        full &= padded[:, shift : shift + flags.shape[1]]
    for shift in range(least):
        kept[:, shift:] |= full[:, : flags.shape[1] - shift]
    return kept


def _smooth(values: npt.NDArray[np.floating], frames: int) -> npt.NDArray[np.floating]:
    """The mean of so many frames around each, those outside counted as 0; the number is made odd."""
    frames |= 1
    padded = np.pad(values, (frames // 2 + 1, frames // 2))
    sums = np.cumsum(padded, dtype=np.float64)
    return np.asarray((sums[frames:] - sums[:-frames]) / frames)
