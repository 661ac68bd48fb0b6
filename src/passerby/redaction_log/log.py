"""The whole log of a release: entry point of this folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from passerby.config.settings import Settings
from passerby.core.kinds import Kind
from passerby.documents.plan import Plan
from passerby.documents.redaction_log import LogAction, LogEntry
from passerby.documents.report import HiddenSummary, TimeRange
from passerby.redaction_log.decisions import Decisions
from passerby.redaction_log.masked import masked
from passerby.redaction_log.release_times import ReleaseTimes
from passerby.redaction_log.shown import kept, shown
from passerby.redaction_log.sound import SoundFacts, cuts, sound

#: Ranges of a kind that are this close together are one in the summary.
MAX_RANGE_GAP_S = 1.0
_ORDER = list(LogAction)


def redaction_log(
    plan: Plan,
    times: Sequence[ReleaseTimes],
    facts: SoundFacts,
    end_s: float,
    default_reasons: Mapping[Kind, str] | None = None,
) -> tuple[LogEntry, ...]:
    """Everything withheld and everything shown on purpose, in order of time. `times` are those of each video track,
    `end_s` is the end of the source in seconds. `default_reasons` stand for tracks of a kind that are hidden without
    a reason of their own."""
    decisions = Decisions(plan)
    entries = [*cuts(plan, end_s, decisions), *sound(plan, facts, decisions)]
    for video, of_video in enumerate(times):
        entries += (_with_default(entry, default_reasons or {}) for entry in masked(plan, video, of_video, decisions))
        entries += shown(plan, video, of_video, decisions)
        entries += kept(plan, video, of_video)
    entries.sort(key=lambda one: (one.start, one.end, _ORDER.index(one.action), one.video or 0, one.track or 0))
    return tuple(entry.model_copy(update={"number": number}) for number, entry in enumerate(entries, 1))


def _with_default(entry: LogEntry, default_reasons: Mapping[Kind, str]) -> LogEntry:
    default = default_reasons.get(entry.kind) if entry.kind is not None else None
    return entry if entry.reason or default is None else entry.model_copy(update={"reason": default})


def hidden_summaries(log: Iterable[LogEntry], settings: Settings) -> Iterator[HiddenSummary]:
    """For each kind that was requested, detected or not, and each other one in the log: how many tracks were painted in
    some frame, and when."""
    spans: dict[Kind, list[tuple[float, float]]] = {}
    tracks: dict[Kind, set[tuple[int | None, int | None]]] = {}
    for entry in log:
        if entry.kind is not None and entry.action in (LogAction.MASKED, LogAction.BLACKED_OUT):
            spans.setdefault(entry.kind, []).append((entry.start, entry.end))
            tracks.setdefault(entry.kind, set()).add((entry.video, entry.track))
    regions = {Kind.REGION} if settings.hide_regions else set()
    for kind in Kind:
        if kind in {*spans, *settings.hide, *regions}:
            ranges = tuple(merged_ranges(spans.get(kind, [])))
            yield HiddenSummary(kind=kind, tracks=len(tracks.get(kind, ())), ranges=ranges)


def merged_ranges(spans: Iterable[tuple[float, float]]) -> Iterator[TimeRange]:
    """When at least one of the tracks is masked; ranges at most MAX_RANGE_GAP_S apart are one."""
    start = end = None
    for begins, ends in sorted(spans):
        if end is not None and begins <= end + MAX_RANGE_GAP_S:
            end = max(end, ends)
            continue
        if start is not None and end is not None:
            yield TimeRange(start=start, end=end)
        start, end = begins, ends
    if start is not None and end is not None:
        yield TimeRange(start=start, end=end)
