"""What is shown on purpose. Plans made up at random are in tests/integration/test_plan_fuzz.py."""

import pytest

from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.documents.kept import KeptSpan
from passerby.documents.plan import Keyframe
from passerby.documents.plan_parts.spans import TrimSpan, VisibleSpan
from passerby.documents.redaction_log import DecidedBy
from passerby.redaction_log.decisions import Decisions
from passerby.redaction_log.release_times import ReleaseTimes
from passerby.redaction_log.shown import kept, shown, subjects
from tests.redaction_log.plans import TIMES, correction, plan, track

SPANS = (VisibleSpan(start=20, end=40, reason="she agreed", by="B"), VisibleSpan(start=50, end=60, reason="b", by="C"))


def entries(made, covered=()):
    return [*shown(made, 0, ReleaseTimes.of(made, 0, TIMES, covered), Decisions(made))]


def test_each_reason_has_a_line_of_its_own():
    made = plan(track(), corrections=(correction("B", track(visible=SPANS)), correction("D", track(visible=SPANS))))
    found = [(entry.start, entry.end, entry.by, entry.reason) for entry in entries(made)]
    assert [(0.2, 0.5, "B", "she agreed"), (0.5, 0.7, "C", "b")] == found
    assert {(10, 10, 20, 20)} == {entry.area for entry in entries(made)}


def test_what_is_covered_whole_is_not_shown():
    made = plan(track(), corrections=(correction("B", track(visible=SPANS[:1])),))
    assert [(0.2, 0.3)] == [(entry.start, entry.end) for entry in entries(made, covered=[30, 40])]


@pytest.mark.parametrize(
    ("other", "share"),
    [(Box(10, 10, 20, 20), None), (Box(10, 10, 15, 20), 0.5), (Box(40, 10, 50, 20), 1.0)],
)
def test_what_another_mask_hides_is_not_shown(other, share):
    made = plan(track(), track(2, other), corrections=(correction("B", None),))
    assert ([] if share is None else [share]) == [pytest.approx(entry.share, abs=0.1) for entry in entries(made)]


def moving(**changed):
    keys = tuple(
        Keyframe(time=time, box=Box(left, 10, left + 10, 20), score=0.9, origin="x")
        for time, left in ((0, 0), (44, 20), (90, 40))
    )
    return track(**changed).model_copy(update={"keyframes": keys})


@pytest.mark.parametrize("visible", [True, False])
def test_where_it_is_shown_is_said_so_that_it_can_be_told_from_others(visible):
    changed = moving(visible=(VisibleSpan(start=0, end=90),)) if visible else None
    (entry,) = entries(plan(moving(), corrections=(correction("B", changed),)))
    assert [0.0, 0.5, 0.9] == [second for second, *_ in entry.path]  # the frame at 0.44 s, and both ends
    assert (0, 10, 10, 20) == entry.path[0][1:]
    assert (40, 10, 50, 20) == entry.path[-1][1:]


def test_what_is_cut_out_leaves_no_straight_line_over_it():
    made = plan(moving(), corrections=(correction("B", moving(visible=(VisibleSpan(start=0, end=90),))),))
    made = made.model_copy(update={"trim": (TrimSpan(start=0.2, end=0.6),)})
    (entry,) = entries(made)
    assert [0.0, 0.1, 0.2, 0.5] == [second for second, *_ in entry.path]


def test_what_nobody_decided_to_show_has_no_path():
    for changed in (track(box=Box(40, 10, 50, 20)), track(end=20)):
        assert {()} == {entry.path for entry in entries(plan(track(), corrections=(correction("B", changed),)))}


def test_a_drawn_track_that_is_removed_again_was_never_to_be_hidden():
    drawn = correction("B", track(2), 2, action="add")
    assert [] == subjects(plan(track(), corrections=(drawn, correction("B", None, 2))), 0)


def test_what_lies_in_a_region_that_is_kept():
    made = plan()
    span = KeptSpan(kind=Kind.PLATE, region=2, start=20, end=30)
    made = made.model_copy(update={"videos": (made.videos[0].model_copy(update={"kept": (span,)}),)})
    (entry,) = kept(made, 0, ReleaseTimes.of(made, 0, TIMES))
    assert (0.2, 0.4, Kind.PLATE, DecidedBy.SETTINGS) == (entry.start, entry.end, entry.kind, entry.decided_by)
    assert "region 2" in entry.reason
