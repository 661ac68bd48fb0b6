"""Parts on their way to the process that shows them. They are masked; even so they go from memory to memory."""

from __future__ import annotations

import threading
from collections import deque
from multiprocessing.connection import Connection

from passerby.store.recordings.part import Part

#: Parts that wait for a receiver that is slow. Older ones are of no use to anybody who watches live.
WAITING = 4


class LiveSender:
    """Sends each part that it is called with over `connection` (one end of a pipe), and never blocks its caller.

    When the other side is slow the oldest parts are left out; when it is gone nothing is sent any more.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._waiting: deque[Part] = deque()
        self._changed = threading.Condition()
        self._closed = False
        #: Parts that were left out.
        self.lost = 0
        self._thread = threading.Thread(target=self._send, name="live pictures", daemon=True)
        self._thread.start()

    def __call__(self, part: Part) -> None:
        with self._changed:
            if self._closed:
                return
            while len(self._waiting) >= WAITING:
                self._waiting.popleft()
                self.lost += 1
            self._waiting.append(part)
            self._changed.notify()

    def close(self) -> None:
        """Nothing more is to be sent; what waits may still be, for a second."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join(1.0)
        self._connection.close()

    def _send(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if not self._waiting:
                    return
                part = self._waiting.popleft()
            try:
                self._connection.send_bytes(part.to_bytes())
            except OSError:  # whoever showed them is gone; the camera goes on
                with self._changed:
                    self._closed = True
                    self._waiting.clear()
