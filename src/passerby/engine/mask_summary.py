"""What of a plan was really painted, and what is shown on purpose: for the report of a release.

Nothing here trusts what a plan says about itself. What is hidden is counted frame by frame, as it is painted. What was
detected and is not painted is listed with who decided it, and when. Times are seconds of the release.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from passerby.config.settings import Settings
from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.documents.plan import Correction, Keyframe, Plan, Track
from passerby.documents.report import HiddenSummary, ShownSummary, TimeRange
from passerby.documents.trim import Trims
from passerby.track.mask_schedule import MaskSchedule

#: Ranges of a kind that are this close together are reported as one.
MAX_RANGE_GAP_S = 1.0
#: Pixels at each side of a detected box that may show: masks that are drawn anew are rounded.
EDGE = 1.0
#: Who decided on what lies in keep regions.
KEPT_AUTHOR = "the settings of the run"
#: Area of a detected box that may show within these edges, square pixels.
MAX_SHOWN_AREA = 1.0

#: First and last frame of a run, by ordinal.
Run = tuple[int, int]


def hidden_summaries(plan: Plan, times: Sequence[Sequence[int]], settings: Settings) -> Iterator[HiddenSummary]:
    """For each kind that was requested, detected or not, and those that a plan made by hand masks besides: how many
    tracks were painted in some frame, and when. `times` are those of all frames of each video track of the source."""
    spans: dict[Kind, list[tuple[float, float]]] = {}
    counts: dict[Kind, int] = {}
    for number in range(len(plan.videos)):
        video = _Video(plan, number, times[number])
        for track in plan.tracks(number):
            seconds = [second for run in video.painted(track) for second in video.in_release(run)]
            spans.setdefault(track.kind, []).extend(seconds)
            counts[track.kind] = counts.get(track.kind, 0) + bool(seconds)
    regions = {Kind.REGION} if settings.hide_regions else set()
    for kind in Kind:
        if kind in {*spans, *settings.hide, *regions}:
            ranges = tuple(_merged(spans.get(kind, [])))
            yield HiddenSummary(kind=kind, tracks=counts.get(kind, 0), ranges=ranges)


def shown_on_purpose(plan: Plan, times: Sequence[Sequence[int]]) -> Iterator[ShownSummary]:
    """What was detected, or made visible, and is not painted in the release."""
    for number in range(len(plan.videos)):
        video = _Video(plan, number, times[number])
        yield from video.shown()
        yield from video.kept()


@dataclass(frozen=True, slots=True)
class _Subject:
    """A track as it was detected (or drawn, where it was not), whose masks a person has changed, and how."""

    track: Track
    correction: Correction


class _Video:
    """One video track of a plan, with the times of all its frames."""

    def __init__(self, plan: Plan, number: int, times: Sequence[int]) -> None:
        self._plan, self._number, self._times = plan, number, times
        self._video = plan.videos[number]
        self._trims = Trims(plan.trim, self._video.time_base)

    def painted(self, track: Track) -> Iterator[Run]:
        """The runs of frames in which some of the picture is painted because of this track."""
        first, last = bisect.bisect_left(self._times, track.start), bisect.bisect_right(self._times, track.end) - 1
        if first > last:
            return
        if not track.visible and all(key.polygon is None and self._in_picture(key) for key in track.keyframes):
            yield first, last  # a box that moves in a straight line from a picture to the same one does not leave it
            return
        keys = [track.masked_at(time) for time in self._times[first : last + 1]]
        yield from _runs([key is not None and self._in_picture(key) for key in keys], first)

    def in_release(self, run: Run) -> Iterator[tuple[float, float]]:
        """The parts of a run of frames that are in the release, in its seconds."""
        moved = [self._trims.to_output_time(time) for time in self._times[run[0] : run[1] + 1]]
        for first, last in _runs([time is not None for time in moved], 0):
            start, end = moved[first], moved[last]
            assert start is not None
            assert end is not None
            yield float(start * self._video.time_base), float(end * self._video.time_base)

    def shown(self) -> Iterator[ShownSummary]:
        subjects = self._subjects()
        shares: list[dict[int, float]] = [{} for _ in subjects]
        schedule = MaskSchedule(self._plan.tracks(self._number))
        for frame, time in enumerate(self._times) if subjects else ():
            masks = [key for _, key in schedule.at(time)]
            if not self._video.is_analysed(frame, time):
                continue  # it is covered whole
            for subject, shown in zip(subjects, shares, strict=True):
                key = subject.track.interpolate(time)
                share = 0.0 if key is None else self._shown_share(key, masks)
                if share:
                    shown[frame] = share
        for subject, shown in zip(subjects, shares, strict=True):
            for run in _runs([frame in shown for frame in range(len(self._times))] if shown else [], 0):
                share = max(shown[frame] for frame in range(run[0], run[1] + 1))
                for start, end in self.in_release(run):
                    yield self._summary(subject, start, end, share)

    def kept(self) -> Iterator[ShownSummary]:
        """What lies in regions that are to be kept visible. It may be masked for another reason."""
        for span in self._video.kept:
            first, last = bisect.bisect_left(self._times, span.start), bisect.bisect_right(self._times, span.end) - 1
            for start, end in self.in_release((first, last)) if first <= last else ():
                yield ShownSummary(
                    video=self._number,
                    track=0,
                    kind=span.kind,
                    start=round(start, 3),
                    end=round(end, 3),
                    share=1,
                    author=KEPT_AUTHOR,
                    reason=f"it lies in region {span.region} of keep_regions",
                )

    def _summary(self, subject: _Subject, start: float, end: float, share: float) -> ShownSummary:
        track, correction = subject.track, subject.correction
        return ShownSummary(
            video=self._number,
            track=track.number,
            kind=track.kind,
            start=round(start, 3),
            end=round(end, 3),
            share=max(0.001, round(share, 3)),
            author=correction.author,
            created=correction.created,
            reason=correction.reason or (correction.track.reason if correction.track else None),
        )

    def _subjects(self) -> list[_Subject]:
        detected = {track.number: track for track in self._video.tracks}
        corrections = {c.number: c for c in self._plan.corrections if c.video == self._number and c.changes_track}
        subjects = []
        for number, correction in corrections.items():
            visible = correction.track is not None and correction.track.visible
            if number in detected:
                subjects.append(_Subject(detected[number], correction))
            elif visible and correction.track is not None:
                subjects.append(_Subject(correction.track, correction))
        return subjects

    def _in_picture(self, key: Keyframe) -> bool:
        return key.box.clip(self._video.width, self._video.height).area > 0

    def _shown_share(self, key: Keyframe, masks: Sequence[Keyframe]) -> float:
        """The share of what was detected that no mask covers, 0 to 1."""
        box = key.box.clip(self._video.width, self._video.height)
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


def _runs(flags: Sequence[bool], first: int) -> Iterator[Run]:
    """Runs of frames whose flag is set; `first` is the ordinal of the first one."""
    start: int | None = None
    for frame, flag in enumerate([*flags, False], first):
        if flag and start is None:
            start = frame
        elif not flag and start is not None:
            yield start, frame - 1
            start = None


def _merged(spans: Iterable[tuple[float, float]]) -> Iterator[TimeRange]:
    """When at least one of the tracks is masked; ranges at most MAX_RANGE_GAP_S apart are one."""
    start = end = None
    for begins, ends in sorted(spans):
        if end is not None and begins <= end + MAX_RANGE_GAP_S:
            end = max(end, ends)
            continue
        if start is not None and end is not None:
            yield TimeRange(start=round(start, 3), end=round(end, 3))
        start, end = begins, ends
    if start is not None and end is not None:
        yield TimeRange(start=round(start, 3), end=round(end, 3))
