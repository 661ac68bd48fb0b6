"""Restoring thread priorities that an encoder changed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def preserved_thread_priority() -> Iterator[None]:
    """On exit, every thread of this process has the scheduling policy that the calling one had on entry.

    SVT-AV1 (4.1), where permitted (as root), gives its threads and the one that opens it the highest real-time
    priority, and child threads and processes inherit it. On a machine with few processors nothing else gets to run.
    """
    policy, parameters = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        yield
    finally:
        for thread in os.listdir("/proc/self/task"):
            with suppress(ProcessLookupError):  # it has ended in the meantime
                if os.sched_getscheduler(int(thread)) == os.SCHED_FIFO != policy:
                    os.sched_setscheduler(int(thread), policy, parameters)
