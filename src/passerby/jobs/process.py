"""A child process and the pipe to it. Imports nothing of passerby: preload.py runs before the rest is loaded."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

#: Signals that a parent handles for its processes too.
PARENT_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(slots=True)
class WorkerProcess:
    """A process and the pipe to it; `responded` once it has sent something."""

    process: BaseProcess
    pipe: Connection
    responded: bool = False

    @classmethod
    def start(cls, serve: Callable[..., None], *arguments: object) -> WorkerProcess:
        """A new process that runs `serve(*arguments, PIPE, OUR_PID)`."""
        spawn = multiprocessing.get_context("spawn")
        ours, theirs = spawn.Pipe()
        process = spawn.Process(target=serve, args=(*arguments, theirs, os.getpid()))
        # A terminal and a service manager signal all processes of a program. The parent decides what becomes of this
        # one, which would otherwise end in the middle of a file. What is blocked here stays blocked in the new process.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, PARENT_SIGNALS)
        try:
            process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()  # otherwise the end of the process would not be noticed
        return cls(process, ours)

    def kill(self) -> None:
        """End it at once; nothing happens where it has ended already."""
        self.pipe.close()
        self.process.kill()
        self.process.join()
