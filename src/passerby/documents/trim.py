"""What a person has left out of a release, and how times change by it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction

from passerby.documents.plan import AudioSpan, TrimSpan


class Trims:
    """Stretches left out of one track, in ticks of `time_base`; what follows a stretch moves up.

    A stretch takes every frame from its start up to, but not at, its end. Whole ticks are left out of the picture and
    the same moments of the sound, so that both stay together.
    """

    def __init__(self, spans: Iterable[TrimSpan], time_base: Fraction) -> None:
        self.time_base = time_base
        #: (first tick, first tick after), in order, apart from each other.
        self.cuts: list[tuple[int, int]] = []
        for span in sorted(spans, key=lambda span: span.start):
            # Rounded first: 0.4 s are 12000.000000000002 ticks of 1/30000.
            start, end = (math.ceil(round(moment / time_base, 6)) for moment in (span.start, span.end))
            if end <= start:
                continue
            if self.cuts and start <= self.cuts[-1][1]:
                self.cuts[-1] = (self.cuts[-1][0], max(end, self.cuts[-1][1]))
            else:
                self.cuts.append((start, end))

    def __bool__(self) -> bool:
        return bool(self.cuts)

    def written(self, time: int) -> int | None:
        """When the frame at `time` of the source shows in the release; None where it is left out."""
        gone = 0
        for start, end in self.cuts:
            if start <= time < end:
                return None
            if time >= end:
                gone += end - start
        return time - gone

    def source(self, time: int) -> int:
        """The source's time of what shows at `time` in the release."""
        for start, end in self.cuts:
            if time >= start:
                time += end - start
        return time

    @property
    def seconds(self) -> list[tuple[float, float]]:
        """The stretches in seconds of the source."""
        return [(float(start * self.time_base), float(end * self.time_base)) for start, end in self.cuts]

    def sound(self, spans: Iterable[AudioSpan]) -> list[AudioSpan]:
        """Spans of the source's sound as they are in the release; nothing where they are left out."""
        moved = []
        for span in spans:
            stretch = self.stretch(span.start, span.end)
            if stretch is not None:
                moved.append(span.model_copy(update={"start": stretch[0], "end": stretch[1]}))
        return moved

    def stretch(self, start: float, end: float) -> tuple[float, float] | None:
        """A stretch of the source (seconds) as it is in the release; None where all of it is left out."""
        moved = self._moment(start), self._moment(end)
        return moved if moved[1] > moved[0] else None

    def _moment(self, seconds: float) -> float:
        gone = sum(min(seconds, end) - start for start, end in self.seconds if seconds > start)
        return seconds - gone
