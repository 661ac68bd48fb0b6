"""How far a count is off, from stretches that a person counted too: a ratio, with a 95 % interval.

Stretches are drawn by strata, so the ratio is the combined ratio estimate (Cochran, Sampling Techniques, 3rd ed. 1977,
6.11), and its interval is Fieller's (Supplement to JRSS 7, 1940): all ratios at which the differences that were seen
are no surprise. That interval vanishes where no difference was seen, though one in fifty may be missed. So it is never
narrower than what chance alone allows: exact Poisson limits (Garwood, Biometrika 1936) of what was missed and of what
was counted too often, combined as in Zou and Donner (Statistics in Medicine 2008).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist, fmean

CONFIDENCE = 0.95
#: Below these, nothing is stated: Student's t needs a spread, and a share of a few crossings says nothing.
#: tests/store/counts/test_bias.py measures how often the interval holds the truth with so few.
MIN_STRETCHES, MIN_OF_STRATUM, MIN_COUNTED = 20, 6, 30


@dataclass(frozen=True, slots=True)
class CountedStretch:
    """What the program and a person counted in one stretch. `stratum_minutes`: how many minutes its stratum has, of
    which such stretches were drawn."""

    stratum: int
    stratum_minutes: int
    program: int
    person: int


@dataclass(frozen=True, slots=True)
class RatioInterval:
    """The program's count over the person's, less 1: -0.04 is 4 % too few. `low` to `high`: the 95 % interval."""

    bias: float
    low: float
    high: float


def bias(stretches: Sequence[CountedStretch]) -> RatioInterval | None:
    """None where there are too few stretches, or too little was counted in them, for an interval."""
    if len(stretches) < MIN_STRETCHES or sum(one.person for one in stretches) < MIN_COUNTED:
        return None
    strata = defaultdict[int, list[CountedStretch]](list)
    for one in stretches:
        strata[one.stratum].append(one)
    if any(len(members) < MIN_OF_STRATUM for members in strata.values()):
        return None
    ratio, fieller = _fieller(list(strata.values()))
    if fieller is None:
        return None
    chance = _chance(stretches)
    low, high = min(fieller[0], ratio + chance[0]), max(fieller[1], ratio + chance[1])
    return RatioInterval(ratio - 1, max(low, 0.0) - 1, high - 1)


def _fieller(strata: Sequence[Sequence[CountedStretch]]) -> tuple[float, tuple[float, float] | None]:
    program = person = of_program = of_person = of_both = 0.0
    size = sum(members[0].stratum_minutes for members in strata)
    for members in strata:
        n, share = len(members), members[0].stratum_minutes / size
        mean_program, mean_person = fmean(one.program for one in members), fmean(one.person for one in members)
        program += share * mean_program
        person += share * mean_person
        # Without replacement: what was counted has no error (the finite population correction).
        scale = share**2 * max(0.0, 1 - n / members[0].stratum_minutes) / (n * (n - 1))
        of_program += scale * sum((one.program - mean_program) ** 2 for one in members)
        of_person += scale * sum((one.person - mean_person) ** 2 for one in members)
        of_both += scale * sum((one.program - mean_program) * (one.person - mean_person) for one in members)
    if person <= 0:
        return 1.0, None
    # The busiest stratum makes most of the variance: no more degrees of freedom than in one (Cochran, 5.4).
    t2 = _student_t(min(len(members) for members in strata) - 1) ** 2
    # The roots of (program - ratio * person)^2 = t^2 * variance of that difference.
    a, b, c = person**2 - t2 * of_person, person * program - t2 * of_both, program**2 - t2 * of_program
    if a <= 0:  # the person's count may be zero, as far as these stretches tell: every ratio is possible
        return program / person, None
    root = math.sqrt(max(0.0, b * b - a * c))
    return program / person, ((b - root) / a, (b + root) / a)


def _chance(stretches: Sequence[CountedStretch]) -> tuple[float, float]:
    """Lower and upper distance from the ratio that chance alone allows."""
    person = sum(one.person for one in stretches)
    missed = sum(max(0, one.person - one.program) for one in stretches)
    extra = sum(max(0, one.program - one.person) for one in stretches)
    (missed_low, missed_high), (extra_low, extra_high) = _poisson_limits(missed), _poisson_limits(extra)
    return (
        -math.hypot(extra - extra_low, missed_high - missed) / person,
        math.hypot(extra_high - extra, missed - missed_low) / person,
    )


@cache
def _poisson_limits(count: int) -> tuple[float, float]:
    """Exact limits of the mean of a Poisson distribution of which `count` was seen."""
    tail = (1 - CONFIDENCE) / 2
    upper = _solve(lambda mean: _poisson_cdf(count, mean) - tail, float(count), count + 10 * math.sqrt(count + 1) + 10)
    if not count:
        return 0.0, upper
    return _solve(lambda mean: _poisson_cdf(count - 1, mean) - (1 - tail), 0.0, float(count)), upper


def _poisson_cdf(count: int, mean: float) -> float:
    if mean <= 0:
        return 1.0
    return math.fsum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(count + 1))


def _solve(falling: Callable[[float], float], low: float, high: float) -> float:
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if falling(middle) > 0 else (low, middle)
    return (low + high) / 2


def _student_t(freedom: int) -> float:
    """The two-sided quantile of Student's t: Abramowitz and Stegun, 26.7.5, exact to 0.002 from 6 degrees on."""
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
    )
    return z + math.fsum(term / freedom**power for power, term in enumerate(terms, 1))
