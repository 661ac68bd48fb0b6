"""The process of the pages, as the program handles it: started, told what it needs to know, restarted when it dies.

The pages are what strangers reach. In a process of their own they share neither memory nor file descriptors with the
program that starts the cameras, so nothing that is done to them stops the recording. The listening sockets belong to
the program: a restart of the pages keeps their addresses, and whoever connects meanwhile waits.
"""

from __future__ import annotations

import os
import queue
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from multiprocessing import Pipe
from multiprocessing.connection import Connection

from passerby.config.site import Site
from passerby.core.backoff import Backoff
from passerby.core.errors import PasserbyError, UsageError
from passerby.documents.status import SiteStatus
from passerby.server.live.receiver import start_receiver
from passerby.server.pages.link import MessageKind, PagesSpec, send, start_reader

#: Seconds for the pages to be served at the first start: a busy machine loads slowly.
START_TIMEOUT_S = 120.0
#: Seconds for the process to end once it is asked to, before it is killed.
STOP_TIMEOUT_S = 15.0
#: Seconds: the first pause before a restart, the longest, and how long it must have run for the pauses to start over.
FIRST_RESTART_S, MAX_RESTART_S, STABLE_S = 0.5, 30.0, 20.0
#: Messages that wait for a slow process; further ones are dropped: live parts, of which newer ones come.
MAX_QUEUED = 100


class PagesProcess:
    """The process of the pages, across restarts. `start`, `poll` and `stop` in one thread."""

    def __init__(
        self,
        command: Sequence[str],
        spec: PagesSpec,
        status: Callable[[], SiteStatus],
        on_change: Callable[[], Site],
        log: Callable[[str], None],
        now: Callable[[], float] = time.monotonic,
        on_restart: Callable[[str], None] = lambda camera: None,
    ) -> None:
        """`command` gets the descriptor of its pipe as its last argument. `on_change` is called when site.yaml was
        changed, and returns the configuration then in effect; `on_restart` with a camera to be started again."""
        self._command, self._spec, self._status, self._on_change = command, spec, status, on_change
        self._log, self._now, self._on_restart = log, now, on_restart
        self._backoff = Backoff(FIRST_RESTART_S, MAX_RESTART_S, STABLE_S)
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None
        self._reader: threading.Thread | None = None
        self._outgoing: queue.Queue[tuple[MessageKind, bytes] | None] | None = None
        self._started_at = self._restart_at = now()
        self._ready, self._problem = threading.Event(), ""
        self.restarts = 0

    @property
    def pid(self) -> int | None:
        """Process id; None while no process runs."""
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Start the process, and wait until it serves. Raises UsageError when it cannot."""
        self._spawn()
        until = self._now() + START_TIMEOUT_S
        while not self._ready.wait(0.1):
            ended = self._process is None or self._process.poll() is not None
            if self._problem or ended or self._now() > until:
                if self._reader is not None and ended:
                    self._reader.join(2)  # its last message may be on its way
                problem = self._problem or "The process of the pages does not start. Its messages are above."
                self.stop()
                raise UsageError(problem)

    def poll(self) -> None:
        """Restart the process when it has died, and tell it the status of the site. Raises OSError when it cannot be
        started: a later call tries again."""
        if self._process is None:
            if self._now() >= self._restart_at:
                self.restarts += 1
                self._restart_at = self._now() + self._backoff.next_s()
                self._spawn()
            return
        code = self._process.poll()
        if code is not None:
            self._end()
            self._restart_at = self._now() + self._backoff.next_s(self._now() - self._started_at)
            reason = self._problem or (f"signal {-code}" if code < 0 else f"exit code {code}")
            self._log(f"pages: the process ended ({reason}), and is started again. Recording continues.")
            return
        self._enqueue(MessageKind.STATUS, self._status().model_dump_json().encode())

    def relay(self, camera: str, connection: Connection) -> None:
        """Pass on the live parts of a camera's process, until it ends."""
        start_receiver(connection, camera, lambda data: self._enqueue(MessageKind.PART, data))

    def stop(self) -> None:
        """End the process, and wait for it."""
        process = self._process
        self._end()
        if process is None:
            return
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _spawn(self) -> None:
        self._started_at, self._problem = self._now(), ""
        self._ready.clear()
        ours, theirs = Pipe()
        spec = replace(self._spec, status=self._status())
        sockets = [fd for fd in (spec.local_fd, spec.public_fd) if fd is not None]
        try:
            self._process = subprocess.Popen(
                [*self._command, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl+C is for the program, which ends it in its turn
                pass_fds=(theirs.fileno(), *sockets),
            )
            self._connection = ours
            self._outgoing = queue.Queue(MAX_QUEUED)
            self._outgoing.put((MessageKind.START, spec.to_bytes()))
            sender = threading.Thread(
                target=_send_queued, args=(ours, self._outgoing), name="passerby-pages-sender", daemon=True
            )
            sender.start()
            self._reader = start_reader(ours, self._handle)
        except (OSError, RuntimeError) as error:
            self._kill()
            ours.close()
            raise OSError(f"the process of the pages cannot be started: {error}") from error
        finally:
            theirs.close()

    def _handle(self, kind: MessageKind, data: bytes) -> None:
        if kind is MessageKind.READY:
            self._ready.set()
        elif kind is MessageKind.FAILED:
            self._problem = data.decode("utf-8", "replace")[:2000]
        elif kind is MessageKind.RESTART:
            self._on_restart(data.decode("utf-8", "replace")[:100])
        elif kind is MessageKind.CHANGED:
            try:
                self._spec = replace(self._spec, site=self._on_change())
            except (PasserbyError, OSError) as error:
                self._log(f"pages: the changed settings could not be read: {error}")

    def _enqueue(self, kind: MessageKind, data: bytes) -> None:
        outgoing = self._outgoing
        if outgoing is not None:
            with suppress(queue.Full):
                outgoing.put_nowait((kind, data))

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._end()

    def _end(self) -> None:
        """The process reads the end of its pipe, and ends."""
        self._process = None
        outgoing, self._outgoing = self._outgoing, None
        if outgoing is not None:
            with suppress(queue.Full):
                outgoing.put_nowait(None)
        connection, self._connection = self._connection, None
        if connection is not None:
            # Threads may be reading and writing it: closing alone would neither wake them nor tell the other end.
            with suppress(OSError), socket.socket(fileno=os.dup(connection.fileno())) as end:
                end.shutdown(socket.SHUT_RDWR)
            connection.close()


def _send_queued(connection: Connection, outgoing: queue.Queue[tuple[MessageKind, bytes] | None]) -> None:
    while (message := outgoing.get()) is not None:
        try:
            send(connection, *message)
        except OSError:  # the process has ended, which `poll` notices
            return
