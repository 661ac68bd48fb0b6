"""Detects a process that hangs by the signs of its work, never by how long it takes: a week-long video is no hang."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

#: Seconds without any sign of work after which a process counts as hung. The longest legitimate silence is the encoding
#: of one very large still: minutes on a slow machine.
STALL_TIMEOUT_S = 1800.0
#: Seconds between two checks; and what a longer pause counts for at most. Then this process itself stood still (Ctrl+Z,
#: a laptop that slept), and the other one with it.
POLL_INTERVAL_S, MAX_POLL_GAP_S = 1.0, 10.0
#: Bytes that may be transferred between two heartbeats: so many times the size of the file, and so many besides. A
#: checksum reads a file once; a reader that loops has no end.
_MAX_READS, _EXTRA_BYTES = 4, 1 << 30


class Watchdog:
    """Watches one process at work on one file.

    Signs of work are its heartbeats (a frame was processed, a part of a still was searched) and, between heartbeats,
    the bytes that it reads and writes (checksums of large files), up to some times the size of the file.
    """

    def __init__(
        self, size: int, stall_timeout: float = STALL_TIMEOUT_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`size` of the file in bytes, `stall_timeout` in seconds."""
        self._stall_timeout, self._clock = stall_timeout, clock
        self._max_transfer = _MAX_READS * size + _EXTRA_BYTES
        self._heartbeats = self._transferred = self._transferred_at_heartbeat = 0
        self._silent_s, self._checked_at = 0.0, clock()

    def is_stalled(self, heartbeats: int, transferred: int) -> bool:
        """To be called about every POLL_INTERVAL_S with the totals so far: heartbeats, and bytes read and written."""
        now = self._clock()
        self._silent_s += min(now - self._checked_at, MAX_POLL_GAP_S)
        self._checked_at = now
        if heartbeats != self._heartbeats:
            self._heartbeats, self._transferred_at_heartbeat, self._silent_s = heartbeats, transferred, 0.0
        elif transferred != self._transferred and transferred - self._transferred_at_heartbeat <= self._max_transfer:
            self._silent_s = 0.0
        self._transferred = transferred
        return self._silent_s > self._stall_timeout


def bytes_transferred(pid: int) -> int:
    """Bytes that a process has read and written so far; 0 where the system does not report them."""
    try:
        lines = Path(f"/proc/{pid}/io").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return sum(int(number) for name, _, number in (line.partition(":") for line in lines) if name in ("rchar", "wchar"))
