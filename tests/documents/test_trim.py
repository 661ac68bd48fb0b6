from fractions import Fraction

import pytest

from passerby.documents.plan_parts.spans import AudioSpan, TrimSpan
from passerby.documents.trim import Trims

TENTH = Fraction(1, 10)
#: 1 to 2 s and, in two spans that overlap and come in no order, 4 to 6 s.
TRIMS = Trims([TrimSpan(start=5, end=6), TrimSpan(start=1, end=2), TrimSpan(start=4, end=5.5)], TENTH)


@pytest.mark.parametrize(
    ("source", "written"),
    [(0, 0), (9, 9), (10, None), (19, None), (20, 10), (39, 29), (40, None), (59, None), (60, 30)],
)
def test_frames_of_a_span_are_cut_and_later_ones_move_up(source, written):
    assert written == TRIMS.to_output_time(source)
    if written is not None:
        assert source == TRIMS.to_source_time(written)


def test_spans_that_touch_are_one():
    assert [(1.0, 2.0), (4.0, 6.0)] == TRIMS.seconds
    assert not Trims([TrimSpan(start=3, end=3), TrimSpan(start=5, end=4)], TENTH)


def test_audio_moves_with_the_video():
    spans = [AudioSpan(start=0.5, end=1.5), AudioSpan(start=4.2, end=5), AudioSpan(start=7, end=8, action="bleep")]
    moved = [(span.start, span.end, span.action) for span in TRIMS.to_output_audio(spans)]
    assert [(0.5, 1.0, "mute"), (4.0, 5.0, "bleep")] == moved


def test_a_frame_at_the_very_end_of_a_span_stays():
    trims = Trims([TrimSpan(start=0.2, end=0.4)], Fraction(1, 30000))
    assert [(6000, 12000)] == trims.cuts
