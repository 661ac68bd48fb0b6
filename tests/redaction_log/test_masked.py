"""What is painted, in runs of frames of the release."""

from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.documents.plan_parts.spans import TrimSpan, VisibleSpan
from passerby.documents.redaction_log import DecidedBy, LogAction
from passerby.redaction_log.decisions import Decisions
from passerby.redaction_log.masked import masked
from passerby.redaction_log.release_times import ReleaseTimes
from tests.redaction_log.plans import TIMES, correction, plan, track


def entries(made, covered=()):
    times = ReleaseTimes.of(made, 0, TIMES, covered)
    return [*masked(made, 0, times, Decisions(made))]


def test_a_track_is_one_entry_with_time_and_area():
    (entry,) = entries(plan(track(start=15, end=45, reason="b(6)")))
    assert (LogAction.MASKED, 0.2, 0.5, Kind.FACE, 1) == (entry.action, entry.start, entry.end, entry.kind, entry.track)
    assert ((10, 10, 20, 20), "b(6)", DecidedBy.PROGRAM) == (entry.area, entry.reason, entry.decided_by)


def test_where_somebody_is_kept_visible_nothing_is_masked():
    kept = track(visible=(VisibleSpan(start=30, end=50),))
    found = entries(plan(track(), corrections=(correction("B", kept),)))
    assert [(0.0, 0.3), (0.6, 1.0)] == [(entry.start, entry.end) for entry in found]
    shown = track(visible=(VisibleSpan(start=0, end=90),))
    assert [] == entries(plan(track(), corrections=(correction("B", shown),)))


def test_a_cut_does_not_split_what_the_release_shows_in_one_go():
    (entry,) = entries(plan(track(), trim=(TrimSpan(start=0.3, end=0.6),)))
    assert (0.0, 0.7) == (entry.start, entry.end)


def test_a_region_is_blacked_out_and_a_track_outside_the_picture_is_not_listed():
    assert [LogAction.BLACKED_OUT] == [one.action for one in entries(plan(track(kind=Kind.REGION)))]
    assert [] == entries(plan(track(box=Box(-30, 0, -10, 10))))


def test_frames_that_were_covered_whole():
    (entry,) = entries(plan(), covered=[30, 40])
    assert (LogAction.COVERED, 0.3, 0.5, (0, 0, 64, 48)) == (entry.action, entry.start, entry.end, entry.area)
