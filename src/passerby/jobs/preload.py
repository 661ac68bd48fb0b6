"""The process that works on files, begun before the command line has been read.

What it has to load takes longer than reading the command line does, and another processor can do it meanwhile: so a
film waits for the longer of the two, not for both. This module loads nothing of passerby until it is in that process.
"""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

#: What a command line holds that will redact no file in a process of this program's own.
_ELSEWHERE = frozenset({"-h", "--help", "--on"})


@dataclass(slots=True)
class Running:
    """A process and the way to it; `born` once it has told of itself."""

    process: BaseProcess
    pipe: Connection
    born: bool = False


_begun = deque[Running]()


def start(serve: Callable[..., None], *first: object) -> Running:
    """A new process that runs `serve(*first, PIPE, OUR_PID)`."""
    spawn = multiprocessing.get_context("spawn")
    ours, its = spawn.Pipe()
    process = spawn.Process(target=serve, args=(*first, its, os.getpid()))
    process.start()
    its.close()  # else we would not hear that it died
    return Running(process, ours)


def begin(arguments: Sequence[str]) -> None:
    """Start a process for the files of this command line, if it is one that redacts."""
    options = {argument.partition("=")[0] for argument in arguments}
    if "redact" in arguments[:1] and not _ELSEWHERE & options:
        _begun.append(start(_serve))


def take() -> Running | None:
    """The process that was begun, for whoever works with it and ends it. There is one, once."""
    with suppress(IndexError):  # several threads may ask at once
        return _begun.pop()
    return None


def end() -> None:
    """End the process that was begun if nobody took it."""
    begun = take()
    if begun is not None:
        begun.pipe.close()
        begun.process.kill()  # it has done nothing yet
        begun.process.join()


def _serve(pipe: Connection, parent: int) -> None:
    with suppress(KeyboardInterrupt):  # it is the other process that has to say so
        from passerby.jobs.remote_io import do
        from passerby.jobs.worker import serve

        serve(do, pipe, parent)
