"""What is enough for a frame to count as speech."""

from dataclasses import replace

import numpy as np
import pytest

from passerby.detect.speech.evidence import LASTING_S, Criteria, by_frame, runs_of, speech_frames, stands_out, supported
from passerby.detect.speech.network import FRAME_S
from passerby.detect.speech.spectrum import RATE, views

CRITERIA = Criteria(min_scores=(0.2, 0.4), min_runs=(3, 3))
STRICT = replace(CRITERIA, eased=False)
QUIET, LOUD = np.zeros(60, bool), np.ones(60, bool)


def scores(view, first, after, value):
    """Two views of 60 frames, with a score in some frames of one of them."""
    made = np.zeros((2, 60), np.float32)
    made[view, first:after] = value
    return made


def found(made, loud=QUIET, criteria=CRITERIA):
    return np.flatnonzero(speech_frames(made, loud, criteria)).tolist()


@pytest.mark.parametrize("view", [0, 1])
def test_each_view_has_its_own_least_score(view):
    least = CRITERIA.min_scores[view]
    assert [20, 21, 22] == found(scores(view, 20, 23, least))
    assert [] == found(scores(view, 20, 23, least * 0.99))


def test_a_click_is_no_speech():
    assert [] == found(scores(0, 20, 22, 1.0))


def test_a_lower_score_suffices_where_it_is_louder_than_around():
    low = scores(0, 20, 24, 0.12)
    assert [] == found(low)
    assert [20, 21, 22, 23] == found(low, LOUD)
    assert [] == found(scores(0, 20, 24, 0.08), LOUD)
    assert [] == found(low, LOUD, STRICT)


def test_a_lower_score_suffices_when_it_lasts():
    half_second = round(LASTING_S / FRAME_S)
    assert found(scores(0, 10, 10 + half_second + 10, 0.15))
    assert not found(scores(0, 10, 10 + half_second + 10, 0.15), criteria=STRICT)
    assert not found(scores(0, 10, 10 + half_second // 2, 0.15))
    assert not found(scores(0, 10, 50, 0.1))
    # One that is high for a moment does not stand for a long one.
    assert [10, 11, 12] == found(scores(0, 10, 13, 1.0))


def test_each_view_has_its_own_least_run():
    criteria = replace(STRICT, min_runs=(3, 6))
    assert [20, 21, 22] == found(scores(0, 20, 23, 0.2), criteria=criteria)
    assert [] == found(scores(1, 20, 25, 0.4), criteria=criteria)
    assert [20, 21, 22, 23, 24, 25] == found(scores(1, 20, 26, 0.4), criteria=criteria)


def test_syllables_count_where_the_network_hears_something_near_them():
    syllables = np.isin(np.arange(60), [10, 11, 12, 40, 41])
    network = np.zeros((3, 60), np.float32)
    network[1, 15] = 0.1
    assert [10, 11, 12] == np.flatnonzero(supported(syllables, network, Criteria(support=0.5))).tolist()
    assert [] == np.flatnonzero(supported(syllables, network, Criteria(support=0.6))).tolist()
    assert syllables.tolist() == supported(syllables, network, Criteria()).tolist()


def test_what_begins_in_steady_noise_stands_out_where_it_is():
    sound = np.random.default_rng(0).standard_normal((1, 12 * RATE)).astype(np.float32) * 0.01
    sound[:, 5 * RATE : 6 * RATE] *= 6
    seen = views(sound)
    times = np.flatnonzero(stands_out(seen.power[0], seen.floor[0], 12 * RATE // 512)) * FRAME_S
    assert 4.9 < times.min() < 5.1
    assert 5.9 < times.max() < 6.1


def test_steps_become_frames_of_the_network_and_what_is_missing_is_none():
    assert [[1, 2], [3, 4], [5, 0]] == by_frame(np.arange(6), 3).tolist()


def test_runs_that_are_long_enough_stay_whole():
    flags = np.array([[0, 1, 1, 0, 1, 1, 1, 1, 0, 1, 1, 1]], bool)
    assert [4, 5, 6, 7, 9, 10, 11] == np.flatnonzero(runs_of(flags, 3)[0]).tolist()
