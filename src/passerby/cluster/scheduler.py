"""Many pieces of work over a cluster. Ray decides what runs where, and when it is to run again; nothing here does."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from passerby.cluster.node_setup import Kit
from passerby.cluster.ray_cluster import ray_module
from passerby.core.errors import ClusterError, PasserbyError

T = TypeVar("T")
R = TypeVar("R")

#: How often a piece is begun again that failed for a reason that may be another's fault: a process or machine that is
#: gone, storage that errs.
RETRIES = 3
#: Seconds before it is begun again: what was killed needs a moment to be gone.
PAUSE = 2.0
#: Pieces that Ray is told of at a time, for each processor: enough for none to wait.
AHEAD = 4
#: What one piece is reckoned to need: processors, and bytes of memory (docs/design/scale.md tells where from). Ray
#: gives a machine no more pieces than it has of either.
CORES, MEMORY = 1, 1536 << 20
#: Bytes that the process for one piece may ask for at all (its data, as Linux counts it, touched or not).
MOST_MEMORY = 12 << 30


class Again(Exception):
    """It failed, and may do better another time. The message is for a person."""


@dataclass(frozen=True, slots=True)
class Ran:
    """Where and when: the node's name, seconds of Unix time, and seconds it took."""

    node: str = ""
    began: float = 0.0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Done(Generic[T, R]):
    """What came of one piece: a result, or why there is none."""

    task: T
    result: R | None
    error: str | None
    ran: Ran


def spread(
    tasks: Iterable[T],
    do: Callable[[T], R],
    cores: float = CORES,
    memory: int = MEMORY,
    at_once: int | None = None,
    retries: int = RETRIES,
) -> Iterator[Done[T, R]]:
    """Do all of it on the cluster that this process is connected to, and tell of each as it is done.

    `do` is a function of a module, called in a process of the cluster; it raises Again for what is worth another try.
    Into `tasks`, where it is a deque, the caller may put further ones while this goes on; the first one is done next.
    `at_once` is how many pieces run at a time, by default as many as there is room for. Raises ClusterError when the
    cluster itself is lost: then pieces that were done are done.
    """
    ray = ray_module()
    kit = ray.put(Kit.pack(ray.put))
    run = ray.remote(_run).options(num_cpus=cores, memory=memory, max_retries=retries, retry_exceptions=[Again])
    room = at_once or max(1, int(ray.cluster_resources().get("CPU", 1) / cores)) * AHEAD
    waiting = tasks if isinstance(tasks, deque) else deque(tasks)
    under_way: dict[Any, T] = {}
    try:
        while waiting or under_way:
            while waiting and len(under_way) < room:
                task = waiting.popleft()
                under_way[run.remote(kit, do, task)] = task
            ready, _ = ray.wait(list(under_way), num_returns=1)
            for reference in ready:
                task = under_way.pop(reference)
                try:
                    result, ran = ray.get(reference)
                    yield Done(task, result, None, ran)
                except ray.exceptions.RayTaskError as error:
                    yield Done(task, None, _why(error), Ran())
                except ray.exceptions.RayError as error:
                    yield Done(task, None, _lost(error, retries), Ran())
    except (ConnectionError, ray.exceptions.RayError) as error:
        raise ClusterError(
            f"The cluster is lost: {str(error).partition(chr(10))[0][:300]}. What was done is whole. When the "
            "cluster is back, run the same with --resume."
        ) from error
    finally:
        for reference in under_way:
            ray.cancel(reference, force=True)


def _run(kit: Kit, do: Callable[[T], R], task: T) -> tuple[R, Ran]:
    ray = ray_module()
    kit.unpack(ray.get)
    began, clock = time.time(), time.monotonic()
    try:
        result = do(task)
    except Again:
        time.sleep(PAUSE)
        raise
    return result, Ran(os.uname().nodename, began, time.monotonic() - clock)


def _why(error: Exception) -> str:
    cause = getattr(error, "cause", error)
    if isinstance(cause, (Again, PasserbyError)):
        return str(cause)
    return f"{type(cause).__name__}: {cause}\nThis is a fault of passerby, not yours."


def _lost(error: Exception, retries: int) -> str:
    what = {
        "OutOfMemoryError": "memory ran out",
        "WorkerCrashedError": "its process died",
        "NodeDiedError": "its machine was lost",
    }.get(type(error).__name__, type(error).__name__)
    return (
        f"Begun {retries + 1} times, and each time it was lost: {what}. Try it alone, or on a machine with more memory."
    )
