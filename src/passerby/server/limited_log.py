"""A log that repeats itself is cut short: whoever makes the program log a line must not fill the disk with it.

Of lines of one kind (the same message before its arguments are filled in), a few are written in each period; then one
says how many were left out. And there is a limit for all lines together, for those that differ each time.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from passerby.core.names import printable

#: Seconds of a period; lines of one kind in it; and characters of all lines in it.
PERIOD_S, MAX_LINES, MAX_CHARS = 600.0, 10, 100_000
#: Kinds of lines that are counted; the one that was not seen for longest is forgotten.
_MAX_KINDS = 500


@dataclass(slots=True)
class _Kind:
    """Lines of one kind since `since`: written, with their characters, and left out."""

    since: float
    lines: int = 0
    chars: int = 0
    left_out: int = 0


class LineLimit:
    """Decides which lines are written. Thread-safe."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._kinds: OrderedDict[str, _Kind] = OrderedDict()
        self._all = _Kind(clock())

    def admit(self, kind: str, line: str) -> str | None:
        """The line as it is to be written, with the number of those that were left out before it; None for none."""
        now = self._clock()
        with self._lock:
            known = self._kinds.pop(kind, None) or _Kind(now)
            self._kinds[kind] = known
            while len(self._kinds) > _MAX_KINDS:
                self._kinds.popitem(last=False)
            ended = [_restart(counted, now) for counted in (known, self._all)]
            if known.lines >= MAX_LINES or self._all.chars + len(line) > MAX_CHARS:
                of = known if known.lines >= MAX_LINES else self._all
                of.left_out += 1
                return None
            for counted in (known, self._all):
                counted.lines += 1
                counted.chars += len(line)
        repeated, others = ended
        if repeated:
            line += f" (and {repeated} more like this before)"
        return f"{line} ({others} other lines were left out)" if others else line


class LimitedLogHandler(logging.StreamHandler):  # type: ignore[type-arg]  # it is generic for type checkers only
    """Writes to standard error what a LineLimit admits."""

    def __init__(self, limit: LineLimit | None = None) -> None:
        super().__init__()
        self._limit = limit or LineLimit()

    def format(self, record: logging.LogRecord) -> str:
        """Empty for a line that is left out."""
        kind = f"{record.name} {record.levelno} {str(record.msg)[:200]}"
        return self._limit.admit(kind, printable(super().format(record), keep="\n\t")) or ""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = self.format(record)
            if line:
                self.stream.write(line + self.terminator)
                self.flush()
        except Exception:
            self.handleError(record)


def limit_logger(logger: logging.Logger) -> None:
    """Write the warnings of this logger and of those below it to standard error, cut short. What a library has set up
    for it is replaced. Nothing is done where a logger above is limited."""
    above: logging.Logger | None = logger
    while above is not None:
        if any(isinstance(handler, LimitedLogHandler) for handler in above.handlers):
            return
        above = above.parent
    logger.handlers[:] = [LimitedLogHandler()]
    logger.setLevel(logging.WARNING)
    logger.propagate = False


def _restart(counted: _Kind, now: float) -> int:
    """Begin a new period if the last one is over. Returns how many lines were left out in it."""
    if now - counted.since < PERIOD_S:
        return 0
    left_out = counted.left_out
    counted.since, counted.lines, counted.chars, counted.left_out = now, 0, 0, 0
    return left_out
