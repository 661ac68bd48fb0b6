"""Many files over a Ray cluster: each is done by the same process that does it without one, only elsewhere."""

from __future__ import annotations

import resource
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

from passerby.base.away import is_away, shown
from passerby.cli.batch import done
from passerby.cli.elsewhere import do
from passerby.cli.overall import size_of
from passerby.cli.patience import PATIENCE
from passerby.cli.work import Outcome, State, Work
from passerby.cli.worker import Worker
from passerby.cluster.rays import Cluster
from passerby.cluster.spread import MOST_MEMORY, RETRIES, Again, Ran, spread
from passerby.sink.output import remove_stale

Spread = tuple[Outcome, Ran]


def run_on(cluster: Cluster, works: Sequence[Work], at_once: int | None = None) -> Iterator[Spread]:
    """Do all of it, and tell of each file as it is done. Raises ClusterError when the cluster is lost."""
    # The largest first: a long film that is begun last holds up the end of the run.
    in_order = sorted(works, key=lambda work: -size_of(work.job))
    for one in spread(in_order, hand, at_once=at_once):
        if one.result is not None:
            yield one.result, one.ran
            continue
        _clear(one.task)
        name, error = shown(one.task.job.source), one.error or ""
        error = error if name in error else f"{name}: {error}"
        yield Outcome(one.task.job, State.FAILED, error=error, exit_code=1), one.ran


def hand(work: Work) -> Outcome:
    """In a process of the cluster: give it to the process beside, which may crash or hang. Raises Again for a failure
    that may have had another reason than the file."""
    outcome = done(_worker(), work, alone=False)
    if outcome.again:
        raise Again(f"{outcome.error} It was begun {RETRIES + 1} times.")
    return outcome


@cache
def _worker() -> Worker:
    """One for each process that Ray starts, and as long as that. What it takes of memory is bounded: a file that wants
    more ends its process, and not its neighbours."""
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most = MOST_MEMORY if hard == resource.RLIM_INFINITY else min(MOST_MEMORY, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
    return Worker(do, PATIENCE)


def _clear(work: Work) -> None:
    """Take away what processes that were killed have left half-written; what somebody still writes stays."""
    for path in (work.job.output, work.job.report, work.job.plan):
        if not is_away(path):
            with suppress(OSError):
                remove_stale(Path(path))
