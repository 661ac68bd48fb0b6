"""When each frame is shown, where a file's own times cannot be followed.

One rule. Frames are shown in the order in which the decoder gives them, each at the time the file states, as long as
that lies after the frame before. Otherwise:

- A time that is missing, repeated, or up to `BEHIND` seconds behind counts as wrong. The frame is put between its
  neighbours: wrong times in a row are spread evenly up to the next right one, and after `HELD` of them each frame comes
  a nominal frame's length after the one before.
- A time further behind, or further ahead than `ahead` seconds, belongs to another clock: a recording that was joined
  to this one, or a counter that began anew. From there all times are moved so that the frame follows the one before by
  its nominal length.

So no frame is lost, none comes before another, and the same frames get the same times whenever they are decoded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

T = TypeVar("T")

#: Seconds that a time may lie behind the frame before and still count as one wrong time.
BEHIND = 1
#: Frames that are held back to be spread evenly. Each may be tens of megabytes.
HELD = 8
#: Seconds without a frame that are believed of a clock that counts from the file's beginning.
DAY = 24 * 3600
#: The same of a broadcast clock, whose counters are known to jump.
BROADCAST = 10


@dataclass(slots=True)
class Repairs:
    """How many times were wrong, and how often the clock changed."""

    wrong: int = 0
    jumps: int = 0


class Clock:
    """The rule above for one track with times in `time_base`, whose frames last `step` ticks by the stated rate."""

    def __init__(self, time_base: Fraction, step: int, ahead: int) -> None:
        self._step = max(1, step)
        self._behind = int(BEHIND / time_base)
        self._ahead = int(ahead / time_base)
        self.repairs = Repairs()

    def timed(self, items: Iterable[tuple[int | None, T]]) -> Iterator[tuple[int, T]]:
        """(time, item) for each (stated time, item); times rise from 0 or later."""
        last: int | None = None
        shift = 0
        held: list[T] = []
        for stated, item in items:
            time = None if stated is None else stated + shift
            if last is None:
                last = self._first(time)
                yield last, item
                continue
            if time is not None and not last - self._behind <= time <= last + self._ahead:
                follows = last + self._step * (len(held) + 1)
                shift, time = shift + follows - time, follows
                self.repairs.jumps += 1
            if time is None or time <= last:
                self.repairs.wrong += 1
                held.append(item)
                if len(held) < HELD:
                    continue
                time = None
            placed = self._placed(last, held, time)
            yield from zip(placed, held, strict=True)
            last = placed[-1] if placed else last
            held.clear()
            if time is not None:
                last = max(time, last + 1)
                yield last, item
        if last is not None:
            yield from zip(self._placed(last, held, None), held, strict=True)

    def _first(self, time: int | None) -> int:
        if time is None or time < 0:
            self.repairs.wrong += 1
            return 0
        return time

    def _placed(self, last: int, held: list[T], until: int | None) -> list[int]:
        """Times for frames whose own are wrong, after `last` and before `until`, where that is known."""
        if until is None:
            return [last + self._step * n for n in range(1, len(held) + 1)]
        room = max(until - last, len(held) + 1)
        return [last + room * n // (len(held) + 1) for n in range(1, len(held) + 1)]
