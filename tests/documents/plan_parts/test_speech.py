"""From detected speech to ranges of audio, and what a person has left of them."""

import pytest

from passerby.config.settings import Audio, Settings, VoiceFill
from passerby.documents.plan_parts.spans import AudioSpan
from passerby.documents.plan_parts.speech import SpeechSpan, applied_ranges, detected_ranges, voices_left

DRAWN = AudioSpan(start=1, end=2, action="bleep", by="A")
FOUND = AudioSpan(start=5, end=6, action="mute", origin="x", score=0.5)


def speech(start, end, track=1, origin="x", score=0.5):
    return SpeechSpan(track=track, start=start, end=end, score=score, origin=origin)


def test_the_union_over_all_tracks_is_removed():
    spans = speech(5, 6, track=2, origin="b", score=0.9), speech(1, 2), speech(5.5, 7, origin="a"), speech(9, 10)
    found = detected_ranges(spans, VoiceFill.SILENCE)
    assert [(1, 2), (5, 7), (9, 10)] == [(span.start, span.end) for span in found]
    assert ("a+b", 0.9, "mute") == (found[1].origin, found[1].score, found[1].action)
    assert {"room-tone"} == {span.action for span in detected_ranges(spans, VoiceFill.ROOM_TONE)}


@pytest.mark.parametrize("audio", [Audio.KEEP, Audio.UNNATURAL_VOICE])
def test_detected_ranges_apply_only_while_voices_are_removed(audio):
    assert (DRAWN,) == applied_ranges((DRAWN, FOUND), Settings(audio=audio))
    assert (DRAWN, FOUND) == applied_ranges((DRAWN, FOUND), Settings(audio=Audio.REMOVE_VOICES))


def test_the_fill_is_that_of_the_settings_and_a_drawn_range_keeps_its_own():
    settings = Settings(audio=Audio.REMOVE_VOICES, voice_fill=VoiceFill.ROOM_TONE)
    assert ["bleep", "room-tone"] == [span.action for span in applied_ranges((DRAWN, FOUND), settings)]


@pytest.mark.parametrize(
    ("ranges", "left"),
    [
        ([], [(1, 4), (6, 8)]),
        ([(0, 9)], []),
        ([(1, 4), (6, 8)], []),
        ([(0, 2), (3, 7)], [(2, 3), (7, 8)]),
        ([(1.02, 3.98), (6, 8)], []),  # rounding
    ],
)
def test_what_no_range_removes_is_left(ranges, left):
    spans = [AudioSpan(start=start, end=end) for start, end in ranges]
    assert left == voices_left((speech(1, 4), speech(6, 8)), spans)
