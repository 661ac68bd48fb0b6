"""An ensemble that needs no models: tests say what it detects."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pytest

from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.verify import verify as verification
from passerby.verify.checks.independent_detectors import FACE, SECOND_FACE, Sighting

Detect = Callable[[np.ndarray], Iterable[Sighting]]


def face(box: Box, score: float = 0.9) -> Sighting:
    return Sighting(Kind.FACE, box, {FACE: score, SECOND_FACE: score})


def nothing(picture: np.ndarray) -> Iterable[Sighting]:
    return ()


class FakeEnsemble:
    """Detects with `whole` in whole images, and with `close_up` in single places. `passes` are those that were run."""

    weights = ()

    def __init__(self, whole: Detect = nothing, close_up: Detect = nothing) -> None:
        self._whole, self._close_up = whole, close_up
        self.passes: list[object] = []

    def run_known_answer_test(self) -> None: ...

    def detect(self, picture: np.ndarray, *passes: object) -> list[Sighting]:
        self.passes += passes
        return list(self._whole(picture))

    def detect_close_up(self, picture: np.ndarray, place: Box, kind: Kind) -> Sighting | None:
        return next(iter(self._close_up(picture)), None)


def use_ensemble(patch: pytest.MonkeyPatch, detect: Detect = nothing, close_up: Detect = nothing) -> None:
    """From here on `verify` detects with these."""
    patch.setattr(verification, "Ensemble", lambda *args: FakeEnsemble(detect, close_up))


def bright(box: Box) -> Detect:
    """Detects a face in a place as long as it is not painted over."""

    def detect(picture: np.ndarray) -> list[Sighting]:
        x1, y1, x2, y2 = (round(v) for v in box.expand(-0.1))
        return [face(box)] if picture[y1:y2, x1:x2].mean() > 60 else []

    return detect
