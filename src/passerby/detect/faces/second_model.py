"""Faces by a second model, YuNet: it errs otherwise than the first, and costs a quarter of it.

It knows faces behind masks and hands, heads bent down and faces in the dark that CenterFace scores below 0.1, and takes
large smooth things for faces that CenterFace does not. In a run of all detectors the scores of both add up
(detect/fusion.py); by itself it looks for new faces between these runs (`Scope.quick`).
"""

from __future__ import annotations

from collections.abc import Iterable

from passerby.core.kinds import Detection

#: Lowest score at an input size of so many pixels and less, and above it. At full size what it detects with less is
#: mostly something else (annotated clips: two of five faces from 0.2 to 0.3, three of five at 640).
THRESHOLD, LARGE_INPUT, LARGE_INPUT_THRESHOLD = 0.15, 640, 0.25
#: The model was trained on faces of 10 to 300 pixels of its input, but what it detects with a low score is a face only
#: where it is small: (score, largest shorter side in input pixels below that score). Blurred backgrounds, car fronts
#: and walls are larger; a real face that is too large at one size is small enough at the next.
MAX_SIDES = ((0.4, 64.0), (0.65, 100.0), (0.8, 160.0))


def threshold_at(size: int) -> float:
    """The lowest score at an input size, px."""
    return THRESHOLD if size <= LARGE_INPUT else LARGE_INPUT_THRESHOLD


def plausible(detections: Iterable[Detection]) -> list[Detection]:
    """Those that are not too large for their score. Boxes are in pixels of the model's input."""
    return [d for d in detections if all(d.score >= score or d.box.shorter_side <= side for score, side in MAX_SIDES)]
