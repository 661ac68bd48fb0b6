"""Ctrl+C, the end of a terminal, and a service manager that stops a program: all of them end a run in the same way."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

#: Signals that end a run.
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(KeyboardInterrupt):
    """A signal asked the program to stop. Libraries in C, Ray among them, let nothing through but a KeyboardInterrupt,
    and make another one of it: which signal it was is remembered by Stop."""


@dataclass(slots=True)
class Stop:
    """The signal that asked the program to stop, None as long as none has."""

    signal: signal.Signals | None = None

    @property
    def exit_code(self) -> int:
        """As a shell gives it for a program that a signal ended."""
        return 128 + (self.signal or signal.SIGINT).value

    @property
    def name(self) -> str:
        return (self.signal or signal.SIGINT).name


@contextmanager
def stop_signals() -> Iterator[Stop]:
    """Meanwhile the first of these signals raises Stopped in the main thread. Further ones do nothing: what the first
    one began, removing what is not complete, is not interrupted. One that is ignored (by nohup) stays so."""
    asked = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return
    before = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    handled = [number for number, handler in before.items() if handler is not signal.SIG_IGN]

    def stop(number: int, _frame: FrameType | None) -> None:
        for each in handled:
            signal.signal(each, signal.SIG_IGN)
        asked.signal = signal.Signals(number)
        raise Stopped

    for number in handled:
        signal.signal(number, stop)
    try:
        yield asked
    finally:
        for number in handled:
            signal.signal(number, before[number])
