import pytest

from passerby.bench.aggregate import ScoredBox, Scores, summarise
from passerby.bench.annotations import GroundTruthBox
from passerby.bench.collateral import CollateralSums
from passerby.bench.residual_detail import ALL_VISIBLE, ResidualDetail

HIDDEN = ResidualDetail(0.0, 0.0)
PARTLY = ResidualDetail(0.1, 0.9)


def scored(detail, index=0, side=50.0, track=None, kind="face", name="a.mp4"):
    corners = ((0.0, 0.0), (side, 0.0), (side, side), (0.0, side))
    box = GroundTruthBox(kind, (0.0, 0.0, side, side), corners, track=track)
    return ScoredBox(name, index, index / 10, 0.1, box, detail)


def test_metrics_are_by_kind_and_by_size_class():
    boxes = [scored(HIDDEN), scored(ALL_VISIBLE, side=15.0), scored(HIDDEN, kind="plate")]
    report = summarise(Scores(boxes), 1, "passerby", None)
    face = report.kinds["face"]
    assert (2, 0.5, 0.5) == (face.boxes, face.leaks, face.retained)
    assert {"12-20": 1.0, "40-96": 0.0} == {size: metrics.leaks for size, metrics in face.sizes.items()}
    assert (1, 0.0, None) == (report.kinds["plate"].boxes, report.kinds["plate"].leaks, report.kinds["plate"].tracks)


def test_one_leaking_frame_makes_a_leaking_track_and_a_flicker():
    details = [HIDDEN, ALL_VISIBLE, HIDDEN, HIDDEN]
    boxes = [scored(detail, index, track="1") for index, detail in enumerate(details)]
    face = summarise(Scores([*boxes, scored(HIDDEN, track="2")]), 1, "passerby", None).kinds["face"]
    assert (2, 0.5) == (face.tracks, face.track_leaks)
    assert pytest.approx(1 / (5 * 0.1 / 60), abs=0.01) == face.flicker


def test_the_worst_leaks_come_first_by_what_is_visible_anywhere():
    boxes = [scored(PARTLY, 1), scored(ALL_VISIBLE, 2), scored(HIDDEN, 3)]
    worst = summarise(Scores(boxes), 1, "passerby", None, worst=5).worst
    assert [(2, 1.0), (1, 0.9)] == [(leak.frame, leak.visible_detail) for leak in worst]


def test_scores_of_files_add_up():
    total = Scores([scored(HIDDEN)], CollateralSums(1, 10, 2.0, 5), ["a"])
    total.add(Scores([scored(ALL_VISIBLE)], CollateralSums(3, 10, 0.0, 5), ["b"]))
    report = summarise(total, 2, "passerby", "fast")
    assert (2, 0.2, ("a", "b"), "fast") == (report.files, report.collateral, report.problems, report.profile)
    assert 0.5 == report.kinds["face"].leaks
