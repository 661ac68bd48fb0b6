from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.documents.plan import Plan
from passerby.review.errors import ReviewError
from passerby.review.regression_cases import MAX_FRAMES, regression_case
from tests.plans import still_track

BOX = Box(1, 2, 30, 40)


def case_of(paths, track, times):
    return regression_case(
        Plan.load(paths.plan),
        paths.source,
        track,
        times,
        Fraction(1, 100),
        folder=paths.source.parent / "cases",
        created="2027-01-01T00:00:00+00:00",
        note="",
    )


def test_a_case_has_boxes_and_a_reference(paths):
    case = case_of(paths, still_track(3, BOX, 20, 50, Kind.FACE), range(0, 100, 10))
    assert [(2, 0.2), (3, 0.3), (4, 0.4), (5, 0.5)] == [(frame.index, frame.time) for frame in case.frames]
    assert {(1, 2, 30, 40)} == {box.box for frame in case.frames for box in frame.boxes}
    assert (str(Path("..") / "yard.mp4"), None) == (case.source.path, case.note)


def test_a_long_track_is_represented_by_some_of_its_frames(paths):
    times = range(0, 100_000, 10)
    case = case_of(paths, still_track(3, BOX, 0, 99_990, Kind.PLATE), times)
    indices = [frame.index for frame in case.frames]
    assert len(indices) <= MAX_FRAMES
    assert {50} == {b - a for a, b in pairwise(indices)}


def test_only_faces_and_plates_are_scored(paths):
    with pytest.raises(ReviewError, match="regression case kind"):
        case_of(paths, still_track(3, BOX, 0, 50, Kind.SCREEN), range(0, 100, 10))
