"""Counters of one camera's process, updated with every frame and read once a second."""

from __future__ import annotations

from collections import Counter, deque

from passerby.documents.status import CoverReason

#: Seconds over which the frame rate, and the share of covered frames, are measured.
RATE_WINDOW_S, COVERED_WINDOW_S = 10.0, 60.0


class CameraStats:
    """Frames in and out. All times are monotonic seconds."""

    def __init__(self) -> None:
        self.frames = self.written = self.dropped = 0
        self.covered: Counter[CoverReason] = Counter()
        self.last_frame_at: float | None = None
        self.latency: float | None = None
        #: Of the newest frame: why it is covered whole, and the share of it that is covered because it was unseen.
        self.covered_now: CoverReason | None = None
        self.unseen_now = 0.0
        self._received_at: deque[float] = deque()
        #: Frames of which parts were covered because no detector run had seen them empty.
        self.unseen_frames = 0
        self._released: deque[tuple[float, bool, float]] = deque()

    def frame_received(self, at: float) -> None:
        """A frame arrived from the camera."""
        self.frames += 1
        self.last_frame_at = at
        self._received_at.append(at)
        while self._received_at[0] < at - RATE_WINDOW_S:
            self._received_at.popleft()

    def frame_released(self, at: float, now: float, reason: CoverReason | None, unseen: float = 0.0) -> None:
        """A frame that arrived at `at` was released, masked, or covered whole for a `reason`; of a masked one, a share
        (0 to 1) was covered because it was `unseen`."""
        self.written += 1
        self.latency, self.covered_now, self.unseen_now = now - at, reason, unseen
        if reason is not None:
            self.covered[reason] += 1
        self.unseen_frames += unseen > 0
        self._released.append((now, reason is not None, unseen))
        while self._released[0][0] < now - COVERED_WINDOW_S:
            self._released.popleft()

    def frame_rate(self, now: float) -> float:
        """Frames per second over the last RATE_WINDOW_S."""
        recent = [at for at in self._received_at if at >= now - RATE_WINDOW_S]
        if len(recent) < 2 or recent[-1] <= recent[0]:
            return 0.0
        # Up to now, not to the last frame: the rate of a camera that has gone silent falls, and does not stay.
        return (len(recent) - 1) / max(recent[-1] - recent[0], min(RATE_WINDOW_S, now - recent[0]))

    def covered_share(self, now: float) -> float:
        """Share (0 to 1) of the frames of the last minute that were covered whole."""
        recent = [covered for released, covered, _ in self._released if released >= now - COVERED_WINDOW_S]
        return sum(recent) / len(recent) if recent else 0.0

    def unseen_share(self, now: float) -> float:
        """Share (0 to 1) of the pixels of the last minute in parts that no detector run had seen empty."""
        recent = [unseen for released, _, unseen in self._released if released >= now - COVERED_WINDOW_S]
        return sum(recent) / len(recent) if recent else 0.0

    def last_frame_age(self, now: float) -> float | None:
        """Seconds since the newest frame; None before the first."""
        return None if self.last_frame_at is None else now - self.last_frame_at
