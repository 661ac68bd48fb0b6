"""Sound laid out in time: gaps stay gaps, and gaps that cannot be real cost neither time nor disk."""

from fractions import Fraction

import av
import numpy as np
import pytest

from passerby.sink.audio.dsp import (
    MAX_TRAILING_SILENCE_S,
    AudioTimeline,
    make_unnatural,
    until_stated_end,
    without_padding,
)

RATE = 8000


def bursts(*seconds):
    """A tenth of a second of sound at each of these moments."""
    for moment in seconds:
        frame = av.AudioFrame.from_ndarray(np.full((1, RATE // 10), 0.5, np.float32), format="fltp", layout="mono")
        frame.sample_rate = RATE
        yield round(moment * 1000), frame


def laid_out(timeline, *seconds):
    chunks = list(timeline.continuous(bursts(*seconds), Fraction(1, 1000)))
    return np.concatenate(chunks, axis=1)[0]


def begins(samples):
    """Moments at which sound begins."""
    loud = np.flatnonzero(np.diff((np.abs(samples) > 0.1).astype(int), prepend=0) == 1)
    return [float(at) / RATE for at in loud]


def test_gaps_stay_gaps():
    timeline = AudioTimeline(RATE, "mono", max_silence_s=3600)
    assert [0, 2, 80] == pytest.approx(begins(laid_out(timeline, 0, 2, 80)), abs=0.01)
    assert (0, False) == (timeline.closed_gaps_s, timeline.truncated)


def test_audio_after_too_long_a_gap_moves_forward():
    timeline = AudioTimeline(RATE, "mono", max_silence_s=5)
    assert [0, 2, 5.2] == pytest.approx(begins(laid_out(timeline, 0, 2, 1000)), abs=0.05)
    assert timeline.closed_gaps_s == pytest.approx(994.8, abs=0.1)


def test_positions_are_kept_where_spans_are_silenced():
    """What moved up would be silenced in the wrong place, and heard where it should not be."""
    timeline = AudioTimeline(RATE, "mono", max_silence_s=5, keep_positions=True)
    assert [0, 2] == pytest.approx(begins(laid_out(timeline, 0, 2, 1000, 1001)), abs=0.01)
    assert timeline.truncated


def test_trailing_silence_is_bounded():
    """A header may say that a file of a second lasts for a thousand years, and that much silence would be written."""
    timeline = AudioTimeline(RATE, "mono", max_silence_s=1e12)
    timeline.video_ended = True
    assert [0, MAX_TRAILING_SILENCE_S - 1] == pytest.approx(
        begins(laid_out(timeline, 0, MAX_TRAILING_SILENCE_S - 1, 1e9)), abs=0.01
    )
    assert timeline.truncated


@pytest.mark.parametrize("size", [1, 7, 100, 1000])
@pytest.mark.parametrize(("total", "kept"), [(990, 990), (1000, 1000), (1003, 1000), (1050, 1000), (1051, 1051)])
def test_what_fills_up_the_last_packet_is_left_out(size, total, kept):
    samples = np.arange(total, dtype=np.float32)[np.newaxis]
    chunks = [samples[:, at : at + size] for at in range(0, total, size)]
    left = np.concatenate(list(without_padding(iter(chunks), 1000, 50)), axis=1)
    assert np.array_equal(samples[:, :kept], left)


def test_an_end_before_all_sound_is_wrong():
    samples = np.ones((1, 40), np.float32)
    assert np.array_equal(samples, np.concatenate(list(without_padding(iter([samples]), 0, 50)), axis=1))


@pytest.mark.parametrize(("total", "becomes"), [(949, 949), (950, 1000), (999, 1000), (1000, 1000), (1001, 1001)])
def test_sound_lasts_until_its_stated_end(total, becomes):
    samples = np.ones((2, total), np.float32)
    out = np.concatenate(list(until_stated_end(iter([samples]), 1000, 50)), axis=1)
    assert (2, becomes) == out.shape
    assert np.array_equal(samples, out[:, :total])
    assert not out[:, total:].any()


@pytest.mark.parametrize("size", [1, 100, 1008, 4000, 48_000])
def test_an_unnatural_voice_is_as_long_as_it_was(size):
    """The filters keep back the end, and all of what is very short."""
    tone = np.sin(np.arange(size, dtype=np.float32) / 20)[np.newaxis]
    out = list(make_unnatural(iter([tone]), 48_000, "mono"))
    assert size == sum(chunk.shape[1] for chunk in out)
