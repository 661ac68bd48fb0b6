"""Which frames of a video track are in the release, and when each of them is shown."""

from __future__ import annotations

import bisect
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from passerby.documents.plan import Plan
from passerby.documents.trim import Trims

#: Seconds for which the only frame of a video track is shown.
SINGLE_FRAME_S = 0.04

#: First and last frame of a run, by their place in the release.
Run = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ReleaseTimes:
    """The frames of one video track that are in the release, in order: their time in the source in `ticks`, their
    ordinal there in `numbers`, and from when (`starts`) until when (`ends`) the release shows them, in seconds. Pages
    of a still have no length. `covered` are the ticks of those that were covered whole."""

    ticks: Sequence[int]
    numbers: Sequence[int]
    starts: Sequence[float]
    ends: Sequence[float]
    covered: frozenset[int]

    @classmethod
    def of(
        cls, plan: Plan, video: int, times: Sequence[int], covered: Collection[int] = (), timed: bool = True
    ) -> ReleaseTimes:
        """From the times of all frames of the source, in ticks; `timed` False for the pages of a still."""
        base = plan.videos[video].time_base
        trims = Trims(plan.trim, base)
        kept = [(time, n, out) for n, time in enumerate(times) if (out := trims.to_output_time(time)) is not None]
        starts = [out * base.numerator / base.denominator for _, _, out in kept]
        ends = [*starts[1:], *_last_end(starts)] if timed else starts
        return cls([t for t, _, _ in kept], [n for _, n, _ in kept], starts, ends, frozenset(covered))

    @classmethod
    def of_release(
        cls, plan: Plan, video: int, seconds: Sequence[float], covered: Sequence[bool], timed: bool = True
    ) -> ReleaseTimes:
        """From the times of all frames of the release, in seconds, and whether each was covered whole."""
        base = plan.videos[video].time_base
        trims = Trims(plan.trim, base)
        ticks = [trims.to_source_time(round(second * base.denominator / base.numerator)) for second in seconds]
        ends = [*seconds[1:], *_last_end(seconds)] if timed else seconds
        whole = frozenset(tick for tick, is_covered in zip(ticks, covered, strict=True) if is_covered)
        return cls(ticks, range(len(ticks)), seconds, ends, whole)

    @property
    def end(self) -> float:
        """Until when the release shows anything, in seconds."""
        return self.ends[-1] if self.ends else 0.0

    def between(self, first: int, last: int) -> Run | None:
        """The frames from tick `first` to tick `last` of the source, both included; None where there are none."""
        run = bisect.bisect_left(self.ticks, first), bisect.bisect_right(self.ticks, last) - 1
        return run if run[0] <= run[1] else None

    def seconds(self, run: Run) -> tuple[float, float]:
        """From when until when the release shows a run of frames."""
        return round(self.starts[run[0]], 3), round(self.ends[run[1]], 3)


def _last_end(starts: Sequence[float]) -> list[float]:
    """The last frame is shown for as long as the one before it, as far as the frames tell."""
    if not starts:
        return []
    return [starts[-1] + (starts[-1] - starts[-2] if len(starts) > 1 else SINGLE_FRAME_S)]


def runs(flags: Sequence[object], first: int = 0) -> Iterator[tuple[Run, object]]:
    """Runs of equal values that are not None or False, with the value; `first` is the place of the first one."""
    start, current = first, None
    for place, flag in enumerate([*flags, None], first):
        value = None if flag is False else flag
        if value is current or (value is not None and value == current):
            continue
        if current is not None:
            yield (start, place - 1), current
        start, current = place, value
