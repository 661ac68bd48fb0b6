"""Ranges that are cut from the output, and how they shift times."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction

from passerby.documents.plan_parts.spans import AudioSpan, TrimSpan


class Trims:
    """Ranges cut from one track, in ticks of `time_base`; what follows a cut moves up.

    A cut removes every frame from its start up to, but excluding, its end. Whole ticks are cut from the video and the
    same times from the audio, so that both stay in sync.
    """

    def __init__(self, spans: Iterable[TrimSpan], time_base: Fraction) -> None:
        self.time_base = time_base
        #: (first tick, first tick after), in order and disjoint.
        self.cuts: list[tuple[int, int]] = []
        for span in sorted(spans, key=lambda span: span.start):
            # Rounded first: 0.4 s are 12000.000000000002 ticks of 1/30000.
            start, end = (math.ceil(round(seconds / time_base, 6)) for seconds in (span.start, span.end))
            if end <= start:
                continue
            if self.cuts and start <= self.cuts[-1][1]:
                self.cuts[-1] = (self.cuts[-1][0], max(end, self.cuts[-1][1]))
            else:
                self.cuts.append((start, end))

    def __bool__(self) -> bool:
        return bool(self.cuts)

    def to_output_time(self, time: int) -> int | None:
        """Source ticks to output ticks; None where the frame is cut."""
        removed = 0
        for start, end in self.cuts:
            if start <= time < end:
                return None
            if time >= end:
                removed += end - start
        return time - removed

    def to_source_time(self, time: int) -> int:
        """Output ticks to source ticks."""
        for start, end in self.cuts:
            if time >= start:
                time += end - start
        return time

    @property
    def seconds(self) -> list[tuple[float, float]]:
        """The cuts in seconds of the source."""
        return [(float(start * self.time_base), float(end * self.time_base)) for start, end in self.cuts]

    def to_output_audio(self, spans: Iterable[AudioSpan]) -> list[AudioSpan]:
        """Audio ranges of the source as they are in the output, without those that are cut."""
        moved = []
        for span in spans:
            bounds = self.to_output_range(span.start, span.end)
            if bounds is not None:
                moved.append(span.model_copy(update={"start": bounds[0], "end": bounds[1]}))
        return moved

    def to_output_range(self, start: float, end: float) -> tuple[float, float] | None:
        """A range of the source (seconds) as it is in the output; None where all of it is cut."""
        moved = self.to_output_seconds(start), self.to_output_seconds(end)
        return moved if moved[1] > moved[0] else None

    def to_output_seconds(self, seconds: float) -> float:
        """A time of the source in seconds as one of the output; within a cut, the time of the cut."""
        removed = sum(min(seconds, end) - start for start, end in self.seconds if seconds > start)
        return seconds - removed
