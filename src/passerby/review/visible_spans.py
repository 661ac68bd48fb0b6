"""Keep a person visible: a time range of one track, which ends where the track crosses another.

Where two tracks cross, it is uncertain whether a track goes on with the same person. So the visible range ends there,
the crossing itself stays hidden, and a person must confirm that the track beyond it is still the intended one.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from passerby.core.kinds import Kind
from passerby.documents.plan import Track
from passerby.documents.plan_parts.spans import VisibleSpan
from passerby.review.errors import ReviewError
from passerby.review.track_edits import best_time, frame_at

#: Kinds that are not persons or their belongings: crossing one of these causes no identity switch.
NOT_PERSONS = frozenset({Kind.REGION, Kind.TEXT, Kind.SCREEN})
#: Two boxes this close, as a share of the smaller one's shorter side, count as crossing. Chosen with a wide margin: a
#: crossing too many costs one confirmation, a missed one may show the wrong person.
CROSSING_MARGIN = 0.1


@dataclass(frozen=True, slots=True)
class CrossingSpan:
    """Frames `first` to `last` of a track, in which it does or does not cross another."""

    first: int
    last: int
    crossing: bool


def crossing_spans(track: Track, others: Sequence[Track], times: Sequence[int]) -> list[CrossingSpan]:
    """The frames of the track, in turns free of others and crossing one."""
    first, last = bisect.bisect_left(times, track.start), bisect.bisect_right(times, track.end) - 1
    overlapping = [
        other
        for other in others
        if other.number != track.number
        and other.kind is track.kind
        and other.kind not in NOT_PERSONS
        and other.start <= track.end
        and other.end >= track.start
    ]
    crossing = [_crosses(track, overlapping, times[number]) for number in range(first, last + 1)]
    spans = []
    for crosses, run in groupby(range(first, last + 1), key=lambda number: crossing[number - first]):
        frames = list(run)
        spans.append(CrossingSpan(frames[0], frames[-1], crosses))
    return spans


def keep_visible(
    track: Track,
    others: Sequence[Track],
    times: Sequence[int],
    frame: int,
    confirmed: bool,
    reason: str | None = None,
    by: str | None = None,
) -> Track:
    """The track, visible in the span around `frame`, for this reason, as decided by this person. Raises ReviewError
    inside a crossing unless it is `confirmed`."""
    span = next((run for run in crossing_spans(track, others, times) if run.first <= frame <= run.last), None)
    if span is None:
        raise ReviewError("track_not_in_frame")
    if span.crossing and not confirmed:
        raise ReviewError("track_crossing")
    return show_span(track, VisibleSpan(start=times[span.first], end=times[span.last], reason=reason, by=by))


def show_certain(
    track: Track, others: Sequence[Track], times: Sequence[int], reason: str | None = None, by: str | None = None
) -> Track:
    """The track, visible where it is certainly the object that its best picture shows: until it crosses one of
    `others`."""
    best = frame_at(times, best_time(track))
    spans = [run for run in crossing_spans(track, others, times) if not run.crossing]
    around = next((run for run in spans if run.first <= best <= run.last), None)
    if around is None:
        return track
    return show_span(track, VisibleSpan(start=times[around.first], end=times[around.last], reason=reason, by=by))


def hide_all(track: Track) -> Track:
    """The track without any visible span."""
    return track.model_copy(update={"visible": ()})


def show_span(track: Track, shown: VisibleSpan) -> Track:
    """The track, visible in that span too. Spans that touch are one, unless they differ in reason or author: then the
    new one keeps what it covers, and the others what is left of them."""
    spans: list[VisibleSpan] = []
    for span in track.visible:
        same = (span.reason, span.by) == (shown.reason, shown.by)
        if span.end < shown.start or span.start > shown.end:
            spans.append(span)
        elif same:
            shown = shown.model_copy(update={"start": min(span.start, shown.start), "end": max(span.end, shown.end)})
        else:
            if span.start < shown.start:
                spans.append(span.model_copy(update={"end": shown.start - 1}))
            if span.end > shown.end:
                spans.append(span.model_copy(update={"start": shown.end + 1}))
    return track.model_copy(update={"visible": tuple(sorted([*spans, shown], key=lambda span: span.start))})


def with_visible_reason(track: Track, time: int, reason: str | None, by: str) -> Track:
    """The track with another reason for being visible around `time`; unchanged where it is not."""
    spans = (
        span.model_copy(update={"reason": reason, "by": by}) if span.start <= time <= span.end else span
        for span in track.visible
    )
    return track.model_copy(update={"visible": tuple(spans)})


def hide_again(track: Track, time: int) -> Track:
    """The track without the visible span around `time`. Raises ReviewError when there is none."""
    remaining = tuple(span for span in track.visible if not span.start <= time <= span.end)
    if remaining == track.visible:
        raise ReviewError("already_hidden")
    return track.model_copy(update={"visible": remaining})


def _crosses(track: Track, others: Sequence[Track], time: int) -> bool:
    position = track.interpolate(time)
    if position is None:
        return False
    for other in others:
        other_position = other.interpolate(time)
        if other_position is not None:
            margin = CROSSING_MARGIN * min(position.box.shorter_side, other_position.box.shorter_side)
            if position.box.expand(0, margin).intersection(other_position.box) > 0:
                return True
    return False
