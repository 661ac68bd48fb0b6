"""An encoder does not decide how urgent this process is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def urgency_kept() -> Iterator[None]:
    """Every thread of this process is scheduled afterwards as the calling one was before.

    SVT-AV1 (4.1), where it may (as root), makes a real-time task of the highest priority of each of its threads, and of
    the one that opens it, whose children are so too from then on. On a machine with few processors nothing else runs
    beside them.
    """
    policy, parameters = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        yield
    finally:
        for thread in os.listdir("/proc/self/task"):
            with suppress(ProcessLookupError):  # it has ended meanwhile
                if os.sched_getscheduler(int(thread)) == os.SCHED_FIFO != policy:
                    os.sched_setscheduler(int(thread), policy, parameters)
