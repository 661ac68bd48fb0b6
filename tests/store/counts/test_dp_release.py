"""The differentially private release: the noise follows the budget, and small numbers are suppressed after it."""

import math

import pytest

from passerby.core.errors import UsageError
from passerby.store.counts import dp_release

KEPT = ("start", "camera", "observed_seconds", "location", "location_type", "class")


def test_the_noise_follows_the_budget():
    """Of the discrete Laplace distribution with scale 2, the mean distance from 0 is 1 / sinh(1/2)."""
    noise = dp_release.discrete_laplace(0.5)([0] * 20000)
    assert 1.92 == pytest.approx(sum(map(abs, noise)) / len(noise), rel=0.06)
    assert 0 == pytest.approx(sum(noise) / len(noise), abs=0.1)


def test_small_numbers_are_suppressed_after_the_noise():
    """Otherwise a released number would reveal that the true one was not small."""
    rows = [dict.fromkeys(dp_release.RELEASED_COUNTS) | dict.fromkeys(KEPT)] * 2
    rows = [dict(rows[0], forward=9), dict(rows[1], forward=1)]
    released = dp_release.release(
        rows, 1.0, 5, lambda counts: [count - 6 if count == 9 else count + 6 for count in counts]
    )
    assert [(None, True), (7, False)] == [(row["forward"], row["suppressed"]) for row in released]


@pytest.mark.parametrize("epsilon", [0.0, -1.0, 10.1, math.nan, math.inf])
def test_an_invalid_epsilon_is_refused(epsilon):
    with pytest.raises(UsageError, match="--epsilon must be"):
        dp_release.discrete_laplace(epsilon)


def test_what_was_not_observed_stays_empty():
    row = dict.fromkeys(KEPT) | dict.fromkeys(dp_release.RELEASED_COUNTS) | {"observed_seconds": 0.0}
    (released,) = dp_release.release([row], 1.0, 5, lambda counts: counts)
    assert (0.0, None, False) == (released["observed_seconds"], released["entries"], released["suppressed"])
    assert set(dp_release.COLUMNS) == set(released)
