"""What was detected and is not masked because it lies in a region that is to be kept visible."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Self

from pydantic import Field, model_validator

from passerby.core.kinds import Kind
from passerby.core.model import FrozenModel

#: (time in ticks, number of the region, kind): one detection.
KeptDetection = tuple[int, int, Kind]


class KeptSpan(FrozenModel):
    """From `start` to `end`, in ticks of the video track, something of this kind was detected in the region `region` of
    the setting `keep_regions`, counted from 1."""

    kind: Kind
    region: int = Field(ge=1)
    start: int
    end: int

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.end < self.start:
            raise ValueError("kept: it cannot end before it starts")
        return self


def kept_spans(detections: Iterable[KeptDetection], around: int) -> tuple[KeptSpan, ...]:
    """The detections as spans, in order. Detectors run at intervals: what was detected is there for `around` ticks
    before and after too, and spans that touch then are one."""
    times: dict[tuple[int, Kind], set[int]] = defaultdict(set)
    for time, region, kind in detections:
        times[region, kind].add(time)
    spans: list[KeptSpan] = []
    for (region, kind), found in sorted(times.items()):
        start = end = None
        for time in sorted(found):
            if start is not None and end is not None and time - around > end + around:
                spans.append(KeptSpan(kind=kind, region=region, start=start - around, end=end + around))
                start = None
            start, end = time if start is None else start, time
        if start is not None and end is not None:
            spans.append(KeptSpan(kind=kind, region=region, start=start - around, end=end + around))
    return tuple(sorted(spans, key=lambda span: (span.start, span.region, span.kind)))
