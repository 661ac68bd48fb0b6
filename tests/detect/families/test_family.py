import numpy as np
import pytest

from passerby.detect.families.family import logistic, logit


@pytest.mark.parametrize("share", [0.01, 0.3, 0.5, 0.99])
def test_logit_is_the_inverse_of_the_logistic_function(share):
    assert share == pytest.approx(float(logistic(np.array([logit(share)], np.float32))[0]), rel=1e-5)


def test_neither_overflows_at_the_ends():
    with np.errstate(over="raise"):
        ends = logistic(np.array([-1e4, 1e4], np.float32))
    assert [0, 1] == pytest.approx(ends.tolist(), abs=1e-6)
    assert np.isfinite([logit(0.0), logit(1.0)]).all()


def test_comparing_logits_is_comparing_scores():
    logits = np.linspace(-4, 4, 50, dtype=np.float32)
    assert ((logits >= logit(0.3)) == (logistic(logits) >= 0.3)).all()
