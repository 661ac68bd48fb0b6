"""What is worth telling: each rule watches one condition, tells when it has held long enough, and then keeps quiet
for a while. A condition that lasts is told once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from passerby.config.counting_config import (
    CrossingRule,
    CrowdRule,
    EventKind,
    LostRule,
    PresenceRule,
    Rule,
    SightRule,
    SiteRule,
)
from passerby.config.timetable import Schedules
from passerby.core.clock import Moment
from passerby.core.kinds import ObjectClass
from passerby.core.view_stats import ViewStats
from passerby.counting.bins import Key
from passerby.counting.lines import Way
from passerby.documents.count_records import Event


@dataclass(frozen=True, slots=True)
class Facts:
    """What one look gave: how many are in each zone, who crossed, how the picture is."""

    inside: Mapping[Key, int]
    crossed: Sequence[tuple[str, ObjectClass, Way]] = ()
    sight: ViewStats | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A condition that holds now."""

    count: int | None = None
    place: str | None = None
    detail: str | None = None


class Watch:
    """One rule over time, in seconds of the monotonic clock."""

    def __init__(self, camera: str | None, rule: Rule | SiteRule, schedules: Schedules) -> None:
        """`camera` is None for what concerns the site."""
        self.rule = rule
        self._camera = camera
        self._schedules = schedules
        self._since: float | None = None
        self._told = False
        self._quiet_until = float("-inf")

    def judge(self, at: Moment, found: Found | None, hold: float) -> Event | None:
        """The condition holds (or does not) now; the event that comes of it."""
        if found is None or not self._in_force(at):
            self._since, self._told = None, False
            return None
        if self._since is None:
            self._since = at.monotonic
        if self._told or at.monotonic - self._since < hold or at.monotonic < self._quiet_until:
            return None
        self._told = True
        self._quiet_until = at.monotonic + self.rule.cool_down
        return self._event(at, found)

    def _in_force(self, at: Moment) -> bool:
        if self.rule.during is not None:
            return self._schedules.holds(self.rule.during, at.wall)
        return self.rule.outside is None or not self._schedules.holds(self.rule.outside, at.wall)

    def _event(self, at: Moment, found: Found) -> Event:
        held = 0.0 if self._since is None else at.monotonic - self._since
        return Event(
            id=f"{self._camera or 'site'}/{self.rule.name}/{round(at.wall * 1000)}",
            camera=self._camera,
            rule=self.rule.name,
            kind=self.rule.kind,
            at=round(at.wall, 3),
            trusted=at.trusted,
            start=None if self._camera is None else round(at.wall - held - self.rule.before, 3),
            end=None if self._camera is None else round(at.wall + self.rule.after, 3),
            place=found.place,
            count=found.count,
            detail=found.detail,
        )


class Rules:
    """All rules of one camera."""

    def __init__(self, camera: str, rules: Sequence[Rule], schedules: Schedules) -> None:
        self._watches = [Watch(camera, rule, schedules) for rule in rules]

    def see(self, at: Moment, facts: Facts) -> list[Event]:
        """After a look."""
        events = []
        for watch in self._watches:
            rule = watch.rule
            if isinstance(rule, CrossingRule):
                found = _crossing(rule, facts)
                event = watch.judge(at, found, 0.0)
            elif isinstance(rule, LostRule):
                event = watch.judge(at, None, rule.hold)
            elif isinstance(rule, SightRule):
                if facts.sight is None:
                    continue  # not measured at this look: what was, goes on
                event = watch.judge(at, _sight(rule, facts.sight), rule.hold)
            elif isinstance(rule, PresenceRule | CrowdRule):
                event = watch.judge(at, _occupancy(rule, facts), rule.hold)
            else:
                continue  # of the site: counting/site_rules.py
            if event is not None:
                events.append(event)
        return events

    def blind(self, at: Moment, reason: str, lost: bool) -> list[Event]:
        """While nothing can be looked at: nobody is known to be anywhere."""
        events = []
        for watch in self._watches:
            rule = watch.rule
            if isinstance(rule, LostRule):
                event = watch.judge(at, Found(detail=reason) if lost else None, rule.hold)
            elif isinstance(rule, SightRule):
                continue
            else:
                event = watch.judge(at, None, 0.0)
            if event is not None:
                events.append(event)
        return events


def _occupancy(rule: PresenceRule | CrowdRule, facts: Facts) -> Found | None:
    count = sum(facts.inside.get((rule.zone, sort), 0) for sort in rule.count)
    enough = count > rule.most if isinstance(rule, CrowdRule) else count > 0
    return Found(count=count, place=rule.zone) if enough else None


def _crossing(rule: CrossingRule, facts: Facts) -> Found | None:
    ways = [
        way
        for line, sort, way in facts.crossed
        if line == rule.line and sort in rule.count and rule.way in (way, "both")
    ]
    return Found(count=len(ways), place=rule.line, detail=", ".join(ways)) if ways else None


def _sight(rule: SightRule, sight: ViewStats) -> Found | None:
    holds = {EventKind.DARK: sight.dark, EventKind.COVERED: sight.covered, EventKind.MOVED: sight.moved}[rule.kind]
    return Found() if holds else None
