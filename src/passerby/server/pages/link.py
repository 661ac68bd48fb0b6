"""What the program and the process of its pages tell each other, over one pipe.

To the pages: how to start, then the status of the site, and the live parts of its cameras. From them: that they serve,
or why not, that site.yaml was changed, and that a camera is to be started again. The program reads that file itself,
and limits how often it starts a camera again: it takes nothing else from a process that strangers talk to.
"""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from multiprocessing.connection import Connection
from pathlib import Path

from passerby.config.site import Site
from passerby.documents.status import SiteStatus
from passerby.server.live.buffer import LiveBuffer
from passerby.store.recordings.part import Part


class MessageKind(Enum):
    """The first byte of a message."""

    START = b"B"
    STATUS = b"S"
    PART = b"P"
    READY = b"R"
    FAILED = b"F"
    CHANGED = b"C"
    RESTART = b"X"


@dataclass(frozen=True, slots=True)
class PagesSpec:
    """What the process of the pages is started with. `local_fd` and `public_fd` are its listening sockets."""

    config: Path
    site: Site
    status: SiteStatus
    token: str
    local_fd: int
    public_fd: int | None

    def to_bytes(self) -> bytes:
        """With all secrets: for the pipe to the own process, and nothing else."""
        return pickle.dumps(self)

    @classmethod
    def from_bytes(cls, data: bytes) -> PagesSpec:
        """The inverse of `to_bytes`, of what the program itself has sent."""
        spec = pickle.loads(data)
        assert isinstance(spec, cls)
        return spec


class PagesLink:
    """The end of the pipe in the process of the pages. `run` in one thread; all else from any."""

    def __init__(self, connection: Connection) -> None:
        self._connection, self._lock = connection, threading.Lock()
        kind, data = receive(connection)
        if kind is not MessageKind.START:
            raise ValueError("the pages were not told how to start")
        self.spec = PagesSpec.from_bytes(data)
        self._site, self._status = self.spec.site, self.spec.status
        self.buffers = {name: LiveBuffer(name) for name in self._site.cameras}

    def site(self) -> Site:
        """The configuration in effect."""
        return self._site

    def status(self) -> SiteStatus:
        """The latest status of the site."""
        return self._status

    def apply(self, site: Site) -> None:
        """Put a configuration into effect that was just written to site.yaml."""
        self._site = site
        for name in site.cameras:
            self.buffers.setdefault(name, LiveBuffer(name))
        self._send(MessageKind.CHANGED)

    def restart_camera(self, camera: str) -> None:
        """Have the process of a camera started again."""
        self._send(MessageKind.RESTART, camera.encode())

    def ready(self) -> None:
        self._send(MessageKind.READY)

    def failed(self, problem: str) -> None:
        """The pages cannot be served."""
        self._send(MessageKind.FAILED, problem.encode())

    def run(self) -> None:
        """Take what the program sends until it ends."""
        while True:
            try:
                kind, data = receive(self._connection)
            except (EOFError, OSError):
                return
            if kind is MessageKind.STATUS:
                self._status = SiteStatus.model_validate_json(data)
            elif kind is MessageKind.PART:
                part = Part.from_bytes(data)
                self.buffers.setdefault(part.camera, LiveBuffer(part.camera)).add(part)

    def _send(self, kind: MessageKind, data: bytes = b"") -> None:
        with self._lock:
            send(self._connection, kind, data)


def send(connection: Connection, kind: MessageKind, data: bytes = b"") -> None:
    """Send one message. Raises OSError when the other end is gone."""
    connection.send_bytes(kind.value + data)


def receive(connection: Connection) -> tuple[MessageKind, bytes]:
    """Wait for a message. Raises EOFError or OSError when the other end is gone, or this one is closed meanwhile."""
    try:
        message = connection.recv_bytes()
    except TypeError as error:
        # Python reads from the handle None where another thread has closed the connection since it looked.
        raise OSError("the connection was closed") from error
    return MessageKind(message[:1]), message[1:]


def start_reader(connection: Connection, handle: Callable[[MessageKind, bytes], None]) -> threading.Thread:
    """Pass each message to `handle`, in a thread that ends with the other end."""

    def run() -> None:
        while True:
            try:
                kind, data = receive(connection)
            except (EOFError, OSError, ValueError):  # it has ended, or does not make sense any more
                return
            handle(kind, data)

    thread = threading.Thread(target=run, name="passerby-pages-link", daemon=True)
    thread.start()
    return thread
