"""What was detected, or made visible, and is not painted in one video track: what is shown on purpose."""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from passerby.core.box import Box
from passerby.documents.plan import Keyframe, Plan, Track
from passerby.documents.plan_parts.spans import VisibleSpan
from passerby.documents.redaction_log import DecidedBy, LogAction, LogEntry
from passerby.redaction_log.areas import hull_between
from passerby.redaction_log.decisions import Decision, Decisions
from passerby.redaction_log.release_times import ReleaseTimes, Run, runs
from passerby.track.mask_schedule import MaskSchedule

#: Pixels at each side of a detected box that may show: masks that are drawn anew are rounded.
EDGE = 1.0
#: Area of a detected box that may show within these edges, square pixels.
MAX_SHOWN_AREA = 1.0


@dataclass(frozen=True, slots=True)
class Subject:
    """A track whose masks a person has changed: as it was `detected` (or drawn, where it was not), and where it is
    `visible` now."""

    track: Track
    visible: tuple[VisibleSpan, ...]

    def span_at(self, tick: int) -> VisibleSpan | None:
        return next((span for span in reversed(self.visible) if span.start <= tick <= span.end), None)


def subjects(plan: Plan, video: int) -> list[Subject]:
    """The tracks of which something may show on purpose."""
    detected = {track.number: track for track in plan.videos[video].tracks}
    current = {track.number: track for track in plan.tracks(video)}
    changed = {made.number for made in plan.corrections if made.video == video and made.changes_track}
    found = []
    for number in sorted(changed):
        now = current.get(number)
        visible = now.visible if now is not None else ()
        if number in detected:
            found.append(Subject(detected[number], visible))
        elif now is not None and visible:
            found.append(Subject(now, visible))
    return found


def shown(plan: Plan, video: int, times: ReleaseTimes, decisions: Decisions) -> Iterator[LogEntry]:
    """One entry for each run of frames in which something of a track is bare, for one reason. Their numbers are given
    later."""
    changed = subjects(plan, video)
    current = {track.number for track in plan.tracks(video)}
    size = plan.videos[video].width, plan.videos[video].height
    shares: list[dict[int, float]] = [{} for _ in changed]
    schedule = MaskSchedule(plan.tracks(video))
    for place, tick in enumerate(times.ticks) if changed else ():
        masks = [key for _, key in schedule.at(tick)]
        if tick in times.covered:
            continue
        for subject, bare in zip(changed, shares, strict=True):
            key = subject.track.interpolate(tick)
            share = 0.0 if key is None else shown_share(key, masks, size)
            if share:
                bare[place] = share
    for subject, bare in zip(changed, shares, strict=True):
        number = subject.track.number
        removal = decisions.of_removal(video, number)
        spans = {span: decisions.of_visible(video, number, span) for span in subject.visible}
        why: list[Decision | None] = [None] * len(times.ticks) if bare else []
        for place in bare:
            span = subject.span_at(times.ticks[place])
            why[place] = removal if span is None else spans[span]
        for run, decision in runs(why):
            assert isinstance(decision, Decision)
            start, end = times.seconds(run)
            # Where a box was only moved, or ends earlier, nobody has decided that what is bare may be seen.
            decided = number not in current or subject.span_at(times.ticks[run[0]]) is not None
            yield LogEntry(
                number=1,
                action=LogAction.SHOWN,
                start=start,
                end=end,
                path=path_of(subject.track, times, run) if decided else (),
                kind=subject.track.kind,
                video=video,
                track=number,
                area=hull_between(subject.track, times.ticks[run[0]], times.ticks[run[1]], *size),
                share=max(0.001, round(max(bare[place] for place in range(run[0], run[1] + 1)), 3)),
                reason=decision.reason,
                decided_by=decision.decided_by,
                by=decision.by,
                created=decision.created,
            )


def path_of(track: Track, times: ReleaseTimes, run: Run) -> tuple[tuple[float, float, float, float, float], ...]:
    """Where a track is in a run of frames: at its keyframes, and at both sides of what was cut."""
    first, last = run
    places = {first, last}
    for key in track.keyframes:
        place = bisect.bisect_left(times.ticks, key.time)
        places |= {place} if first <= place <= last else set()
    cuts = (place for place in range(first, last) if times.numbers[place + 1] - times.numbers[place] > 1)
    places |= {side for place in cuts for side in (place, place + 1)}
    path = []
    for place in sorted(places):
        at = track.interpolate(times.ticks[place])
        if at is not None:
            x1, y1, x2, y2 = (round(side, 1) for side in at.box)
            path.append((round(times.starts[place], 3), x1, y1, x2, y2))
    return tuple(path)


def kept(plan: Plan, video: int, times: ReleaseTimes) -> Iterator[LogEntry]:
    """What lies in regions that are to be kept visible. It may be masked for another reason."""
    for span in plan.videos[video].kept:
        run = times.between(span.start, span.end)
        if run is None:
            continue
        start, end = times.seconds(run)
        yield LogEntry(
            number=1,
            action=LogAction.SHOWN,
            start=start,
            end=end,
            kind=span.kind,
            video=video,
            share=1,
            reason=f"it lies in region {span.region} of keep_regions, unless another mask hides it",
            decided_by=DecidedBy.SETTINGS,
        )


def shown_share(key: Keyframe, masks: Sequence[Keyframe], size: tuple[int, int]) -> float:
    """The share of what was detected that no mask covers, 0 to 1."""
    box = key.box.clip(*size)
    inner = box.expand(0, -EDGE) if box.shorter_side > 2 * EDGE else box
    if inner.area <= 0 or any(mask.polygon is None and inner.containment(mask.box) == 1 for mask in masks):
        return 0.0
    area = _uncovered_area(key, inner, masks)
    return area / inner.area if area > min(MAX_SHOWN_AREA, inner.area / 2) else 0.0


def _uncovered_area(key: Keyframe, inner: Box, masks: Sequence[Keyframe]) -> float:
    from shapely import Polygon, box, union_all  # here, not above: most plans have no corrections

    subject = box(*inner) if key.polygon is None else Polygon(key.polygon).intersection(box(*inner))
    near = [mask for mask in masks if mask.box.intersection(inner) > 0]
    painted = union_all([box(*mask.box) if mask.polygon is None else Polygon(mask.polygon) for mask in near])
    return float(subject.difference(painted).area)
