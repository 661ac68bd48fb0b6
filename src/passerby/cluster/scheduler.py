"""Many tasks over a cluster. Ray decides what runs where and when it is retried; nothing here does."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from passerby.cluster.node_setup import NodeSetup
from passerby.cluster.ray_cluster import ray_module
from passerby.core.errors import ClusterError, PasserbyError

T = TypeVar("T")
R = TypeVar("R")

#: Retries of a task that failed for a reason other than its file: a lost process or machine, a storage error.
MAX_RETRIES = 3
#: Seconds before a retry: a killed process needs a moment to disappear.
RETRY_DELAY_S = 2.0
#: Tasks that are submitted to Ray at a time, for each processor: enough that none is idle.
QUEUED_PER_CORE = 4
#: What one task reserves: processors, and bytes of memory (docs/design/scale.md says why). Ray places no more tasks on
#: a machine than it has of either.
TASK_CORES, TASK_MEMORY = 1, 1536 << 20
#: Bytes that the process of one task may allocate (RLIMIT_DATA: touched or not).
MAX_TASK_MEMORY = 12 << 30


class RetryableError(Exception):
    """It failed, and may succeed another time. The message is for people."""


@dataclass(frozen=True, slots=True)
class TaskRun:
    """Where and when: the node's name, Unix time in seconds, and the seconds it took."""

    node: str = ""
    started: float = 0.0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class TaskResult(Generic[T, R]):
    """The result of one task, or why there is none."""

    task: T
    result: R | None
    error: str | None
    run: TaskRun


def schedule(
    tasks: Iterable[T],
    run_task: Callable[[T], R],
    cores: float = TASK_CORES,
    memory: int = TASK_MEMORY,
    max_concurrent: int | None = None,
    retries: int = MAX_RETRIES,
) -> Iterator[TaskResult[T, R]]:
    """Run all tasks on the cluster that this process is connected to, and yield each result as it is there.

    `run_task` is a module-level function, called in a process of the cluster; it raises RetryableError for what is
    worth a retry. Where `tasks` is a deque, the caller may add further ones meanwhile; the first one is run next.
    `max_concurrent` is how many tasks run at a time, by default as many as fit. Raises ClusterError when the cluster
    itself is lost; results yielded until then stand.
    """
    ray = ray_module()
    setup = ray.put(NodeSetup.collect(ray.put))
    run = ray.remote(_run).options(
        num_cpus=cores, memory=memory, max_retries=retries, retry_exceptions=[RetryableError]
    )
    limit = max_concurrent or max(1, int(ray.cluster_resources().get("CPU", 1) / cores)) * QUEUED_PER_CORE
    waiting = tasks if isinstance(tasks, deque) else deque(tasks)
    running: dict[Any, T] = {}
    try:
        while waiting or running:
            while waiting and len(running) < limit:
                task = waiting.popleft()
                running[run.remote(setup, run_task, task)] = task
            ready, _ = ray.wait(list(running), num_returns=1)
            for reference in ready:
                task = running.pop(reference)
                try:
                    result, run_info = ray.get(reference)
                    yield TaskResult(task, result, None, run_info)
                except ray.exceptions.RayTaskError as error:
                    yield TaskResult(task, None, _error_text(error), TaskRun())
                except ray.exceptions.RayError as error:
                    yield TaskResult(task, None, _lost_text(error, retries), TaskRun())
    except (ConnectionError, ray.exceptions.RayError) as error:
        raise ClusterError(
            f"The cluster was lost: {str(error).partition(chr(10))[0][:300]}. Finished files are complete. "
            "When the cluster is back, run the same command with --resume."
        ) from error
    finally:
        for reference in running:
            ray.cancel(reference, force=True)


def _run(setup: NodeSetup, run_task: Callable[[T], R], task: T) -> tuple[R, TaskRun]:
    ray = ray_module()
    setup.apply(ray.get)
    started, clock = time.time(), time.monotonic()
    try:
        result = run_task(task)
    except RetryableError:
        time.sleep(RETRY_DELAY_S)
        raise
    return result, TaskRun(os.uname().nodename, started, time.monotonic() - clock)


def _error_text(error: Exception) -> str:
    cause = getattr(error, "cause", error)
    if isinstance(cause, (RetryableError, PasserbyError)):
        return str(cause)
    return f"{type(cause).__name__}: {cause}\nThis is a bug in passerby."


def _lost_text(error: Exception, retries: int) -> str:
    cause = {
        "OutOfMemoryError": "memory ran out",
        "WorkerCrashedError": "its process died",
        "NodeDiedError": "its node was lost",
    }.get(type(error).__name__, type(error).__name__)
    return f"Started {retries + 1} times, and lost each time: {cause}. Try it alone, or on a machine with more memory."
