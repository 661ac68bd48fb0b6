"""Parts on their way to a receiver that may be slow: live viewers want the present, so the oldest are dropped."""

from __future__ import annotations

import threading
from collections import deque

from passerby.store.recordings.part import Part

#: Seconds of parts that wait at most; one always may.
MAX_QUEUED_S = 2.0


class PartQueue:
    """One thread puts parts, another takes them. Putting never blocks."""

    def __init__(self) -> None:
        self._parts: deque[Part] = deque()
        self._changed = threading.Condition()
        self._closed = False
        #: Parts that were dropped.
        self.dropped = 0

    def put(self, part: Part) -> None:
        """Append a part, and drop the oldest ones beyond MAX_QUEUED_S. Does nothing once the queue is closed."""
        with self._changed:
            if self._closed:
                return
            self._parts.append(part)
            while len(self._parts) > 1 and sum(part.duration for part in self._parts) > MAX_QUEUED_S * 1e6:
                self._parts.popleft()
                self.dropped += 1
            self._changed.notify()

    def take(self) -> Part | None:
        """The next part, as soon as there is one; None once the queue is closed and empty."""
        with self._changed:
            self._changed.wait_for(lambda: self._parts or self._closed)
            return self._parts.popleft() if self._parts else None

    def close(self, *, discard: bool) -> None:
        """Accept no more parts; `discard`: those that wait are not taken any more either."""
        with self._changed:
            self._closed = True
            if discard:
                self._parts.clear()
            self._changed.notify()

    def __len__(self) -> int:
        return len(self._parts)
