"""Receives live parts from the camera processes."""

from __future__ import annotations

import threading
from multiprocessing.connection import Connection

from passerby.server.live.buffer import LiveBuffer
from passerby.store.recordings.part import Part


def start_receiver(connection: Connection, buffer: LiveBuffer) -> threading.Thread:
    """Add the parts that a camera's process sends (`sink.recording.live_parts.LivePartSender`) to its buffer, in a
    thread that ends when the process does."""

    def run() -> None:
        with connection:
            while True:
                try:
                    data = connection.recv_bytes()
                except (EOFError, OSError):  # the camera's process has ended
                    return
                buffer.add(Part.from_bytes(data))

    thread = threading.Thread(target=run, name=f"live parts of {buffer.camera}", daemon=True)
    thread.start()
    return thread
