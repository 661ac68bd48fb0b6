"""Whole cold processes, run and measured from outside."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from passerby.core.errors import PasserbyError

#: Seconds between two samples of the memory of a process and its children.
_SAMPLE_INTERVAL_S = 0.05
#: 3 is passerby's code for a result that needs review: it succeeded.
_SUCCESS_CODES = (0, 3)
KIB = 1024


@dataclass(frozen=True, slots=True)
class ColdRun:
    """One run. `seconds` of wall-clock time; `cpu` seconds, user and system, of the process and all children it waited
    for; `memory` in bytes: the sum of the high-water marks of the process and all its descendants, never less than what
    they held at once. `first_frame_s` is when the first frame was analysed, where the program reports frames
    (`--json`)."""

    seconds: float
    cpu: float
    memory: int
    first_frame_s: float | None = None


def run_cold(
    command: Sequence[str], folder: Path, on_sample: Callable[[Mapping[int, int]], None] = lambda _: None
) -> ColdRun:
    """Run a command from start to end. Its stderr goes to a file in `folder` and is shown only when it fails.
    `on_sample` gets the peak memory of each process (bytes by process id) after each sample.

    Raises PasserbyError when it fails or cannot be started.
    """
    errors = folder / "stderr.txt"
    with errors.open("wb") as stderr:
        started = time.monotonic()
        try:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=stderr)
        except OSError as error:
            raise PasserbyError(f"{command[0]} cannot be started: {error.strerror}. Is it installed?") from error
        memory = _MemorySampler(process.pid, on_sample)
        assert process.stdout is not None
        reader = _OutputReader(process.stdout, started)
        try:
            with memory, reader:
                _, status, usage = os.wait4(process.pid, 0)
                seconds = time.monotonic() - started
                process.returncode = os.waitstatus_to_exitcode(status)
        except BaseException:
            if process.returncode is None:
                process.kill()
            raise
    if process.returncode not in _SUCCESS_CODES:
        _fail(command, process.returncode, reader.last + errors.read_text(errors="replace"))
    # The kernel's own mark (ru_maxrss) includes our memory at the fork, so it is only the fallback.
    return ColdRun(seconds, usage.ru_utime + usage.ru_stime, memory.peak or usage.ru_maxrss * KIB, reader.first_frame_s)


def run_batch(command: Sequence[str], folder: Path, results: Path, quiet: bool = False) -> None:
    """Run a command on many files whose results go to `results`. Some may fail, and are then missing there. Its
    standard error is inherited, unless `quiet`.

    Raises PasserbyError when it failed without a single result.
    """
    errors = folder / "stderr.txt"
    with errors.open("wb") as stderr:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=stderr, stderr=stderr if quiet else None, check=False
        )
    if done.returncode not in _SUCCESS_CODES and not any(path.is_file() for path in results.rglob("*")):
        _fail(command, done.returncode, errors.read_text(errors="replace"))


def _fail(command: Sequence[str], code: int, output: str) -> None:
    shown = " ".join(word if len(word) < 60 else f"…{word[-50:]}" for word in command)
    raise PasserbyError(f"`{shown}` ended with exit code {code}. Its output:\n{output[-2000:].strip()}")


class _MemorySampler:
    """Samples the memory of a process and all its descendants, until the block ends."""

    def __init__(self, pid: int, on_sample: Callable[[Mapping[int, int]], None]) -> None:
        self._pid, self._on_sample = pid, on_sample
        self._marks: dict[int, int] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    @property
    def peak(self) -> int:
        return sum(self._marks.values())

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._ended.is_set():
            self._marks.update(_peak_memory(self._pid))
            self._on_sample(self._marks)
            self._ended.wait(_SAMPLE_INTERVAL_S)


def _peak_memory(pid: int) -> Iterator[tuple[int, int]]:
    """(process id, bytes) of a process and all its descendants (proc(5): VmHWM, children)."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        children = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:  # it has just ended
        return
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            yield pid, int(line.split()[1]) * KIB
    for child in " ".join(children).split():
        yield from _peak_memory(int(child))


class _OutputReader:
    """Reads the output of a process, and records when it first reports an analysed frame."""

    def __init__(self, output: IO[bytes], started: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._output, self._started, self._clock = output, started, clock
        self.first_frame_s: float | None = None
        self.last = ""
        self._thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._thread.join()

    def _read(self) -> None:
        with self._output as lines:
            for line in lines:
                self.last = (self.last + line.decode(errors="replace"))[-1000:]
                if self.first_frame_s is None and _reports_a_frame(line):
                    self.first_frame_s = self._clock() - self._started


def _reports_a_frame(line: bytes) -> bool:
    if not line.startswith(b"{"):
        return False
    try:
        event: dict[str, Any] = json.loads(line)
    except ValueError:
        return False
    return event.get("event") == "progress" and event.get("stage") == "analyse" and bool(event.get("done"))
