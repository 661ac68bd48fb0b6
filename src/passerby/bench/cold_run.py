"""Whole cold processes, run and measured from outside."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from passerby.core.errors import PasserbyError

#: Seconds between two looks at the memory of a process and its children.
_LOOK = 0.05
#: 3 is passerby asking for a person: the work is done.
_FINE = (0, 3)
KIB = 1024


@dataclass(frozen=True, slots=True)
class Run:
    """One run. `seconds` of wall clock; `cpu` seconds, user and system, of the process and all it waited for; `memory`
    in bytes: the sum of the high-water marks of the process and all it started, never less than what they held at
    once. `first` is when the first frame had been analysed, where the program tells of frames (`--json`)."""

    seconds: float
    cpu: float
    memory: int
    first: float | None = None


def run_cold(command: Sequence[str], folder: Path) -> Run:
    """Run a command from start to end. What it says goes to a file in `folder` and is shown only when it fails.

    Raises PasserbyError when it ends with an error or cannot be started.
    """
    errors = folder / "said.txt"
    with errors.open("wb") as told:
        begun = time.monotonic()
        try:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=told)
        except OSError as error:
            raise PasserbyError(f"{command[0]} cannot be started: {error.strerror}. Is it installed?") from error
        watch = _Watch(process.pid)
        said = _Said(process, begun)
        try:
            with watch, said:
                _, status, usage = os.wait4(process.pid, 0)
                seconds = time.monotonic() - begun
                process.returncode = os.waitstatus_to_exitcode(status)
        except BaseException:
            if process.returncode is None:
                process.kill()
            raise
    if process.returncode not in _FINE:
        _fail(command, process.returncode, said.last + errors.read_text(errors="replace"))
    # The kernel's own mark (ru_maxrss) begins with what we held ourselves when we started it, so it is the last resort.
    return Run(seconds, usage.ru_utime + usage.ru_stime, watch.memory or usage.ru_maxrss * KIB, said.first)


def run_plain(command: Sequence[str], folder: Path, results: Path, quiet: bool = False) -> None:
    """Run a command over many files whose results go to `results`. Some may fail, and are then missing there. Its
    standard error is ours, unless `quiet`.

    Raises PasserbyError when it was no use at all: an error, and not one result.
    """
    errors = folder / "said.txt"
    with errors.open("wb") as told:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=told, stderr=told if quiet else None, check=False
        )
    if done.returncode not in _FINE and not any(path.is_file() for path in results.rglob("*")):
        _fail(command, done.returncode, errors.read_text(errors="replace"))


def _fail(command: Sequence[str], code: int, said: str) -> None:
    shown = " ".join(word if len(word) < 60 else f"…{word[-50:]}" for word in command)
    raise PasserbyError(f"`{shown}` ended with {code}. It said:\n{said[-2000:].strip()}")


class _Watch:
    """Looks at the memory of a process and all it starts, until the block ends."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._marks: dict[int, int] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    @property
    def memory(self) -> int:
        return sum(self._marks.values())

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.is_set():
            self._marks.update(_high_water(self._pid))
            self._over.wait(_LOOK)


def _high_water(pid: int) -> Iterator[tuple[int, int]]:
    """(process, bytes) of a process and everything it has started (proc(5): VmHWM, children)."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        children = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:  # it has just ended
        return
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            yield pid, int(line.split()[1]) * KIB
    for child in " ".join(children).split():
        yield from _high_water(int(child))


class _Said:
    """Reads what a process says, and notes when it first tells of a frame that was analysed."""

    def __init__(self, process: subprocess.Popen[bytes], begun: float) -> None:
        self._process, self._begun = process, begun
        self.first: float | None = None
        self.last = ""
        self._thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._thread.join()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self.last = (self.last + line.decode(errors="replace"))[-1000:]
                if self.first is None and _tells_of_a_frame(line):
                    self.first = time.monotonic() - self._begun


def _tells_of_a_frame(line: bytes) -> bool:
    if not line.startswith(b"{"):
        return False
    try:
        told: dict[str, Any] = json.loads(line)
    except ValueError:
        return False
    return told.get("event") == "progress" and told.get("stage") == "analyse" and bool(told.get("done"))
