"""Segments: a long video is analysed in segments of fixed length, each as if it stood alone.

So one machine and many find the same: the result for a segment depends on its frames alone, wherever it is analysed,
and segments start at fixed presentation times. Tracking continues for a while into the next segment, so that objects at
the boundary are known to both (track/stitching.py joins them).
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

from passerby.documents.kept import KeptDetection
from passerby.documents.report import QuickCheck
from passerby.track.confirmation import TrackCandidate

#: Length of a segment, and for how long tracking overlaps into the next one: long enough for an object with weak
#: detections to gather the evidence it needs (track/confirmation.py) on either side of a boundary.
SEGMENT_S, OVERLAP_S = 600.0, 10.0
#: Environment variable with other lengths, in seconds and with a comma: for tests, and for measurements on shorter
#: videos. The plan of a video that is longer than a segment depends on them.
SEGMENT_VARIABLE = "PASSERBY_SEGMENT"


@dataclass(frozen=True, slots=True)
class SegmentLengths:
    """Seconds of a segment, and of its overlap into the next one."""

    length_s: float = SEGMENT_S
    overlap_s: float = OVERLAP_S

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> SegmentLengths:
        """Those that `environment` asks for, by default that of this process."""
        length, _, overlap = environment.get(SEGMENT_VARIABLE, "").partition(",")
        length_s = max(1.0, float(length or SEGMENT_S))
        return cls(length_s, min(float(overlap or OVERLAP_S), length_s / 2))

    def as_environment(self) -> dict[str, str]:
        """The variable from which `from_environment` reads the same lengths: for a process that is to be started."""
        return {SEGMENT_VARIABLE: f"{self.length_s},{self.overlap_s}"}


class SegmentGrid:
    """Where the segments of one video track lie. They are counted from 0."""

    def __init__(self, time_base: Fraction, lengths: SegmentLengths) -> None:
        self._length = Fraction(lengths.length_s) / time_base  # ticks
        self._overlap = Fraction(lengths.overlap_s) / time_base

    def index_at(self, time: int) -> int:
        """The segment that contains a frame at `time` (presentation ticks)."""
        return int(time // self._length)

    def start_of(self, index: int) -> int:
        """The first tick of a segment."""
        return -int(-index * self._length // 1)

    def overlap_ended(self, index: int, time: int) -> bool:
        """At `time`, which lies in segment `index`: has the overlap of the previous segment ended?"""
        return time >= index * self._length + self._overlap

    def touches_overlap(self, index: int, start: int, end: int) -> bool:
        """Does a track of segment `index`, from `start` to `end`, show where a neighbouring segment was tracked too?"""
        return end >= self.start_of(index + 1) or bool(index and not self.overlap_ended(index, start))


@dataclass(frozen=True, slots=True)
class SegmentRange:
    """Segments that are analysed in one go: from `first` to `last`, both included; None for the end of the video."""

    first: int = 0
    last: int | None = None

    def __contains__(self, index: int) -> bool:
        return self.first <= index and not self.is_past(index)

    def is_past(self, index: int) -> bool:
        """Does segment `index` lie after the range?"""
        return self.last is not None and index > self.last


#: (presentation time in ticks, hash of the decoded frame) of a frame.
FrameId = tuple[int, int]


@dataclass(slots=True)
class AnalysisResult:
    """The result of the first pass over a range of segments of one video track: numbers alone.

    `times`, `intact` (1 where not damaged) and `hashes` are of the range's own frames, in order; `cuts` are the times
    of scene cuts; `candidates` are by segment, and may extend beyond it. `frame_before` is the last frame before the
    range, as far as it was decoded, and `frames_after` are those beyond its end into which tracking overlapped: the
    analysis of the next range must have decoded the same. `kept` are detections in the range that regions keep visible.
    """

    segments: SegmentRange
    times: array[int] = field(default_factory=lambda: array("q"))
    hashes: array[int] = field(default_factory=lambda: array("Q"))
    intact: bytearray = field(default_factory=bytearray)
    cuts: list[int] = field(default_factory=list)
    candidates: dict[int, list[TrackCandidate]] = field(default_factory=dict)
    kept: list[KeptDetection] = field(default_factory=list)
    weights: tuple[str, ...] = ()
    frame_before: FrameId | None = None
    frames_after: list[FrameId] = field(default_factory=list)

    def frames(self) -> list[FrameId]:
        """The range's own frames, in order."""
        return list(zip(self.times, self.hashes, strict=True))


@dataclass(frozen=True, slots=True)
class RenderChunk:
    """Frames of one video track that are masked and encoded apart: `first_frame` is the number of the first of them."""

    first_frame: int
    times: array[int]
    hashes: array[int]


@dataclass(frozen=True, slots=True)
class RenderedChunk:
    """What came of a chunk: the times (ticks) of the frames that were covered whole, its bits and seconds, its
    self-check, and the SHA-256 and `size` (bytes) of the file."""

    covered_times: tuple[int, ...]
    bits: float
    duration_s: float
    check: QuickCheck
    sha256: str
    size: int


#: Frames that are kept for comparing: more than there are in the seconds by which ranges overlap.
_MAX_COMPARED_FRAMES = 1 << 16


def decode_alike(results: list[AnalysisResult]) -> bool:
    """Were the same frames decoded for ranges that follow each other, where they overlap?

    If not, the video does not decode alike from every seek point, and must not be split.
    """
    following: list[FrameId] = []
    for result in reversed(results):
        after = result.frames_after
        if following and (after != following[: len(after)] or not after):
            return False
        following = result.frames() + following[:_MAX_COMPARED_FRAMES]
    non_empty = [result for result in results if result.times]
    return all(after.frame_before == before.frames()[-1] for before, after in pairwise(non_empty))
