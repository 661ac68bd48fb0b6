"""Receives live parts from the camera processes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from multiprocessing.connection import Connection


def start_receiver(connection: Connection, camera: str, deliver: Callable[[bytes], None]) -> threading.Thread:
    """Deliver the parts, serialised, that a camera's process sends (`sink.recording.live_parts.LivePartSender`), in a
    thread that ends when the process does."""

    def run() -> None:
        with connection:
            while True:
                try:
                    data = connection.recv_bytes()
                except (EOFError, OSError):  # the camera's process has ended
                    return
                deliver(data)

    thread = threading.Thread(target=run, name=f"live parts of {camera}", daemon=True)
    thread.start()
    return thread
