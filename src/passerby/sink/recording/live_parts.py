"""Sending live parts to the process that serves them, through a pipe: masked as they are, they never touch the disk."""

from __future__ import annotations

import threading
from multiprocessing.connection import Connection

from passerby.sink.part_queue import PartQueue
from passerby.store.recordings.part import Part


class LivePartSender:
    """Sends each part that it is called with over `connection` (one end of a pipe), without ever blocking the caller.

    With a slow receiver the oldest parts are dropped; once the receiver is gone, nothing is sent any more.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._queue = PartQueue()
        self._thread = threading.Thread(target=self._send, name="live pictures", daemon=True)
        self._thread.start()

    def __call__(self, part: Part) -> None:
        self._queue.put(part)

    @property
    def dropped(self) -> int:
        """Parts that were dropped."""
        return self._queue.dropped

    def close(self) -> None:
        """Accept no more parts; queued ones are still sent, for up to a second."""
        self._queue.close(discard=False)
        self._thread.join(1.0)
        self._connection.close()

    def _send(self) -> None:
        while (part := self._queue.take()) is not None:
            try:
                self._connection.send_bytes(part.to_bytes())
            except OSError:  # the receiver is gone; the camera continues
                self._queue.close(discard=True)
