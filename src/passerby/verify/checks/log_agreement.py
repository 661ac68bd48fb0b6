"""Does the report list what the plan says? Whoever can write NAME.report.json could leave a line out.

The log is made anew from the plan and the frames of the release, and compared line by line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf

from passerby.documents.plan import Plan
from passerby.documents.redaction_log import LogAction, LogEntry
from passerby.documents.report import Report
from passerby.redaction_log.log import redaction_log
from passerby.redaction_log.release_times import ReleaseTimes
from passerby.redaction_log.sound import SoundFacts
from passerby.verify.report.log_table import ACTIONS, item_name

#: By how many seconds times may differ: containers round them.
TOLERANCE_S = 0.1
#: What the plan says of these cannot be known from it and the release alone.
_NOT_IN_PLAN = frozenset({LogAction.COVERED, LogAction.SOUND_REMOVED, LogAction.VOICES_ALTERED})
_SOUND = frozenset({LogAction.MUTED, LogAction.BLEEPED, LogAction.ROOM_TONE, LogAction.VOICES_KEPT})
#: Lines that are named, at most.
MAX_NAMED = 5


def is_comparable(report: Report, plan: Plan) -> bool:
    """Was the file made with the plan as it is now?"""
    made_with = report.analysis_sha256, report.corrections, report.edited_by_hand
    return made_with == (plan.analysis_sha256, len(plan.corrections), plan.edited_by_hand)


def disagreements(
    report: Report, plan: Plan, frames: Sequence[Sequence[float]], sound_end: float | None, timed: bool, rounded: bool
) -> Iterator[str]:
    """What the report lists and the plan does not say, and the other way round. `frames` are the times of all frames of
    each video track of the release in seconds; `sound_end` is until when it has sound, None without. Where times are
    `rounded`, runs of frames may differ at their ends, and only what is listed is compared."""
    covered = [entry for entry in report.redaction_log if entry.action is LogAction.COVERED]
    times = []
    for video, seconds in enumerate(frames[: len(plan.videos)]):
        whole = [
            any(one.video == video and one.start - 0.001 <= at < one.end - 0.001 for one in covered) for at in seconds
        ]
        times.append(ReleaseTimes.of_release(plan, video, seconds, whole, timed))
    end = max((one.end for one in times), default=0.0)
    tracks, sound_end = int(sound_end is not None), sound_end or 0.0
    facts = SoundFacts(report.settings, tracks, tracks, inf, sound_end)
    log = redaction_log(plan, times, facts, inf, report.default_reasons)
    expected = [entry for entry in log if _is_compared(entry, end, sound_end)]
    listed = [entry for entry in report.redaction_log if _is_compared(entry, end, sound_end)]
    missing, unknown = _unmatched(expected, listed, rounded), _unmatched(listed, expected, rounded)
    lines = [f"the report does not list what the plan says: {_line(entry)}" for entry in missing]
    lines += [f"the report lists what the plan does not say: {_line(entry)}" for entry in unknown]
    yield from lines[:MAX_NAMED]
    if len(lines) > MAX_NAMED:
        yield f"{len(lines) - MAX_NAMED} more lines of the report's list and of the plan differ"


def _is_compared(entry: LogEntry, end: float, sound_end: float) -> bool:
    """Not what lies after the end, or so close to it that rounding decides."""
    if entry.action in _NOT_IN_PLAN:
        return False
    return entry.start < sound_end - TOLERANCE_S if entry.action in _SOUND else entry.start <= end + TOLERANCE_S


def _unmatched(wanted: Sequence[LogEntry], given: Sequence[LogEntry], rounded: bool) -> list[LogEntry]:
    """Those entries of `wanted` for which there is none in `given`."""
    by_key: dict[tuple[object, ...], list[LogEntry]] = {}
    for entry in given:
        by_key.setdefault(_key(entry), []).append(entry)
    found = []
    for entry in wanted:
        same = by_key.get(_key(entry), [])
        match = next((other for other in same if rounded or _same_time(entry, other)), None)
        if match is None:
            found.append(entry)
        elif not rounded:
            same.remove(match)
    return found


def _key(entry: LogEntry) -> tuple[object, ...]:
    return (
        entry.action, entry.kind, entry.video, entry.track, entry.reason, entry.decided_by, entry.by, entry.created,
    )  # fmt: skip


def _same_time(entry: LogEntry, other: LogEntry) -> bool:
    ends = entry.action in _SOUND or abs(entry.end - other.end) <= TOLERANCE_S
    return ends and abs(entry.start - other.start) <= TOLERANCE_S


def _line(entry: LogEntry) -> str:
    name = item_name(entry, several=False)
    return f"{ACTIONS[entry.action]}, {name}, {entry.start:.3f} to {entry.end:.3f} s"
