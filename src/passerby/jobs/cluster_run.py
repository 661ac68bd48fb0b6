"""Many files over a Ray cluster: each is done by the same process that does it without one, only elsewhere."""

from __future__ import annotations

import resource
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

from passerby.cluster.ray_cluster import Cluster
from passerby.cluster.scheduler import MOST_MEMORY, RETRIES, Again, Ran, spread
from passerby.config.object_path import is_away, shown
from passerby.jobs.distributed_video import Films
from passerby.jobs.job import Outcome, State, Work
from passerby.jobs.pool import done
from passerby.jobs.progress import size_of
from passerby.jobs.remote_io import do
from passerby.jobs.watchdog import PATIENCE
from passerby.jobs.worker import Worker
from passerby.sink.output_file import remove_stale

Spread = tuple[Outcome, Ran]


def run_on(
    cluster: Cluster,
    works: Sequence[Work],
    at_once: int | None = None,
    step: Callable[[Work, float], None] = lambda _, __: None,
) -> Iterator[Spread]:
    """Do all of it, and tell of each file as it is done. `step` is told of each step of a film that is done in pieces,
    and how much of the film is done with it. Raises ClusterError when the cluster is lost."""
    # The largest first: a long film that is begun last holds up the end of the run.
    tasks = deque(sorted(works, key=lambda work: -size_of(work.job)))
    films = Films(tasks)
    for one in spread(tasks, hand, at_once=at_once):
        told = films.take(one.task, one.result or _lost(one.task, one.error or ""), one.ran)
        if told is not None:
            yield told
        elif one.task.step is not None and one.result is not None:
            step(one.task, films.share(one.task))


def _lost(work: Work, error: str) -> Outcome:
    """It came to no end in any process."""
    _clear(work)
    name = shown(work.job.source)
    return Outcome(work.job, State.FAILED, error=error if name in error else f"{name}: {error}", exit_code=1)


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
    for path in work.writes:
        if not is_away(path):
            with suppress(OSError):
                remove_stale(Path(path))
