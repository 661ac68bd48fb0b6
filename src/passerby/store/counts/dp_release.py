"""Counts for publication: a differentially private release, with noise and without small numbers.

The unit of privacy is one passage: one crossing of one line, or one visit of one zone. Each changes one number by one,
so noise of the discrete Laplace distribution with scale 1/epsilon (OpenDP's) makes the table epsilon-differentially
private for it: the table does not reveal whether a given passage happened. Somebody who passes twice has half the
protection, and so has everybody when the same time is published twice.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from passerby.core.errors import UsageError
from passerby.store.counts.count_table import CountRow

#: Columns that are released; all others reveal too much about single visits.
RELEASED_COUNTS = ("entries", "forward", "backward")
COLUMNS = {
    "start": "text",
    "camera": "text",
    "observed_seconds": "number",
    "location": "text",
    "location_type": "text",
    "class": "text",
    **dict.fromkeys(RELEASED_COUNTS, "count"),
    "suppressed": "boolean",  # was a small number left out
    "epsilon": "number",
    "min_count": "count",
    "privacy_unit": "text",
}
#: What one epsilon protects.
PRIVACY_UNIT = "one passage: one crossing of one line, or one visit of one zone"

#: Above this the noise protects nobody.
MAX_EPSILON = 10

#: Adds noise to a list of counts.
Noise = Callable[[list[int]], list[int]]


def discrete_laplace(epsilon: float) -> Noise:
    """Noise with privacy loss `epsilon` where one passage changes one count by one. Raises UsageError when OpenDP is
    not installed, or `epsilon` is invalid."""
    if not (math.isfinite(epsilon) and 0 < epsilon <= MAX_EPSILON):
        raise UsageError("--epsilon must be greater than 0 and at most 10; 1 is usual. Smaller values add more noise.")
    try:
        import opendp.prelude as dp
    except ImportError:
        raise UsageError(
            "Noise needs OpenDP, which is not installed. Install it with: pip install 'passerby[publish]'"
        ) from None
    dp.enable_features("contrib")
    space = dp.vector_domain(dp.atom_domain(T=int)), dp.l1_distance(T=int)
    measurement = dp.m.make_laplace(*space, scale=1 / epsilon)
    loss = float(measurement.map(1))  # type: ignore[no-untyped-call]
    if loss > epsilon * (1 + 1e-6):
        raise UsageError(f"The noise would have a privacy loss of {loss}, not {epsilon}. Choose another --epsilon.")
    return lambda counts: list(measurement(counts))


def release(rows: Sequence[CountRow], epsilon: float, min_count: int, noise: Noise) -> list[CountRow]:
    """The rows for publication. What was not observed stays empty; that reveals nothing about anybody."""
    cells = [(i, name) for i, row in enumerate(rows) for name in RELEASED_COUNTS if row[name] is not None]
    noisy = noise([_as_int(rows[i][name]) for i, name in cells]) if cells else []
    released: list[CountRow] = [
        {
            **{
                name: row[name]
                for name in ("start", "camera", "observed_seconds", "location", "location_type", "class")
            },
            **dict.fromkeys(RELEASED_COUNTS),
            "suppressed": False,
            "epsilon": epsilon,
            "min_count": min_count,
            "privacy_unit": PRIVACY_UNIT,
        }
        for row in rows
    ]
    for (i, name), count in zip(cells, noisy, strict=True):
        if count >= min_count:
            released[i][name] = count
        else:
            released[i]["suppressed"] = True
    return released


def _as_int(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"{value!r} is not a count")
    return value
