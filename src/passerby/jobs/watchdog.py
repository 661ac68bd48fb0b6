"""When is a process hanging? By signs of work, never by how long it takes: a film of a week is no hang."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

#: Seconds without any sign of work after which a process is taken to hang. The longest honest silence is the encoding
#: of one very large still: minutes on a slow machine.
PATIENCE = 1800.0
#: Seconds between two looks at the signs; and what a longer pause counts for. Then this process itself stood still
#: (Ctrl+Z, a laptop that slept), and the other one with it.
POLL, LONGEST_POLL = 1.0, 10.0
#: Bytes that may be read and written between two beats, beside some times the size of the file. A checksum reads a file
#: once; a reader that goes round in circles has no end.
_TIMES, _BESIDE = 4, 1 << 30


class Watch:
    """Watches one process at work on one file.

    Signs of work are its beats (a frame was done, a part of a still was looked at) and, between beats, the bytes that
    it reads and writes (checksums of large files), up to some times the size of the file.
    """

    def __init__(self, size: int, patience: float = PATIENCE, clock: Callable[[], float] = time.monotonic) -> None:
        """`size` of the file in bytes, `patience` in seconds."""
        self._patience, self._clock = patience, clock
        self._most = _TIMES * size + _BESIDE
        self._beats = self._moved = self._moved_at_beat = 0
        self._silent, self._looked = 0.0, clock()

    def hangs(self, beats: int, moved: int) -> bool:
        """To be called every POLL seconds or so: `beats` so far, and bytes `moved` (read and written) so far."""
        now = self._clock()
        self._silent += min(now - self._looked, LONGEST_POLL)
        self._looked = now
        if beats != self._beats:
            self._beats, self._moved_at_beat, self._silent = beats, moved, 0.0
        elif moved != self._moved and moved - self._moved_at_beat <= self._most:
            self._silent = 0.0
        self._moved = moved
        return self._silent > self._patience


def bytes_moved(pid: int) -> int:
    """Bytes that a process has read and written so far; 0 where the system does not tell."""
    try:
        lines = Path(f"/proc/{pid}/io").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return sum(int(number) for name, _, number in (line.partition(":") for line in lines) if name in ("rchar", "wchar"))
