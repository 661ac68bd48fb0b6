from __future__ import annotations

import pytest

from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.detect.faces.second_model import plausible, threshold_at


def face(side, score):
    return Detection(Kind.FACE, Box(10, 10, 10 + side, 10 + 1.4 * side), score, "yunet")


@pytest.mark.parametrize(
    ("side", "score", "kept"),
    [
        (12, 0.16, True),
        (60, 0.16, True),
        (70, 0.16, False),
        (70, 0.41, True),
        (120, 0.41, False),
        (120, 0.66, True),
        (200, 0.66, False),
        (200, 0.81, True),
        (500, 0.95, True),
    ],
)
def test_what_is_large_needs_a_higher_score(side, score, kept):
    assert [face(side, score)][: int(kept)] == plausible([face(side, score)])


def test_full_size_needs_a_higher_score():
    assert threshold_at(320) == threshold_at(640) < threshold_at(641) == threshold_at(1280)
