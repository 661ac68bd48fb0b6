"""What is withheld of the sound, and what is cut, in times of the release."""

import pytest

from passerby.config.settings import Audio, Settings
from passerby.documents.plan_parts.spans import AudioSpan, TrimSpan
from passerby.documents.redaction_log import DecidedBy, LogAction
from passerby.redaction_log.decisions import Decisions
from passerby.redaction_log.sound import SoundFacts, cuts, sound
from tests.redaction_log.plans import plan


def heard(spans=(), trim=(), end=10.0, audio=Audio.KEEP, source=1, written=1):
    made = plan().model_copy(update={"audio": tuple(spans), "trim": tuple(trim)})
    return [*sound(made, SoundFacts(Settings(audio=audio), source, written, end, end), Decisions(made))]


def times(entries):
    return [(entry.action, entry.start, entry.end) for entry in entries]


@pytest.mark.parametrize(
    ("audio", "source", "written", "expected"),
    [
        (Audio.REMOVE, 1, 0, [(LogAction.SOUND_REMOVED, DecidedBy.SETTINGS)]),
        (Audio.REMOVE, 0, 0, []),
        (Audio.KEEP, 1, 1, []),
        (Audio.KEEP, 2, 1, [(LogAction.SOUND_REMOVED, DecidedBy.PROGRAM)]),
        (Audio.UNNATURAL_VOICE, 1, 1, [(LogAction.VOICES_ALTERED, DecidedBy.SETTINGS)]),
    ],
)
def test_all_of_the_sound(audio, source, written, expected):
    found = heard(audio=audio, source=source, written=written)
    assert expected == [(entry.action, entry.decided_by) for entry in found]
    assert {(0, 10)} >= {(entry.start, entry.end) for entry in found}


def test_muted_and_bleeped_ranges_with_reason_and_author():
    mute, bleep = heard([AudioSpan(start=1, end=2, reason="a name", by="B"), AudioSpan(start=3, end=4, action="bleep")])
    assert [(LogAction.MUTED, 1, 2), (LogAction.BLEEPED, 3, 4)] == times([mute, bleep])
    assert ("a name", "B", DecidedBy.PERSON) == (mute.reason, mute.by, mute.decided_by)
    assert DecidedBy.UNKNOWN is bleep.decided_by


def test_detected_speech_that_a_person_gave_a_reason_has_both():
    found = AudioSpan(start=1, end=2, origin="silero-vad", score=0.9)
    reasoned = found.model_copy(update={"start": 3, "end": 4, "reason": "b(6)", "by": "B"})
    _, entry = heard([found, reasoned], audio=Audio.REMOVE_VOICES)
    assert (LogAction.MUTED, 3, 4, "silero-vad") == (entry.action, entry.start, entry.end, entry.detected)
    assert ("b(6)", "B", DecidedBy.PERSON) == (entry.reason, entry.by, entry.decided_by)


def test_where_ranges_overlap_the_last_one_is_heard():
    spans = AudioSpan(start=1, end=5), AudioSpan(start=2, end=3, action="bleep")
    expected = [(LogAction.MUTED, 1, 2), (LogAction.BLEEPED, 2, 3), (LogAction.MUTED, 3, 5)]
    assert expected == times(heard(spans))


def test_times_are_those_of_the_release_and_what_is_cut_is_not_muted():
    spans = AudioSpan(start=1, end=2), AudioSpan(start=3, end=6), AudioSpan(start=7, end=8), AudioSpan(start=9, end=99)
    cut = [TrimSpan(start=0.5, end=2.5), TrimSpan(start=4, end=5)]
    assert [(LogAction.MUTED, 1, 3), (LogAction.MUTED, 4, 5), (LogAction.MUTED, 6, 7)] == times(heard(spans, cut, 7.0))


def test_without_sound_nothing_is_muted():
    found = heard([AudioSpan(start=1, end=2)], audio=Audio.REMOVE, written=0)
    assert [LogAction.SOUND_REMOVED] == [entry.action for entry in found]


def test_a_cut_lies_where_it_is_missing():
    spans = TrimSpan(start=1, end=2, reason="b(6)", by="B"), TrimSpan(start=1.5, end=3), TrimSpan(start=9, end=99)
    made = plan().model_copy(update={"trim": spans})
    found = [*cuts(made, 10.0, Decisions(made))]
    assert [(1, 1, 1.0), (1, 1, 1.0), (7, 7, 1.0)] == [(entry.start, entry.end, entry.removed) for entry in found]
    assert ("b(6)", "B") == (found[0].reason, found[0].by)


def test_what_lies_after_the_end_or_has_no_length_is_not_cut():
    made = plan().model_copy(update={"trim": (TrimSpan(start=11, end=12), TrimSpan(start=5, end=5))})
    assert [] == [*cuts(made, 10.0, Decisions(made))]
