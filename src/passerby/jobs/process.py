"""A child process and the pipe to it. Imports nothing of passerby: preload.py runs before the rest is loaded."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess


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
        process.start()
        theirs.close()  # otherwise the end of the process would not be noticed
        return cls(process, ours)

    def kill(self) -> None:
        """End it at once; nothing happens where it has ended already."""
        self.pipe.close()
        self.process.kill()
        self.process.join()
