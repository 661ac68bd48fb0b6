"""Limits that a process sets for itself."""

from __future__ import annotations

import os
import resource


def disable_core_dumps() -> None:
    """A dump of memory would hold the very pixels that are to be hidden."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


#: Share of the memory of the machine that one process may take.
MAX_MEMORY_SHARE = 0.8
#: Memory that a process may take at least, bytes: less than the models and a large picture need.
MIN_MEMORY = 2 << 30


def limit_memory(most: int | None = None) -> int:
    """Limit the private memory of this process, and of those that it starts, to `most` bytes, or to what the machine
    can spare. Returns the limit.

    A file of some hundred bytes can claim any number of pictures or samples. Beyond the limit an allocation fails, and
    with it the file or the connection; without one the system would run out of memory and end something else.
    RLIMIT_DATA counts what is allocated (private, writable). RLIMIT_AS would count what is only reserved too, of which
    the models' threads take many times as much.
    """
    spare = int(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") * MAX_MEMORY_SHARE)
    wanted = max(spare, MIN_MEMORY) if most is None else most
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    return limit
