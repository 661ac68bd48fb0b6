"""Tracks of stretches that were followed apart -> tracks of the film.

Around a seam both stretches have followed the same things. A pair that lies in the same place becomes one track, hidden
wherever either of them says so; what has no partner stays as it is. Nothing that one of them hides is lost.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from passerby.base.box import Box
from passerby.base.plan import Keyframe, Track
from passerby.track.associate import affinity


def sewn(stretches: Mapping[int, Sequence[Track]]) -> list[Track]:
    """All tracks of a film, by stretch as they were followed. Their numbers mean nothing."""
    done: list[Track] = []
    open_: list[Track] = []
    for number in sorted(stretches):
        fresh = list(stretches[number])
        partners = _pairs(open_, fresh)
        done += [track for i, track in enumerate(open_) if i not in partners]
        joined = {j: _both(open_[i], fresh[j]) for i, j in partners.items()}
        # What a stretch hides can only meet the next one: there it is open.
        open_ = [joined.get(j, track) for j, track in enumerate(fresh)]
    return done + open_


def _pairs(before: Sequence[Track], after: Sequence[Track]) -> dict[int, int]:
    """{index of a track of the stretch before: index of the same thing's in the one after}, the surest first."""
    seam = min((b.start for b in after), default=0), max((a.end for a in before), default=0)
    candidates = sorted(
        (-score, i, j)
        for i, a in enumerate(before)
        if a.end >= seam[0]
        for j, b in enumerate(after)
        if b.start <= seam[1]
        if a.kind is b.kind and a.end >= b.start and b.end >= a.start and (score := _alike(a, b)) > 0
    )
    pairs: dict[int, int] = {}
    for _, i, j in candidates:
        if i not in pairs and j not in pairs.values():
            pairs[i] = j
    return pairs


def _alike(a: Track, b: Track) -> float:
    """How much they look like the same thing in the middle of the time that both show."""
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
