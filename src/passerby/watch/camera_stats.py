"""What a camera's process tells of itself: counted as it goes, read once a second."""

from __future__ import annotations

from collections import Counter, deque

from passerby.documents.status import Reason

#: Seconds over which frames a second, and the share of covered frames, are told.
RATE, SHARE = 10.0, 60.0


class Counters:
    """Frames in and out, by time. All times are monotonic seconds."""

    def __init__(self) -> None:
        self.frames = self.written = self.dropped = 0
        self.covered: Counter[Reason] = Counter()
        self.newest: float | None = None
        self.latency: float | None = None
        self._came: deque[float] = deque()
        self._left: deque[tuple[float, bool]] = deque()

    def came(self, at: float) -> None:
        """A frame came from the camera."""
        self.frames += 1
        self.newest = at
        self._came.append(at)
        while self._came[0] < at - RATE:
            self._came.popleft()

    def left(self, at: float, now: float, reason: Reason | None) -> None:
        """A frame that came at `at` was handed on, covered for a `reason` or not."""
        self.written += 1
        self.latency = now - at
        if reason is not None:
            self.covered[reason] += 1
        self._left.append((now, reason is not None))
        while self._left[0][0] < now - SHARE:
            self._left.popleft()

    def rate(self, now: float) -> float:
        """Frames a second, lately."""
        recent = [at for at in self._came if at >= now - RATE]
        if len(recent) < 2 or recent[-1] <= recent[0]:
            return 0.0
        # Since the last frame that should have come: a camera that is silent slows down, and does not keep its rate.
        return (len(recent) - 1) / max(recent[-1] - recent[0], min(RATE, now - recent[0]))

    def covered_share(self, now: float) -> float:
        """Share of the frames of the last minute that were covered whole."""
        recent = [covered for left, covered in self._left if left >= now - SHARE]
        return sum(recent) / len(recent) if recent else 0.0

    def age(self, now: float) -> float | None:
        """Seconds since the newest frame."""
        return None if self.newest is None else now - self.newest
