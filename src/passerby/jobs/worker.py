"""The process that works on files, one after the other: when a codec crashes or hangs, it is this process that goes."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import connection
from pathlib import Path
from pickle import PicklingError

from passerby.jobs.job import Kept, Outcome, State, Work
from passerby.jobs.preload import Running, start
from passerby.jobs.watchdog import PATIENCE, POLL, Watch, bytes_moved
from passerby.sink.output_file import part_of, remove_stale

#: prctl(2): the signal a process gets when its parent dies.
_PR_SET_PDEATHSIG = 1
#: Seconds between two beats that a process tells of.
_BEAT_EVERY = 0.5
#: Seconds that a new process has for loading the program.
_BIRTH = 300.0
#: Seconds that a process has for coming to its end when it was told to.
_LAST_WORDS = 5.0

Do = Callable[[Work, Kept], Outcome]
_State = tuple[int, int, int] | None


class _Hung(Exception):
    """The process gives no sign of work."""


class Worker:
    """One process at a time, replaced when it dies or hangs."""

    def __init__(self, do: Do, patience: float = PATIENCE, running: Running | None = None) -> None:
        """`do` is what the process does with each Work; `patience` in seconds, as Watch has it; `running` a process
        that does it, if there is one already."""
        self._do, self._patience, self._running = do, patience, running

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        self._end(kill=kind is not None)

    def do(self, work: Work) -> Outcome:
        """What came of it: what the process says, or a failed file when the process died or hung.

        Of one that died or hung no `.part` is left behind. Faults of passerby itself are raised.
        """
        parts = {path: _state(part_of(path)) for path in work.writes}
        before = _state(work.job.output)
        try:
            answer = self._answer(work)
        except (_Hung, EOFError, ConnectionError) as end:
            self._give_up(parts)
            what = _hung(work, self._patience) if isinstance(end, _Hung) else _died(work)
            left = (
                "The output is whole, but has no report" if _state(work.job.output) != before else "Nothing was written"
            )
            died = not isinstance(end, _Hung)
            return Outcome(work.job, State.FAILED, error=f"{what} {left}.", exit_code=1, again=died)
        except BaseException:
            self._give_up(parts)
            raise
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _answer(self, work: Work) -> Outcome | Exception:
        """Raises EOFError or ConnectionError when the process dies, _Hung when it does nothing any more."""
        running = self._running = self._running or start(serve, self._do)
        running.pipe.send(work)
        watch, beats = Watch(_size(work.job.source), self._patience), 0
        birth = Watch(0, max(self._patience, _BIRTH))
        while True:
            if connection.wait([running.pipe, running.process.sentinel], min(POLL, self._patience / 4)):
                answer: Outcome | Exception | None = running.pipe.recv()
                if answer is not None:
                    return answer
                running.born, beats = True, beats + 1
            moved = bytes_moved(running.process.pid or 0)
            if (watch if running.born else birth).hangs(beats, moved):
                raise _Hung

    def _give_up(self, parts: dict[Path, _State]) -> None:
        """End the process, and take away what it left half-written: files that were not so before it began."""
        self._end(kill=True)
        for path, before in parts.items():
            if _state(part_of(path)) != before:
                remove_stale(path)

    def _end(self, *, kill: bool) -> None:
        running, self._running = self._running, None
        if running is None:
            return
        running.pipe.close()  # this it takes for the end of its work
        if not kill:
            running.process.join(_LAST_WORDS)
        if running.process.is_alive():
            running.process.kill()
        running.process.join(_LAST_WORDS)


def serve(do: Do, pipe: connection.Connection, parent: int) -> None:
    """The life of the process: Work comes in; a None for each beat, and an Outcome or an Exception go out."""
    _die_with_parent(parent)
    mouth = _Mouth(pipe)
    kept = Kept(mouth.beat)
    with suppress(EOFError, ConnectionError, KeyboardInterrupt):
        while True:
            work = pipe.recv()
            mouth.beat()
            try:
                answer: Outcome | Exception = do(work, kept)
            except Exception as error:  # whatever it is, it belongs to whoever waits for the answer
                error.add_note(traceback.format_exc())
                answer = error
            mouth.answer(answer)


class _Mouth:
    """What a process says, from whichever of its threads: one thing at a time."""

    def __init__(self, pipe: connection.Connection) -> None:
        self._pipe, self._lock = pipe, threading.Lock()
        self._next = 0.0

    def beat(self) -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + _BEAT_EVERY
            with self._lock:
                self._pipe.send(None)

    def answer(self, answer: Outcome | Exception) -> None:
        self._next = 0.0  # the next file begins with a beat
        with self._lock:
            try:
                self._pipe.send(answer)
            except (TypeError, AttributeError, ValueError, PicklingError):  # it cannot be sent as it is
                self._pipe.send(RuntimeError(f"{type(answer).__name__}: {answer}"))


def _die_with_parent(parent: int) -> None:
    """A run that is killed is to leave nothing behind that still writes."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before we could ask
            os._exit(1)


def _died(work: Work) -> str:
    return (
        f"The process that worked on {work.job.source} died. The file may crash its decoder, or memory ran out. "
        "Try it alone, or repair the file first."
    )


def _hung(work: Work, patience: float) -> str:
    return (
        f"The process that worked on {work.job.source} did nothing any more for {_span(patience)} and was ended. The "
        "file probably hangs its decoder, or the disk does not answer. Copy the file to another disk and try it alone, "
        "or repair it first."
    )


def _span(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds:.0f} seconds"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _state(path: Path) -> _State:
    """Changes when the file is written, replaced or removed."""
    try:
        now = path.lstat()
    except OSError:
        return None
    return now.st_ino, now.st_size, now.st_mtime_ns
