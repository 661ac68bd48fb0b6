"""A short form of benchmarks/sound.py: the same mixtures, fewer of them."""

import os
import shutil

import numpy as np
import pytest

from tests.benchmarks.scripts import load_script

pytestmark = pytest.mark.skipif(
    shutil.which("espeak-ng") is None and not os.environ.get("CI"), reason="espeak-ng makes the voices"
)


@pytest.fixture(scope="module")
def figures():
    return load_script("sound").measure(minutes=4, seed=11)


def test_little_speech_is_left_and_most_other_sound_stays(figures):
    assert 0.3 < figures["speech_minutes"]
    assert figures["left_5_db_and_better"] <= 0.01
    assert figures["manner"]["aloud all"] <= 0.01
    assert figures["muted"] <= 0.1


def test_the_verification_finds_what_was_left_in_and_little_else(figures):
    as_released, left_in = figures["check"]["as_released"], figures["check"]["left_in"]
    assert as_released["findings"] - as_released["with_speech"] <= 1
    assert left_in["left"] >= 4
    assert left_in["found"] >= 0.8 * left_in["left"]
    assert left_in["with_speech"] >= 0.5 * left_in["findings"]


def test_the_truth_is_that_of_the_clean_voice():
    scene = next(load_script("sound_mixtures").scenes(3, 1))
    level = (scene.voices[: len(scene.speech) * 160].reshape(-1, 160) ** 2).mean(axis=1)
    silent = np.convolve(scene.speech, [1, 1, 1], "same") == 0  # a voice may begin in the middle of a block
    assert level[silent].max() < 0.05 * np.percentile(level[scene.speech], 95)
    assert 0.05 < scene.speech.mean() < 0.7
    noise = scene.mixture - scene.voices
    assert abs(10 * np.log10(level[scene.speech].mean() / (noise**2).mean()) - scene.snr) < 0.5


def test_the_same_seed_makes_the_same_mixture():
    mixtures = load_script("sound_mixtures")
    one, two = (next(mixtures.scenes(5, 1)) for _ in range(2))
    assert np.array_equal(one.mixture, two.mixture)
    assert not np.array_equal(one.mixture, next(mixtures.scenes(6, 1)).mixture)


def test_an_unnatural_voice_is_undone():
    undone = load_script("sound").undo(seed=2, voices=4)
    assert undone["undone"]["envelope_db"] < undone["between_voices"]["envelope_db"] / 2
    assert undone["undone"]["pitch"] < 0.03 < undone["as_released"]["pitch"]
