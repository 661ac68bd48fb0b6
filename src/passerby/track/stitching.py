"""Tracks of segments that were tracked apart -> tracks of the video.

Around a boundary both segments have tracked the same objects. A pair in the same place becomes one track, masked
wherever either of them says so; what has no partner stays as it is. Nothing that one of them masks is lost, and what
neither confirms by itself is masked when both together do.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from passerby.core.box import Box
from passerby.documents.plan import Keyframe, Track
from passerby.track.association import affinity
from passerby.track.confirmation import THRESHOLDS, TrackCandidate, TrackEvidence


@dataclass(frozen=True, slots=True)
class _PartialTrack:
    """A track so far, and its evidence; `confirmed` when that was enough in one of its segments."""

    track: Track
    evidence: TrackEvidence
    confirmed: bool

    @classmethod
    def from_candidate(cls, candidate: TrackCandidate) -> _PartialTrack:
        return cls(candidate.track, candidate.evidence, candidate.is_confirmed)

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed or self.evidence.is_confirmed(THRESHOLDS[self.track.kind])

    def merged_with(self, other: _PartialTrack) -> _PartialTrack:
        """Merged with the track of the same object in the next segment. Detections in the overlap count twice: that
        masks more, and not less."""
        evidence = self.evidence.combined_with(other.evidence)
        return _PartialTrack(_merge(self.track, other.track), evidence, self.confirmed or other.confirmed)


def stitch_tracks(segments: Mapping[int, Sequence[TrackCandidate]]) -> list[Track]:
    """All confirmed tracks of a video, from the candidates of each segment. Their numbers mean nothing."""
    done: list[_PartialTrack] = []
    open_: list[_PartialTrack] = []
    for index in sorted(segments):
        new = [_PartialTrack.from_candidate(candidate) for candidate in segments[index]]
        partners = _pairs(open_, new)
        done += [part for i, part in enumerate(open_) if i not in partners]
        merged = {j: open_[i].merged_with(new[j]) for i, j in partners.items()}
        # A track of this segment can only have a partner in the next one: until then it is open.
        open_ = [merged.get(j, part) for j, part in enumerate(new)]
    return [part.track for part in done + open_ if part.is_confirmed]


def _pairs(before: Sequence[_PartialTrack], after: Sequence[_PartialTrack]) -> dict[int, int]:
    """{index in the segment before: index of the same object in the one after}: first pairs that are confirmed on both
    sides, the most similar first."""
    overlap = min((b.track.start for b in after), default=0), max((a.track.end for a in before), default=0)
    candidates = sorted(
        (not (a.confirmed and b.confirmed), -similarity, i, j)
        for i, a in enumerate(before)
        if a.track.end >= overlap[0]
        for j, b in enumerate(after)
        if b.track.start <= overlap[1]
        if a.track.kind is b.track.kind and (similarity := _similarity(a.track, b.track)) > 0
    )
    pairs: dict[int, int] = {}
    for _, _, i, j in candidates:
        if i not in pairs and j not in pairs.values():
            pairs[i] = j
    return pairs


def _similarity(a: Track, b: Track) -> float:
    """Affinity of their boxes in the middle of the time that both cover; 0 when there is none."""
    if a.end < b.start or b.end < a.start:
        return 0.0
    middle = (max(a.start, b.start) + min(a.end, b.end)) // 2
    key_a, key_b = a.interpolate(middle), b.interpolate(middle)
    return 0.0 if key_a is None or key_b is None else affinity(key_a.box, key_b.box)


def _merge(a: Track, b: Track) -> Track:
    """One track for two that overlap in time: where both show, what covers both.

    Straight lines between the times at which either of them has a keyframe cover both as well: a side of the hull is
    the outer one of two straight lines, which never lies outside the straight line between its ends.
    """
    times = sorted({key.time for track in (a, b) for key in track.keyframes})
    return Track(number=a.number, kind=a.kind, keyframes=tuple(_keyframe_at(a, b, time) for time in times))


def _keyframe_at(a: Track, b: Track, time: int) -> Keyframe:
    key_a, key_b = a.interpolate(time), b.interpolate(time)
    if key_a is None or key_b is None:
        only = key_a or key_b
        assert only is not None  # the time is one of theirs, and they overlap
        return only
    best = max(key_a, key_b, key=lambda key: key.score)
    hull = key_a.box.hull(key_b.box)
    box = Box(*(math.floor(v * 10) / 10 for v in hull[:2]), *(math.ceil(v * 10) / 10 for v in hull[2:]))
    return Keyframe(time=time, box=box, score=best.score, origin=best.origin)
