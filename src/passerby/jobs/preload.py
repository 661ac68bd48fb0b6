"""Starts the worker process before the command line is parsed.

The worker takes longer to load than the command line takes to parse, and another processor can do it meanwhile: so one
file waits for the longer of the two, not for both. This module loads the rest of passerby in the worker only.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import Connection

from passerby.jobs.process import WorkerProcess

#: Options of `redact` with which no file is redacted in a process of this program's own.
_WITHOUT_WORKER = frozenset({"-h", "--help", "--on"})


def preload(arguments: Sequence[str]) -> WorkerProcess | None:
    """A worker for the files of this command line, if it is one that redacts. The caller ends it."""
    options = {argument.partition("=")[0] for argument in arguments}
    if "redact" in arguments[:1] and not _WITHOUT_WORKER & options:
        return WorkerProcess.start(_serve)
    return None


def _serve(pipe: Connection, parent: int) -> None:
    with suppress(KeyboardInterrupt):  # the parent process reports it
        from passerby.jobs.job import run_task
        from passerby.jobs.worker import serve

        serve(run_task, pipe, parent)
