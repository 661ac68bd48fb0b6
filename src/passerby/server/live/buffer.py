"""The last seconds of one camera, in memory, as HLS segments of a few parts each."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from passerby.store.recordings.part import Part

#: Duration of a segment in seconds, and number of segments kept. Players without low-latency support stay three
#: segments behind.
SEGMENT_DURATION_S, MAX_SEGMENTS = 2, 10
#: Maximum seconds of a part, unless the camera is slower than that. Parts aim at a fifth of a second.
PART_TARGET_S = 0.25
#: Seconds by which a segment may be shorter: frames do not arrive at exact times.
_DURATION_TOLERANCE_S = 0.15


@dataclass(slots=True)
class LiveSegment:
    """Segment `number`. `discontinuity`: it does not continue the segment before it. `init_number` is the number of its
    initialisation segment; `complete`: no more parts are added."""

    number: int
    discontinuity: bool
    init_number: int
    parts: list[Part] = field(default_factory=list)
    complete: bool = False

    @property
    def duration(self) -> float:
        """Seconds."""
        return sum(part.duration for part in self.parts) / 1e6

    @property
    def data(self) -> bytes:
        return b"".join(part.body for part in self.parts)


class LiveBuffer:
    """The latest segments of one camera. Filled by one thread, read by the threads of the server."""

    def __init__(self, camera: str) -> None:
        self.camera = camera
        self._segments: deque[LiveSegment] = deque()
        self._init_segments: dict[int, bytes] = {}
        self._dropped_discontinuities = 0
        self._next_number = 0
        self._lock = threading.Lock()
        self._waiters: set[Callable[[], None]] = set()
        #: Seconds of the longest part so far, and of the longest segment.
        self.part_target, self.target_duration = PART_TARGET_S, float(SEGMENT_DURATION_S)

    def add(self, part: Part) -> None:
        """Append a part, and wake everybody who waits for it."""
        with self._lock:
            self._append(part)
            self.part_target = max(self.part_target, part.duration / 1e6)
            self.target_duration = max(self.target_duration, self._segments[-1].duration)
            waiters, self._waiters = self._waiters, set()
        for wake in waiters:
            with suppress(RuntimeError):  # its server has stopped
                wake()

    def segments(self) -> list[LiveSegment]:
        """A snapshot of the segments; later parts do not change it."""
        with self._lock:
            return [
                LiveSegment(s.number, s.discontinuity, s.init_number, list(s.parts), s.complete) for s in self._segments
            ]

    @property
    def dropped_discontinuities(self) -> int:
        """Number of discontinuities among the segments that are no longer kept."""
        return self._dropped_discontinuities

    def init_segment(self, number: int) -> bytes | None:
        """The initialisation segment; None when it is not kept."""
        with self._lock:
            return self._init_segments.get(number)

    def segment(self, number: int) -> LiveSegment | None:
        """A complete segment; None when it is not complete or not kept."""
        return next((segment for segment in self.segments() if segment.number == number and segment.complete), None)

    def part(self, number: int, index: int) -> Part | None:
        """Part `index` of segment `number`; None when there is none."""
        parts = next((segment.parts for segment in self.segments() if segment.number == number), [])
        return parts[index] if index < len(parts) else None

    def newest(self) -> tuple[int, int]:
        """Number of the newest segment, and index of its newest part; (-1, -1) before the first."""
        with self._lock:
            last = self._segments[-1] if self._segments else None
            return (last.number, len(last.parts) - 1) if last is not None else (-1, -1)

    async def wait(self, number: int, index: int | None, timeout: float) -> bool:
        """Wait for a part (without `index`, for the complete segment), or for a later one. False after `timeout`
        seconds."""

        def available() -> bool:
            last, parts = self.newest()
            if index is None:
                return last > number or self.segment(number) is not None
            return (last, parts) >= (number, index)

        try:
            async with asyncio.timeout(timeout):
                while True:
                    loop, changed = asyncio.get_running_loop(), asyncio.Event()

                    def wake(loop: asyncio.AbstractEventLoop = loop, changed: asyncio.Event = changed) -> None:
                        loop.call_soon_threadsafe(changed.set)

                    with self._lock:
                        self._waiters.add(wake)
                    try:
                        if available():
                            return True
                        await changed.wait()
                    finally:
                        with self._lock:
                            self._waiters.discard(wake)
        except TimeoutError:
            return False

    def _append(self, part: Part) -> None:
        last = self._segments[-1] if self._segments else None
        newest = max(self._init_segments, default=-1)
        init_number = newest if self._init_segments.get(newest) == part.init else newest + 1
        if last is not None and (part.discontinuity or init_number != last.init_number):
            last.complete = True
        if last is None or last.complete:
            self._init_segments[init_number] = part.init
            discontinuity = last is not None and (part.discontinuity or init_number != last.init_number)
            last = LiveSegment(self._next_number, discontinuity, init_number)
            self._next_number += 1
            self._segments.append(last)
        last.parts.append(part)
        last.complete = last.duration >= SEGMENT_DURATION_S - _DURATION_TOLERANCE_S
        while len(self._segments) > MAX_SEGMENTS:
            self._dropped_discontinuities += self._segments.popleft().discontinuity
        for number in [number for number in self._init_segments if number < self._segments[0].init_number]:
            del self._init_segments[number]
