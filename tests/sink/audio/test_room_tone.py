"""Noise like the surroundings: as loud, as coloured, and without anything of what it hides."""

import numpy as np

from passerby.documents.plan_parts.spans import AudioSpan
from passerby.sink.audio.dsp import with_spans

RATE = 16000
SPAN = AudioSpan(start=4.0, end=6.0, action="room-tone")
INSIDE = slice(4 * RATE, 6 * RATE)


def surroundings(seconds=10):
    noise = np.random.default_rng(1).standard_normal((2, seconds * RATE)).astype(np.float32) * 0.1
    noise[1] = np.cumsum(noise[1] - 0.05 * np.convolve(noise[1], np.ones(20), "same")) * 0.05  # darker
    return noise


def filled(sound, chunk=4096, spans=(SPAN,)):
    parts = np.split(sound, range(chunk, sound.shape[1], chunk), axis=1)
    return np.concatenate(list(with_spans(parts, RATE, spans)), axis=1)


def bands(sound):
    power = np.abs(np.fft.rfft(sound[..., : len(sound[0]) // 512 * 512].reshape(2, -1, 512))) ** 2
    return power.mean(axis=1)[:, 2:].reshape(2, 15, 17).sum(axis=2)


def test_is_as_loud_and_coloured_as_the_surroundings():
    sound = surroundings()
    ratio = bands(filled(sound)[:, INSIDE]) / bands(sound[:, : 4 * RATE])
    assert 0.6 < ratio.min()
    assert ratio.max() < 1.6


def test_does_not_depend_on_what_it_hides():
    quiet, loud = surroundings(), surroundings()
    loud[:, INSIDE] += 0.5 * np.sin(np.arange(2 * RATE) * 0.1).astype(np.float32)
    assert np.array_equal(filled(quiet)[:, INSIDE], filled(loud)[:, INSIDE])


def test_all_else_is_kept_to_the_sample():
    sound = surroundings()
    kept = np.ones(sound.shape[1], bool)
    kept[INSIDE] = False
    assert np.array_equal(sound[:, kept], filled(sound)[:, kept])


def test_chunks_do_not_matter_for_what_is_kept_or_removed():
    sound = surroundings()
    for chunk in (999, 16000, 10**6):
        made = filled(sound, chunk)
        assert 0.05 < made[0, INSIDE].std() < 0.2
        assert np.array_equal(sound[:, 6 * RATE :], made[:, 6 * RATE :])


def test_before_anything_was_heard_there_is_silence():
    made = filled(surroundings(), spans=(AudioSpan(start=0, end=1, action="room-tone"),))
    assert not made[:, :RATE].any()


def test_where_ranges_overlap_the_last_one_applies():
    spans = (SPAN, AudioSpan(start=5.0, end=5.5, action="mute"))
    made = filled(surroundings(), spans=spans)
    assert made[:, 4 * RATE : 5 * RATE].any()
    assert not made[:, 5 * RATE : round(5.5 * RATE)].any()
