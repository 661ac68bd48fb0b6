"""How often a rule would have raised an event on a day of which the counts are stored.

Counts are kept by the minute, and a rule looks several times a second, so the answer is a range: at least so often,
since the counts cannot be explained otherwise, and at most so often.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from passerby.config.counting_config import CrossingRule, PresenceRule
from passerby.config.timetable import Schedules
from passerby.documents.count_records import BIN_S, DWELL_BOUNDS_S, CountBin

#: Mean occupancy of a minute in which somebody was there all the time.
_WHOLE_MINUTE = 0.999
_DWELL_FROM_S = (0, *DWELL_BOUNDS_S)
_DWELL_TO_S = (*DWELL_BOUNDS_S, float("inf"))


@dataclass(frozen=True, slots=True)
class RuleTrial:
    """Events that there would have been, and the seconds for which the zone or line was observed."""

    at_least: int
    at_most: int
    observed_s: float


@dataclass(slots=True)
class _Minute:
    """What one minute says of a rule. `begun`: visits or crossings that began in it; `surely_lasting` and
    `perhaps_lasting`: visits that ended in it and lasted long enough."""

    start: int
    active: bool
    observed_s: float = 0.0
    occupied: bool = False
    whole: bool = False
    begun: int = 0
    surely_lasting: int = 0
    perhaps_lasting: int = 0


def try_rule(rule: PresenceRule | CrossingRule, bins: Iterable[CountBin], schedules: Schedules) -> RuleTrial:
    """`bins` are those of the rule's camera, in order of time. Raises KeyError for a timetable that does not exist."""
    minutes: dict[int, _Minute] = {}
    for counted in bins:
        minute = minutes.setdefault(counted.start, _Minute(counted.start, _is_active(rule, counted.start, schedules)))
        if isinstance(rule, PresenceRule):
            _add_visits(minute, rule, counted)
        else:
            _add_crossings(minute, rule, counted)
    known = [minute for minute in minutes.values() if minute.observed_s > 0]
    observed_s = sum(minute.observed_s for minute in known)
    if isinstance(rule, CrossingRule):
        crossed = [minute for minute in known if minute.active and minute.begun]
        return RuleTrial(_spaced(crossed, rule.cool_down), _packed(crossed, rule.cool_down), observed_s)
    runs = _runs([minute for minute in known if minute.active and minute.occupied])
    long_enough = sum(minute.perhaps_lasting for minute in known) + len(runs)  # the last of a run may not have ended
    begun = sum(sum(minute.begun for minute in run) or 1 for run in runs)
    begun += sum(1 for run in runs if run[0].begun and not _follows_an_empty_minute(run[0], minutes))
    at_most = min(begun, long_enough, sum(_spaced_at_most(run, rule.cool_down) for run in runs))
    certain = [run for run in runs if _is_certain(run, rule, minutes)]
    return RuleTrial(min(at_most, _runs_apart(certain, rule.cool_down)), at_most, observed_s)


def _is_active(rule: PresenceRule | CrossingRule, start: int, schedules: Schedules) -> bool:
    middle = start + BIN_S / 2
    if rule.during is not None:
        return schedules.is_active(rule.during, middle)
    return rule.outside is None or not schedules.is_active(rule.outside, middle)


def _add_visits(minute: _Minute, rule: PresenceRule, counted: CountBin) -> None:
    zones = [zone for zone in counted.zones if zone.zone == rule.zone and zone.object_class in rule.count]
    if not zones:
        return
    minute.observed_s += counted.observed_seconds
    for zone in zones:
        minute.occupied |= zone.peak > 0
        minute.whole |= zone.mean >= _WHOLE_MINUTE and counted.observed_seconds >= _WHOLE_MINUTE * BIN_S
        minute.begun += zone.entries
        minute.perhaps_lasting += zone.censored
        for from_s, to_s, visits in zip(_DWELL_FROM_S, _DWELL_TO_S, zone.dwell, strict=True):
            minute.surely_lasting += visits if from_s >= rule.min_duration else 0
            minute.perhaps_lasting += visits if to_s > rule.min_duration else 0


def _add_crossings(minute: _Minute, rule: CrossingRule, counted: CountBin) -> None:
    lines = [line for line in counted.lines if line.line == rule.line and line.object_class in rule.count]
    if not lines:
        return
    minute.observed_s += counted.observed_seconds
    for line in lines:
        minute.begun += line.forward if rule.direction != "backward" else 0
        minute.begun += line.backward if rule.direction != "forward" else 0


def _runs(occupied: Sequence[_Minute]) -> list[list[_Minute]]:
    """Minutes that follow each other."""
    runs = [[occupied[0]]] if occupied else []
    for before, minute in pairwise(occupied):
        if minute.start - before.start == BIN_S:
            runs[-1].append(minute)
        else:
            runs.append([minute])
    return runs


def _follows_an_empty_minute(minute: _Minute, minutes: dict[int, _Minute]) -> bool:
    before = minutes.get(minute.start - BIN_S)
    return before is not None and not before.occupied


def _is_certain(run: Sequence[_Minute], rule: PresenceRule, minutes: dict[int, _Minute]) -> bool:
    """Was somebody there for long enough while the rule was active?"""
    if rule.min_duration <= BIN_S and any(minute.whole for minute in run):
        return True
    return any(minute.surely_lasting for minute in run) and _follows_an_empty_minute(run[0], minutes)


def _spaced_at_most(run: Sequence[_Minute], cool_down_s: float) -> int:
    """Events that fit into minutes that follow each other with a cool-down between any two."""
    return 1 + int(len(run) * BIN_S // cool_down_s) if cool_down_s > 0 else sum(minute.begun for minute in run) + 1


def _runs_apart(runs: Sequence[Sequence[_Minute]], cool_down_s: float) -> int:
    """Runs of which each begins when no cool-down of the one before can last."""
    found, free_at = 0, float("-inf")
    for run in runs:
        if run[0].start >= free_at:
            found, free_at = found + 1, run[-1].start + BIN_S + cool_down_s
    return found


def _spaced(crossed: Sequence[_Minute], cool_down_s: float) -> int:
    """One event a minute, none of which can fall into the cool-down of the one before."""
    return _runs_apart([[minute] for minute in crossed], cool_down_s)


def _packed(crossed: Sequence[_Minute], cool_down_s: float) -> int:
    """As many events as fit, the crossings of a minute being as early and as far apart as they may have been."""
    found, free_at = 0, float("-inf")
    for minute in crossed:
        for _ in range(minute.begun):
            at = max(float(minute.start), free_at)
            if at >= minute.start + BIN_S:
                break
            found, free_at = found + 1, at + cool_down_s
    return found
