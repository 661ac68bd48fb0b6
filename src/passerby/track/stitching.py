"""Tracks of stretches that were followed apart -> tracks of the film.

Around a seam both stretches have followed the same things. A pair that lies in the same place becomes one track, hidden
wherever either of them says so; what has no partner stays as it is. Nothing that one of them hides is lost, and what
neither of them is sure of by itself counts when both together are.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from passerby.core.box import Box
from passerby.documents.plan import Keyframe, Track
from passerby.track.association import affinity
from passerby.track.confirmation import THRESHOLDS, Evidence
from passerby.track.segments import Followed


@dataclass(frozen=True, slots=True)
class _Part:
    """A track so far, and what speaks for it; `sure` when that was enough in one of its stretches."""

    track: Track
    evidence: Evidence
    sure: bool

    @classmethod
    def of(cls, one: Followed) -> _Part:
        evidence = Evidence(one.best, one.total, one.sightings, one.looks)
        return cls(one.track, evidence, evidence.enough(THRESHOLDS[one.track.kind]))

    @property
    def counts(self) -> bool:
        return self.sure or self.evidence.enough(THRESHOLDS[self.track.kind])

    def joined(self, other: _Part) -> _Part:
        """With the same thing in the next stretch. What both have seen at the seam counts twice: that hides more, and
        not less."""
        a, b = self.evidence, other.evidence
        both = Evidence(max(a.best, b.best), a.total + b.total, a.sightings + b.sightings, a.looks + b.looks)
        return _Part(_both(self.track, other.track), both, self.sure or other.sure)


def sewn(stretches: Mapping[int, Sequence[Followed]]) -> list[Track]:
    """All tracks of a film, by stretch as they were followed. Their numbers mean nothing."""
    done: list[_Part] = []
    open_: list[_Part] = []
    for number in sorted(stretches):
        fresh = [_Part.of(one) for one in stretches[number]]
        partners = _pairs(open_, fresh)
        done += [part for i, part in enumerate(open_) if i not in partners]
        joined = {j: open_[i].joined(fresh[j]) for i, j in partners.items()}
        # What a stretch has followed can only meet what the next one has: there it is open.
        open_ = [joined.get(j, part) for j, part in enumerate(fresh)]
    return [part.track for part in done + open_ if part.counts]


def _pairs(before: Sequence[_Part], after: Sequence[_Part]) -> dict[int, int]:
    """{index of a part in the stretch before: index of the same thing's in the one after}: first of those that are sure
    on both sides, the most alike first."""
    seam = min((b.track.start for b in after), default=0), max((a.track.end for a in before), default=0)
    candidates = sorted(
        (not (a.sure and b.sure), -score, i, j)
        for i, a in enumerate(before)
        if a.track.end >= seam[0]
        for j, b in enumerate(after)
        if b.track.start <= seam[1]
        if a.track.kind is b.track.kind and (score := _alike(a.track, b.track)) > 0
    )
    pairs: dict[int, int] = {}
    for _, _, i, j in candidates:
        if i not in pairs and j not in pairs.values():
            pairs[i] = j
    return pairs


def _alike(a: Track, b: Track) -> float:
    """How much they look like the same thing in the middle of the time that both show; 0 when there is none."""
    if a.end < b.start or b.end < a.start:
        return 0.0
    middle = (max(a.start, b.start) + min(a.end, b.end)) // 2
    here, there = a.place(middle), b.place(middle)
    return 0.0 if here is None or there is None else affinity(here.box, there.box)


def _both(a: Track, b: Track) -> Track:
    """One track for two that overlap in time: where both show, what covers both.

    Straight lines between the moments at which either of them bends cover both as well: a side of the hull is the
    outer one of two straight lines, which never lies outside the straight line between its ends.
    """
    times = sorted({key.time for track in (a, b) for key in track.keyframes})
    return Track(number=a.number, kind=a.kind, keyframes=tuple(_place(a, b, time) for time in times))


def _place(a: Track, b: Track, time: int) -> Keyframe:
    here, there = a.place(time), b.place(time)
    if here is None or there is None:
        only = here or there
        assert only is not None  # the moment is one of theirs, and they overlap
        return only
    best = max(here, there, key=lambda key: key.score)
    hull = here.box.hull(there.box)
    box = Box(*(math.floor(v * 10) / 10 for v in hull[:2]), *(math.ceil(v * 10) / 10 for v in hull[2:]))
    return Keyframe(time=time, box=box, score=best.score, origin=best.origin)
