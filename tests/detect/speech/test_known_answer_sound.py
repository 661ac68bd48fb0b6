"""The known-answer test passes the real network, and no other."""

import numpy as np
import pytest

from passerby.core.errors import DetectorError
from passerby.detect.speech.known_answer_sound import check_speech


class Constant:
    """A network that always says the same."""

    id = "constant"

    def __init__(self, score):
        self.score = score

    def scores(self, rows):
        return np.full((len(rows), rows.shape[1] // 512), self.score, np.float32)


def test_the_network_passes(network):
    check_speech(network, 0.3)


@pytest.mark.parametrize(("score", "problem"), [(0.0, "does not detect"), (1.0, "known to hold none")])
def test_a_network_that_always_says_the_same_fails(score, problem):
    with pytest.raises(DetectorError, match=problem):
        check_speech(Constant(score), 0.3)
