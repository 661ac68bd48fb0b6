"""Who decided what: not always the last one who touched it."""

import pytest

from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.documents.plan_parts.spans import AudioSpan, TrimSpan, VisibleSpan
from passerby.documents.redaction_log import DecidedBy
from passerby.redaction_log.decisions import Decisions
from tests.redaction_log.plans import correction, plan, track

SPAN = VisibleSpan(start=20, end=40)
KEPT = track(visible=(SPAN,))
ELSEWHERE = track(box=Box(30, 10, 40, 20))


def of_mask(*made, **changed):
    one = plan(track(), corrections=made, **changed)
    decision = Decisions(one).of_mask(0, one.tracks(0)[0])
    return decision.decided_by, decision.by, decision.reason


def test_what_the_program_detected_it_decided():
    assert (DecidedBy.PROGRAM, None, None) == of_mask()


def test_a_fixed_region_is_of_the_settings():
    region = track(kind=Kind.REGION)
    assert DecidedBy.SETTINGS is Decisions(plan(region)).of_mask(0, region).decided_by


def test_in_a_plan_edited_by_hand_it_is_not_known():
    assert (DecidedBy.UNKNOWN, None, None) == of_mask(analysis_sha256=None)


def test_who_keeps_somebody_visible_does_not_decide_to_hide_the_rest():
    made = correction("B", KEPT, reason="she agreed")
    assert (DecidedBy.PROGRAM, None, None) == of_mask(made)


def test_who_moves_a_box_decides_where_it_is():
    assert (DecidedBy.PERSON, "B", "b(6)") == of_mask(correction("B", ELSEWHERE, reason="b(6)"))


def test_an_undo_restores_what_the_program_decided():
    undone = correction("B", track(), reverts=1, group=2)
    assert (DecidedBy.PROGRAM, None, None) == of_mask(correction("B", ELSEWHERE, group=1), undone)


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        pytest.param(SPAN, ("B", "she agreed"), id="of the correction"),
        pytest.param(VisibleSpan(start=20, end=40, reason="in writing", by="D"), ("D", "in writing"), id="its own"),
    ],
)
def test_a_later_change_does_not_take_over_who_kept_somebody_visible(span, expected):
    first = correction("B", track(visible=(span,)), reason="she agreed")
    later = correction("C", track(visible=(span,), kind=Kind.PERSON))
    decision = Decisions(plan(track(), corrections=(first, later))).of_visible(0, 1, span)
    assert expected == (decision.by, decision.reason)


def test_a_removal_has_its_own_reason():
    made = correction("B", KEPT, reason="she agreed"), correction("C", None, reason="a statue")
    decision = Decisions(plan(track(), corrections=made)).of_removal(0, 1)
    assert ("C", "a statue") == (decision.by, decision.reason)


def test_muted_and_cut_ranges():
    mute, cut = AudioSpan(start=0, end=1), TrimSpan(start=0, end=1, reason="b(6)", by="D")
    sound = correction("B", action="audio", number=0, audio_before=(), audio_after=(mute,), reason="a name")
    again = correction("C", action="audio", number=0, audio_before=(mute,), audio_after=(mute,))
    decisions = Decisions(plan(track(), corrections=(sound, again), audio=(mute,), trim=(cut,)))
    assert ("B", "a name") == (decisions.of_audio(mute).by, decisions.of_audio(mute).reason)
    of_cut = decisions.of_trim(cut)
    assert ("D", "b(6)", None) == (of_cut.by, of_cut.reason, of_cut.created)
    nobody = decisions.of_audio(AudioSpan(start=3, end=4))
    assert (DecidedBy.UNKNOWN, None) == (nobody.decided_by, nobody.by)


def test_a_reason_of_detected_speech_is_that_of_who_gave_it():
    """Also where the run has another fill than the plan, and in plans that name nobody in the range itself."""
    found = AudioSpan(start=0, end=1, origin="silero-vad", score=0.9)
    other = AudioSpan(start=2, end=3, origin="silero-vad", score=0.9)
    given = found.model_copy(update={"reason": "b(6)"})
    sound = correction("B", action="audio", number=0, audio_before=(found, other), audio_after=(given, other))
    decisions = Decisions(plan(track(), corrections=(sound,), audio=(given, other)))
    for span in (given, given.model_copy(update={"action": "room-tone"})):
        decision = decisions.of_audio(span)
        assert (DecidedBy.PERSON, "B", "b(6)") == (decision.decided_by, decision.by, decision.reason)
        assert sound.created == decision.created
    signed = decisions.of_audio(given.model_copy(update={"by": "C"}))
    assert (DecidedBy.PERSON, "C", "b(6)") == (signed.decided_by, signed.by, signed.reason)
    assert (None, None) == (decisions.of_audio(other).by, decisions.of_audio(other).reason)
    assert DecidedBy.PERSON is not decisions.of_audio(other).decided_by
