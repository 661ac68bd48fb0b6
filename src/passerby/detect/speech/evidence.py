"""From the scores of the network to frames in which somebody speaks: how high, for how long, and how loud it is there.

One threshold for all misses voices: a score that stays a little below it for half a second is a voice as much as a high
one of a tenth, and what stands out from its surroundings but is no voice to the network is so less often than noise.
"""

from __future__ import annotations

from dataclasses import dataclass

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

#: Least score of the network: of the sound as it is, without its noise, and with its murmurs made voices. Low, since
#: what is left cannot be taken back (benchmarks/sound.py).
MIN_SCORES = (0.2, 0.2, 0.35)
#: Frames around syllables of which one must support them, where they need that.
_SUPPORT_FRAMES = 6

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Criteria:
    """What counts as speech. `min_scores` of each view, of which so many frames in a row must be reached (`min_runs`:
    fewer are clicks); whether less suffices where it stands out or lasts (`eased`); the share of MIN_SCORES that the
    network must give to syllables of the second detector for them to count (`support`); seconds before and after, that
    are part of what was found, since first and last consonants have little sound (`room_s`); and seconds between two
    that make them one (`join_s`)."""

    min_scores: tuple[float, ...] = MIN_SCORES
    min_runs: tuple[int, ...] = (3, 3, 3)
    eased: bool = True
    support: float = 0.0
    room_s: float = 0.18
    join_s: float = 0.36


def speech_frames(scores: Scores, stands_out: Flags, criteria: Criteria) -> Flags:
    """The frames of one row of sound in which somebody speaks, by its `scores` (views, frames); `stands_out` as of the
    function of this name."""
    evidence = scores / np.array(criteria.min_scores, np.float32)[:, None]
    least = np.where(stands_out, STANDS_OUT_SCORE, 1.0) if criteria.eased else 1.0
    flags = np.zeros(scores.shape[1], np.bool_)
    for view, min_run in zip(evidence, criteria.min_runs, strict=True):
        flags |= runs_of((view >= least)[None], min_run)[0]
        if criteria.eased:
            flags |= _smooth(np.minimum(view, 1.0), round(LASTING_S / FRAME_S)) >= LASTING_SCORE
    return flags


def supported(syllables: Flags, scores: Scores, criteria: Criteria) -> Flags:
    """Those runs of the second detector's frames for which the network has some score as well."""
    evidence = (scores / np.array(MIN_SCORES, np.float32)[:, None]).max(axis=0) >= criteria.support
    kept = np.zeros_like(syllables)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], syllables, [False]]).astype(np.int8))).reshape(-1, 2)
    for first, after in edges.tolist():
        kept[first:after] = evidence[max(0, first - _SUPPORT_FRAMES) : after + _SUPPORT_FRAMES].any()
    return kept


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
