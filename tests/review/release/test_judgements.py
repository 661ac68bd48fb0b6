"""What a person judged counts when it was looked at, and for the very file."""

import pytest

from passerby.documents.verification_report import Check, Finding, FindingAnswer
from passerby.review.errors import ReviewError
from passerby.review.notes import Judgement, ReviewNotes
from passerby.review.release.judgements import MIN_SHOWN_S, ShownFrames, answers_for, bound_of, finding_key
from tests.review.release.test_export_job import sample
from tests.verify.factories import SHA, example_report

ANSWER = FindingAnswer(by="B", created="2026-03-01T10:30:00+00:00", reason="a poster")


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def answered(frames, number):
    try:
        frames.require_seen(number)
    except ReviewError:
        return False
    return True


def test_an_answer_counts_once_the_frame_was_shown_for_a_moment(clock):
    frames = ShownFrames(clock)
    with pytest.raises(ReviewError, match="frame not seen"):
        frames.require_seen(1)  # never shown
    frames.show(1)
    assert not answered(frames, 1)
    clock.now += MIN_SHOWN_S + 0.1
    assert answered(frames, 1)
    assert not answered(frames, 2)


def test_frames_that_are_all_fetched_at_once_cannot_all_be_answered_at_once(clock):
    frames = ShownFrames(clock)
    for number in range(60):
        frames.show(number)
    clock.now += 10
    assert [True, *[False] * 59] == [answered(frames, number) for number in range(60)]
    clock.now += MIN_SHOWN_S + 0.1
    assert answered(frames, 1)


def test_frames_of_an_earlier_draw_are_forgotten(clock):
    frames = ShownFrames(clock)
    frames.show(1)
    frames.clear()
    clock.now += 10
    assert not answered(frames, 1)


def test_a_bound_needs_every_frame():
    assert bound_of(sample(1, 2, judged=(1,))) is None


def test_all_who_judged_are_named(monkeypatch):
    drawn = sample(1, 2)
    judged = {
        n: Judgement(leak=False, reviewer=who, time=f"2027-01-0{n}T00:00:00+00:00") for n, who in ((1, "B"), (2, "A"))
    }
    frames = ",".join(f'{{"number": {n}, "video": 0, "frame": {n}, "time": 0.1}}' for n in (1, 2))
    verify_sample = f'{{"sha256": "{SHA}", "population": 9, "frames": [{frames}]}}'
    bound = bound_of(drawn.model_copy(update={"judgements": judged, "verify_sample": verify_sample}))
    assert ("A, B", "2027-01-02T00:00:00+00:00", ()) == (bound.reviewer, bound.reviewed_on, bound.positives)


def test_answers_are_known_again_for_the_same_file_only():
    report = example_report()
    (finding,) = report.findings
    notes = ReviewNotes(answers={finding_key(finding): ANSWER}, answers_sha256=SHA)
    assert {1: ANSWER} == answers_for(notes, report)
    assert {} == answers_for(notes, example_report("cd" * 32))
    moved = finding.model_copy(update={"time": 13.0})
    assert {} == answers_for(notes, example_report(findings=(moved,)))


def test_a_finding_without_a_place_has_a_key_too():
    assert "container|a tag|0|None|" == finding_key(Finding(number=1, check=Check.CONTAINER, description="a tag"))
