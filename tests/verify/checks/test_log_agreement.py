"""A report that leaves something out, or makes something up, does not agree with the plan."""

import pytest

from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.documents.plan_parts.spans import AudioSpan, TrimSpan, VisibleSpan
from passerby.documents.redaction_log import LogAction
from passerby.documents.report import OutputSummary, QuickCheck, Report
from passerby.redaction_log.log import redaction_log
from passerby.redaction_log.release_times import ReleaseTimes
from passerby.redaction_log.sound import SoundFacts
from passerby.verify.checks.log_agreement import disagreements, is_comparable
from tests.redaction_log.plans import TIMES, correction, plan, track

KEPT = track(visible=(VisibleSpan(start=30, end=50, reason="she agreed", by="B"),))
PLAN = plan(track(), track(2, Box(40, 10, 50, 20)), corrections=(correction("B", KEPT),)).model_copy(
    update={"audio": (AudioSpan(start=0.1, end=0.3, by="B"),), "trim": (TrimSpan(start=0.6, end=0.7),)}
)


def made(of=PLAN, defaults=None):
    """(report, times of the frames of the release)."""
    times = ReleaseTimes.of(of, 0, TIMES)
    log = redaction_log(of, [times], SoundFacts(of.settings, 1, 1, times.end, times.end), 1.0, defaults)
    output = OutputSummary(name="a.mp4", sha256="0" * 64, size=1, codec="x", frames=9)
    report = Report(
        program="x", created="x", source=of.source, output=output, settings=of.settings, weights=(), plan_edited=True,
        analysis_sha256=of.analysis_sha256, corrections=len(of.corrections), hidden=(), redaction_log=log, dropped=(),
        default_reasons=defaults or {}, warnings=(), check=QuickCheck(ran=False),
    )  # fmt: skip
    return report, times.starts


def found(report, starts, of=PLAN, rounded=False):
    return [*disagreements(report, of, [starts], 0.9, True, rounded)]


def test_what_was_to_be_muted_after_the_end_of_the_sound_need_not_be_listed():
    late = PLAN.model_copy(update={"audio": (*PLAN.audio, AudioSpan(start=0.95, end=9))})
    report, starts = made()
    assert [] == found(report, starts, late)
    early = PLAN.model_copy(update={"audio": (*PLAN.audio, AudioSpan(start=0.5, end=9))})
    assert 1 == len(found(report, starts, early))


def test_an_honest_report_agrees():
    report, starts = made()
    assert {LogAction.MASKED, LogAction.SHOWN, LogAction.MUTED, LogAction.CUT} == {
        e.action for e in report.redaction_log
    }
    assert [] == found(report, starts)
    assert [] == found(report, starts, rounded=True)
    assert is_comparable(report, PLAN)


def test_a_default_reason_agrees_and_one_that_is_none_does_not():
    report, starts = made(defaults=dict.fromkeys(Kind, "b(6)"))
    assert {"b(6)"} == {e.reason for e in report.redaction_log if e.action is LogAction.MASKED}
    assert [] == found(report, starts)
    assert found(report.model_copy(update={"default_reasons": {}}), starts)


@pytest.mark.parametrize("place", range(6))
@pytest.mark.parametrize("rounded", [False, True])
def test_a_line_that_is_left_out_is_found(place, rounded):
    report, starts = made()
    log = report.redaction_log
    assert 6 == len(log)
    left = report.model_copy(update={"redaction_log": (*log[:place], *log[place + 1 :])})
    same = [
        other for other in left.redaction_log if (other.action, other.track) == (log[place].action, log[place].track)
    ]
    assert bool(found(left, starts, rounded=rounded)) is not (rounded and bool(same))


@pytest.mark.parametrize(
    "change",
    [{"reason": "another"}, {"by": "A. Clerk"}, {"start": 0.0}, {"track": 9}, {"action": LogAction.BLACKED_OUT}],
    ids=str,
)
def test_a_line_that_was_changed_is_found(change):
    report, starts = made()
    place = next(n for n, entry in enumerate(report.redaction_log) if entry.action is LogAction.SHOWN)
    log = list(report.redaction_log)
    log[place] = log[place].model_copy(update=change)
    lines = found(report.model_copy(update={"redaction_log": tuple(log)}), starts)
    assert ["does not list" in lines[0], "lists what" in lines[1]] == [True, True]


def test_a_plan_that_was_changed_since_is_not_compared():
    report, _ = made()
    assert not is_comparable(report, PLAN.model_copy(update={"corrections": ()}))
    by_hand = PLAN.videos[0].model_copy(update={"tracks": PLAN.videos[0].tracks[:1]})
    assert not is_comparable(report, PLAN.model_copy(update={"videos": (by_hand,)}))
