"""The interval holds the truth as often as it says, also with few stretches, rare errors and crowds."""

from random import Random

import numpy as np
import pytest

from passerby.store.counts.bias import MIN_COUNTED, CountedStretch, _poisson_limits, _student_t, bias

MINUTES = 600  # of each stratum


def place(seed, rates, missed, extra, clumped, fails=0.0):
    """Three strata of minutes, quiet to busy: what a person counts in each minute, and what the program does. `fails`:
    the share of minutes in which it misses half."""
    random = np.random.default_rng(seed)
    strata = []
    for rate in rates:
        mean = rate * random.gamma(1 / clumped, clumped, MINUTES)
        person = random.poisson(mean)
        share = np.where(random.random(MINUTES) < fails, 0.5, missed)
        program = random.binomial(person, 1 - share) + random.poisson(extra * mean)
        strata.append((program.tolist(), person.tolist()))
    return strata


def drawn(random, strata, number):
    found = []
    for stratum, (program, person) in enumerate(strata):
        for at in random.sample(range(MINUTES), number):
            found.append(CountedStretch(stratum, MINUTES, int(program[at]), int(person[at])))
    return found


@pytest.mark.parametrize("number", [7, 20])
@pytest.mark.parametrize(
    ("rates", "missed", "extra", "clumped", "fails"),
    [
        ((1, 4, 12), 0.05, 0.02, 0.3, 0),
        ((0.1, 1, 6), 0.1, 0.0, 0.3, 0),
        ((0.5, 2, 5), 0.01, 0.005, 0.5, 0),
        ((0.2, 3, 20), 0.3, 0.1, 1.0, 0),
        ((2, 3, 4), 0.02, 0.15, 0.3, 0),
        ((1, 4, 12), 0.03, 0.02, 0.5, 0.1),
    ],
)
def test_it_holds_the_truth_in_95_of_100(rates, missed, extra, clumped, fails, number):
    """400 draws have a standard error of one of 100; where the program fails whole minutes now and then, fewer hold."""
    strata = place(7, rates, missed, extra, clumped, fails)
    truth = sum(sum(program) for program, _ in strata) / sum(sum(person) for _, person in strata) - 1
    random, held, stated = Random(11), 0, 0
    for _ in range(400):
        found = bias(drawn(random, strata, number))
        if found is not None:
            stated += 1
            held += found.low <= truth <= found.high
    print(rates, missed, fails, number, stated, held / max(1, stated))
    assert stated > 300
    assert held / stated > (0.86 if fails else 0.92)


def stretches(program, person, number=30):
    return [CountedStretch(one % 3, MINUTES, program, person) for one in range(number)]


def test_the_sign_is_that_of_the_program():
    few, many = bias(stretches(9, 10)), bias(stretches(12, 10))
    assert -0.1 == pytest.approx(few.bias)
    assert few.low < -0.1 < few.high < 0
    assert 0.2 == pytest.approx(many.bias)
    assert 0 < many.low < 0.2 < many.high


def test_no_difference_is_not_certainty():
    """None of 60 was missed: up to 3.7 of 60 may be, as the rule of three says (0.975 one-sided: 3.69)."""
    found = bias(stretches(2, 2))
    assert (0.0, pytest.approx(-3.689 / 60, abs=1e-4), pytest.approx(3.689 / 60, abs=1e-4)) == (
        found.bias,
        found.low,
        found.high,
    )


def test_strata_count_by_their_minutes():
    """A busy stratum that is a tenth of the time, and of which as many were drawn, weighs a tenth."""
    quiet = [CountedStretch(0, 900, 1 + one % 2, 1 + one % 2) for one in range(20)]
    busy = [CountedStretch(1, 100, 5 + one % 2, 10 + one % 2) for one in range(20)]
    assert (0.9 * 1.5 + 0.1 * 5.5) / (0.9 * 1.5 + 0.1 * 10.5) - 1 == pytest.approx(bias(quiet + busy).bias)


def test_too_little_states_nothing():
    assert bias(stretches(5, 5, 19)) is None
    assert bias(stretches(1, 1, MIN_COUNTED - 1)) is None
    assert bias(stretches(5, 0)) is None
    assert bias(stretches(5, 5, 20)) is not None
    alone = [*stretches(5, 5, 21), CountedStretch(3, MINUTES, 5, 5)]
    assert bias(alone) is None, "one stretch has no spread"


def test_its_quantiles_are_those_of_the_tables():
    assert [2.228, 2.086, 2.0] == [pytest.approx(_student_t(n), abs=1.1e-3) for n in (10, 20, 60)]
    assert (pytest.approx(4.795, abs=1e-3), pytest.approx(18.390, abs=1e-3)) == _poisson_limits(10)
