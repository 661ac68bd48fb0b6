"""Limits that a process sets for itself."""

from __future__ import annotations

import ctypes
import os
import resource
import struct
from collections.abc import Iterable


def disable_core_dumps() -> None:
    """A dump of memory would hold the very pixels that are to be hidden."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


#: Share of the memory of the machine that one process may take.
MAX_MEMORY_SHARE = 0.8
#: Memory that a process may take at least, bytes: less than the models and a large picture need.
MIN_MEMORY = 2 << 30


def limit_memory(most: int | None = None) -> int:
    """Limit the private memory of this process, and of those that it starts, to `most` bytes, or to what the machine
    can spare; a lower limit that it has already stays. Returns the limit.

    A file of some hundred bytes can claim any number of pictures or samples. Beyond the limit an allocation fails, and
    with it the file or the connection; without one the system would run out of memory and end something else.
    RLIMIT_DATA counts what is allocated (private, writable). RLIMIT_AS would count what is only reserved too, of which
    the models' threads take many times as much.
    """
    spare = int(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") * MAX_MEMORY_SHARE)
    wanted = max(spare, MIN_MEMORY) if most is None else most
    known = [limit for limit in resource.getrlimit(resource.RLIMIT_DATA) if limit != resource.RLIM_INFINITY]
    limit = min([wanted, *known])
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    return limit


#: landlock(7): system calls (the same on all architectures), a rule for a port, connecting by TCP, and the first
#: version of the interface that knows it (Linux 6.7).
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_FLAG, _NET_PORT, _CONNECT_TCP, _MIN_VERSION = 1, 2, 1 << 1, 4
#: prctl(2).
_PR_SET_NO_NEW_PRIVS = 38


def restrict_connections(ports: Iterable[int]) -> bool:
    """From now on this thread, and those that it starts, connect by TCP to these ports only, of any host. False where
    the kernel has no Landlock of that kind: then nothing is restricted.

    FFmpeg's RTSP client follows redirects wherever they lead, and no option forbids it. A camera that sends one reaches
    no other service of this machine or its network.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(_CREATE_RULESET, None, 0, _VERSION_FLAG) < _MIN_VERSION:
        return False
    handled = struct.pack("=QQ", 0, _CONNECT_TCP)
    ruleset = libc.syscall(_CREATE_RULESET, handled, len(handled), 0)
    if ruleset < 0:
        return False
    try:
        for port in ports:
            if libc.syscall(_ADD_RULE, ruleset, _NET_PORT, struct.pack("=QQ", _CONNECT_TCP, port), 0):
                return False
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        return bool(libc.syscall(_RESTRICT_SELF, ruleset, 0) == 0)
    finally:
        os.close(ruleset)
