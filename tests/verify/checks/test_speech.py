"""A voice that is left in a release is found, and one that was left in on purpose is not told."""

import numpy as np
import pytest

from passerby.detect.speech.speech_detector import FoundSpeech
from passerby.detect.weights import Registry
from passerby.verify.checks.speech import describe, speech_left
from passerby.verify.released_file import ReleasedFile
from tests import clips
from tests.sound_clips import with_sound, with_voice

SPOKEN = (2.0, 4.0)


@pytest.fixture(scope="module")
def spoken(tmp_path_factory):
    return with_voice(tmp_path_factory.mktemp("s") / "a.mp4", SPOKEN[0], 6)


def left(path, *on_purpose):
    with ReleasedFile.open(path) as released:
        return speech_left(released, Registry.load(), on_purpose)


def test_a_voice_is_found_where_it_is(spoken):
    found = left(spoken)
    assert {1} == {track for track, _ in found}
    assert SPOKEN[0] - 0.3 < min(one.start for _, one in found) < SPOKEN[0] + 0.5
    assert SPOKEN[1] - 0.5 < max(one.end for _, one in found) < SPOKEN[1] + 0.5


def test_what_is_left_in_on_purpose_is_not_told_and_what_lies_beside_it_is(spoken):
    assert [] == left(spoken, (SPOKEN[0] - 0.5, SPOKEN[1] + 0.5))
    assert left(spoken, (0.0, SPOKEN[0] + 0.5))


def test_noise_is_no_voice(tmp_path):
    assert [] == left(with_sound(tmp_path / "n.mp4", np.random.default_rng(1).normal(0, 0.02, 6 * 16000)))


def test_a_file_without_sound_has_none(tmp_path):
    assert [] == left(clips.cfr(tmp_path / "a.mp4"))


@pytest.mark.parametrize(
    ("origin", "words"),
    [("silero-vad", "the network"), ("voiced-syllables", "its syllables"), ("silero-vad+voiced-syllables", "both")],
)
def test_a_finding_says_who_found_it(origin, words):
    assert words in describe(2, FoundSpeech(1, 2, 0.5, origin, (1,)))
    assert "track 2" in describe(2, FoundSpeech(1, 2, 0.5, origin, (1,)))
