"""Sending live parts to the process that serves them, through a pipe: masked as they are, they never touch the disk."""

from __future__ import annotations

import threading
from collections import deque
from multiprocessing.connection import Connection

from passerby.store.recordings.part import Part

#: Parts queued for a slow receiver. Older ones are useless to live viewers.
MAX_QUEUED_PARTS = 4


class LivePartSender:
    """Sends each part that it is called with over `connection` (one end of a pipe), without ever blocking the caller.

    With a slow receiver the oldest parts are dropped; once the receiver is gone, nothing is sent any more.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._queue: deque[Part] = deque()
        self._changed = threading.Condition()
        self._closed = False
        #: Parts that were dropped.
        self.dropped = 0
        self._thread = threading.Thread(target=self._send, name="live pictures", daemon=True)
        self._thread.start()

    def __call__(self, part: Part) -> None:
        with self._changed:
            if self._closed:
                return
            while len(self._queue) >= MAX_QUEUED_PARTS:
                self._queue.popleft()
                self.dropped += 1
            self._queue.append(part)
            self._changed.notify()

    def close(self) -> None:
        """Accept no more parts; queued ones are still sent, for up to a second."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join(1.0)
        self._connection.close()

    def _send(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._queue or self._closed)
                if not self._queue:
                    return
                part = self._queue.popleft()
            try:
                self._connection.send_bytes(part.to_bytes())
            except OSError:  # the receiver is gone; the camera continues
                with self._changed:
                    self._closed = True
                    self._queue.clear()
