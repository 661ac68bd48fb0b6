"""The last seconds of one camera, in memory, as HLS knows them: segments, each of a few parts."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from passerby.store.recordings.part import Part

#: Seconds that a segment lasts, and segments that are kept. Players that do not know parts stay three segments behind.
SECONDS, SEGMENTS = 2, 10
#: Seconds that a part may last at most, unless the camera is slower than that. Parts aim at half a second.
PART_TARGET = 0.55
#: Seconds by which a segment may be shorter: frames do not come at exact times.
_SHORT = 0.15


@dataclass(slots=True)
class LiveSegment:
    """Segment `number`. `fresh` says that it does not go on where the one before it ended. `head` numbers how to play
    it; `done` says that no more parts come."""

    number: int
    fresh: bool
    head: int
    parts: list[Part] = field(default_factory=list)
    done: bool = False

    @property
    def duration(self) -> float:
        """Seconds."""
        return sum(part.duration for part in self.parts) / 1e6

    @property
    def data(self) -> bytes:
        return b"".join(part.body for part in self.parts)


class Window:
    """Filled by one thread, read by the server's."""

    def __init__(self, camera: str) -> None:
        self.camera = camera
        self._segments: deque[LiveSegment] = deque()
        self._heads: dict[int, bytes] = {}
        self._dropped_fresh = 0
        self._number = 0
        self._lock = threading.Lock()
        self._waiting: set[Callable[[], None]] = set()
        #: Seconds of the longest part there was, and of the longest segment.
        self.part_target, self.target = PART_TARGET, float(SECONDS)

    def add(self, part: Part) -> None:
        with self._lock:
            self._place(part)
            self.part_target = max(self.part_target, part.duration / 1e6)
            self.target = max(self.target, self._segments[-1].duration)
            waiting, self._waiting = self._waiting, set()
        for wake in waiting:
            with suppress(RuntimeError):  # its server has ended
                wake()

    def segments(self) -> list[LiveSegment]:
        """As they are now; later parts do not change what was given out."""
        with self._lock:
            return [LiveSegment(s.number, s.fresh, s.head, list(s.parts), s.done) for s in self._segments]

    @property
    def gone_breaks(self) -> int:
        """How many of the segments that are no longer kept did not go on where the one before ended."""
        return self._dropped_fresh

    def head(self, number: int) -> bytes | None:
        with self._lock:
            return self._heads.get(number)

    def segment(self, number: int) -> LiveSegment | None:
        return next((segment for segment in self.segments() if segment.number == number and segment.done), None)

    def part(self, number: int, index: int) -> Part | None:
        found = next((segment.parts for segment in self.segments() if segment.number == number), [])
        return found[index] if index < len(found) else None

    def newest(self) -> tuple[int, int]:
        """Number of the newest segment and of the newest part in it; (-1, -1) before the first."""
        with self._lock:
            last = self._segments[-1] if self._segments else None
            return (last.number, len(last.parts) - 1) if last is not None else (-1, -1)

    async def wait(self, number: int, index: int | None, patience: float) -> bool:
        """Until there is that part, or without `index` the whole segment, or something later; False when that takes
        longer than `patience` seconds."""

        def there() -> bool:
            last, parts = self.newest()
            if index is None:
                return last > number or self.segment(number) is not None
            return (last, parts) >= (number, index)

        try:
            async with asyncio.timeout(patience):
                while True:
                    loop, changed = asyncio.get_running_loop(), asyncio.Event()

                    def wake(loop: asyncio.AbstractEventLoop = loop, changed: asyncio.Event = changed) -> None:
                        loop.call_soon_threadsafe(changed.set)

                    with self._lock:
                        self._waiting.add(wake)
                    try:
                        if there():
                            return True
                        await changed.wait()
                    finally:
                        with self._lock:
                            self._waiting.discard(wake)
        except TimeoutError:
            return False

    def _place(self, part: Part) -> None:
        last = self._segments[-1] if self._segments else None
        newest = max(self._heads, default=-1)
        head = newest if self._heads.get(newest) == part.head else newest + 1
        if last is not None and (part.fresh or head != last.head):
            last.done = True
        if last is None or last.done:
            self._heads[head] = part.head
            fresh = last is not None and (part.fresh or head != last.head)
            last = LiveSegment(self._number, fresh, head)
            self._number += 1
            self._segments.append(last)
        last.parts.append(part)
        last.done = last.duration >= SECONDS - _SHORT
        while len(self._segments) > SEGMENTS:
            self._dropped_fresh += self._segments.popleft().fresh
        for number in [number for number in self._heads if number < self._segments[0].head]:
            del self._heads[number]
