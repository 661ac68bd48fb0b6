"""Keep this person visible: a stretch of one track, which ends where the track crosses another.

Where two tracks cross, nobody can be sure that the track goes on with the same person. So the stretch ends there, the
crossing itself stays hidden, and a person must confirm that the track beyond it is still the one that is meant.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from passerby.core.kinds import Kind
from passerby.documents.plan import Span, Track
from passerby.review.errors import Refused

#: Kinds that are no person: a crossing with one of these confuses nobody.
NOBODY = frozenset({Kind.REGION, Kind.TEXT, Kind.SCREEN})
#: Two boxes this close, as a share of the smaller one's shorter side, count as crossing.
NEAR = 0.1


@dataclass(frozen=True, slots=True)
class Stretch:
    """Frames `first` to `last` of a track, in which it does or does not cross another."""

    first: int
    last: int
    crossing: bool


def stretches(track: Track, others: Sequence[Track], times: Sequence[int]) -> list[Stretch]:
    """The track's frames, in turns free of others and crossing one."""
    first, last = bisect.bisect_left(times, track.start), bisect.bisect_right(times, track.end) - 1
    rivals = [
        other
        for other in others
        if other.number != track.number
        and other.kind is track.kind
        and other.kind not in NOBODY
        and other.start <= track.end
        and other.end >= track.start
    ]
    crossing = [_crosses(track, rivals, times[number]) for number in range(first, last + 1)]
    runs = []
    for crosses, run in groupby(range(first, last + 1), key=lambda number: crossing[number - first]):
        frames = list(run)
        runs.append(Stretch(frames[0], frames[-1], crosses))
    return runs


def kept_visible(track: Track, others: Sequence[Track], times: Sequence[int], frame: int, confirmed: bool) -> Track:
    """The track, visible in the stretch around `frame`. Raises Refused inside a crossing unless it is `confirmed`."""
    here = next((run for run in stretches(track, others, times) if run.first <= frame <= run.last), None)
    if here is None:
        raise Refused("track_not_there")
    if here.crossing and not confirmed:
        raise Refused("crossing")
    return shown(track, times[here.first], times[here.last])


def shown(track: Track, start: int, end: int) -> Track:
    """The track, visible from `start` to `end` besides what it was before."""
    spans = sorted([*track.visible, Span(start=start, end=end)], key=lambda span: span.start)
    joined: list[Span] = []
    for span in spans:
        if joined and span.start <= joined[-1].end:
            joined[-1] = Span(start=joined[-1].start, end=max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return track.model_copy(update={"visible": tuple(joined)})


def hidden_again(track: Track, time: int) -> Track:
    """The track without the visible stretch around `time`. Raises Refused when there is none."""
    left = tuple(span for span in track.visible if not span.start <= time <= span.end)
    if left == track.visible:
        raise Refused("hidden_already")
    return track.model_copy(update={"visible": left})


def _crosses(track: Track, rivals: Sequence[Track], time: int) -> bool:
    here = track.place(time)
    if here is None:
        return False
    for rival in rivals:
        there = rival.place(time)
        if there is not None:
            room = NEAR * min(here.box.side, there.box.side)
            if here.box.expand(0, room).overlap(there.box) > 0:
                return True
    return False
