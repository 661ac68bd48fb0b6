"""Counts for everybody to see: few numbers, with noise, and none that is small.

What is protected is one passage: one crossing of one line, or one visit of one zone. Each changes one number by one, so
noise of the discrete Laplace distribution with scale 1/epsilon (OpenDP's) makes the table epsilon-differentially
private for it: from the table nobody can tell whether a given passage happened. Whoever passes twice is protected half
as well, and so is everybody when the same time is published twice.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from passerby.core.errors import UsageError
from passerby.store.counts.count_table import Row

#: Columns that are published; all others say too much of single visits.
COUNTS = ("came", "forward", "back")
COLUMNS = {
    "start": "text",
    "camera": "text",
    "covered": "number",
    "place": "text",
    "what": "text",
    "sort": "text",
    **dict.fromkeys(COUNTS, "count"),
    "suppressed": "truth",  # was something left out for being small
    "epsilon": "number",
    "smallest": "count",
    "protects": "text",
}
#: What one epsilon is spent on.
PROTECTS = "one passage: one crossing of one line, or one visit of one zone"

#: Adds noise to a list of counts.
Noise = Callable[[list[int]], list[int]]


def discrete_laplace(epsilon: float) -> Noise:
    """Noise that spends `epsilon` where one passage changes one count by one. Raises UsageError when OpenDP is not
    there, or `epsilon` makes no sense."""
    if not (math.isfinite(epsilon) and 0 < epsilon <= 10):
        raise UsageError("--epsilon must be more than 0 and at most 10; 1 is usual. The smaller, the more noise.")
    try:
        import opendp.prelude as dp
    except ImportError:
        raise UsageError(
            "Noise needs OpenDP, which is not installed. Install it with: pip install 'passerby[publish]'"
        ) from None
    dp.enable_features("contrib")
    space = dp.vector_domain(dp.atom_domain(T=int)), dp.l1_distance(T=int)
    measurement = dp.m.make_laplace(*space, scale=1 / epsilon)
    spent = float(measurement.map(1))  # type: ignore[no-untyped-call]
    if spent > epsilon * (1 + 1e-6):
        raise UsageError(f"The noise would spend {spent}, not {epsilon}. Choose another --epsilon.")
    return lambda counts: list(measurement(counts))


def published(rows: Sequence[Row], epsilon: float, smallest: int, noise: Noise) -> list[Row]:
    """The rows as they may be seen by everybody. What was not watched stays empty; it says nothing of anybody."""
    places = [(i, name) for i, row in enumerate(rows) for name in COUNTS if row[name] is not None]
    noisy = noise([_whole(rows[i][name]) for i, name in places]) if places else []
    found: list[Row] = [
        {
            **{name: row[name] for name in ("start", "camera", "covered", "place", "what", "sort")},
            **dict.fromkeys(COUNTS),
            "suppressed": False,
            "epsilon": epsilon,
            "smallest": smallest,
            "protects": PROTECTS,
        }
        for row in rows
    ]
    for (i, name), count in zip(places, noisy, strict=True):
        if count >= smallest:
            found[i][name] = count
        else:
            found[i]["suppressed"] = True
    return found


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"{value!r} is no count")
    return value
