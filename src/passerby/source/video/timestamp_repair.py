"""Presentation times where a file's own timestamps are invalid.

Frames are shown in decoder output order, each at the timestamp the file states, as long as that is later than the
previous frame's. Otherwise:

- A timestamp that is missing, repeated, or up to `MAX_BACKWARD_S` seconds backward counts as wrong. The frame is placed
  between its neighbours: consecutive wrong timestamps are spread evenly up to the next valid one, and after
  `MAX_HELD_FRAMES` of them each frame follows the previous one by the nominal frame duration.
- A timestamp further backward, or more than `max_gap_s` seconds forward, belongs to another clock: a recording that was
  appended to this one, or a counter that restarted. From there all timestamps are shifted so that the frame follows the
  previous one by its nominal duration.

So no frame is lost, order is kept, and the same frames get the same timestamps in every decoding pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

T = TypeVar("T")

#: Seconds that a timestamp may lie before the previous frame's and still count as a single wrong timestamp.
MAX_BACKWARD_S = 1
#: Frames that are held back to be spread evenly. Each may take tens of megabytes.
MAX_HELD_FRAMES = 8
#: Longest plausible gap between frames (seconds) on a clock that starts with the file.
MAX_GAP_S = 24 * 3600
#: The same for a broadcast clock, whose counters are known to jump.
MAX_BROADCAST_GAP_S = 10


@dataclass(slots=True)
class RepairStats:
    """How many timestamps were wrong, and how often the clock jumped."""

    wrong: int = 0
    jumps: int = 0


class TimestampRepair:
    """The rule above for one track with times in `time_base`, whose nominal frame duration is `step` ticks."""

    def __init__(self, time_base: Fraction, step: int, max_gap_s: int) -> None:
        self._step = max(1, step)
        self._max_backward = int(MAX_BACKWARD_S / time_base)
        self._max_gap = int(max_gap_s / time_base)
        self.repairs = RepairStats()

    def repaired(self, items: Iterable[tuple[int | None, T]]) -> Iterator[tuple[int, T]]:
        """(repaired time, item) for each (stated time, item); times increase strictly and start at 0 or later."""
        last: int | None = None
        shift = 0
        held: list[T] = []
        for stated, item in items:
            time = None if stated is None else stated + shift
            if last is None:
                last = self._first_time(time)
                yield last, item
                continue
            if time is not None and not last - self._max_backward <= time <= last + self._max_gap:
                follows = last + self._step * (len(held) + 1)
                shift, time = shift + follows - time, follows
                self.repairs.jumps += 1
            if time is None or time <= last:
                self.repairs.wrong += 1
                held.append(item)
                if len(held) < MAX_HELD_FRAMES:
                    continue
                time = None
            times = self._spread(last, held, time)
            yield from zip(times, held, strict=True)
            last = times[-1] if times else last
            held.clear()
            if time is not None:
                last = max(time, last + 1)
                yield last, item
        if last is not None:
            yield from zip(self._spread(last, held, None), held, strict=True)

    def _first_time(self, time: int | None) -> int:
        if time is None or time < 0:
            self.repairs.wrong += 1
            return 0
        return time

    def _spread(self, last: int, held: list[T], until: int | None) -> list[int]:
        """Times for frames whose own are wrong: after `last`, and before `until` where that is known."""
        if until is None:
            return [last + self._step * n for n in range(1, len(held) + 1)]
        room = max(until - last, len(held) + 1)
        return [last + room * n // (len(held) + 1) for n in range(1, len(held) + 1)]
