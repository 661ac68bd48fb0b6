"""Event rules: each rule watches one condition, reports an event when it has held long enough, and reports no other
during its cool-down. A condition that lasts is reported once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from passerby.config.counting_config import (
    CrossingRule,
    CrowdRule,
    EventKind,
    PresenceRule,
    Rule,
    SignalLossRule,
    SiteRule,
    TamperRule,
)
from passerby.config.timetable import Schedules
from passerby.core.clock import Moment
from passerby.core.kinds import ObjectClass
from passerby.core.view_stats import ViewStats
from passerby.counting.bins import SeriesKey
from passerby.counting.lines import Direction
from passerby.documents.count_records import Event


@dataclass(frozen=True, slots=True)
class Observation:
    """The result of one detector run: occupancy of each zone, line crossings, and view statistics."""

    occupancy: Mapping[SeriesKey, int]
    crossings: Sequence[tuple[str, ObjectClass, Direction]] = ()
    view_stats: ViewStats | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that holds now. `location` is the name of the zone or line."""

    count: int | None = None
    location: str | None = None
    detail: str | None = None


class RuleState:
    """One rule over time, in seconds of the monotonic clock."""

    def __init__(self, camera: str | None, rule: Rule | SiteRule, schedules: Schedules) -> None:
        """`camera` is None for a rule of the site."""
        self.rule = rule
        self._camera = camera
        self._schedules = schedules
        self._since: float | None = None
        #: When the condition had held long enough, and what it was then: the event is about that moment, though the
        #: cool-down may delay it.
        self._fulfilled: tuple[Moment, Condition] | None = None
        self._reported = False
        self._cooldown_until = float("-inf")

    def evaluate(self, at: Moment, condition: Condition | None, min_duration_s: float) -> Event | None:
        """The condition holds now, or does not (None); the event that follows from it."""
        if condition is None or not self._is_active(at):
            self._since, self._fulfilled, self._reported = None, None, False
            return None
        if self._since is None:
            self._since = at.monotonic
        if self._fulfilled is None and at.monotonic - self._since >= min_duration_s:
            self._fulfilled = at, condition
        if self._reported or self._fulfilled is None or at.monotonic < self._cooldown_until:
            return None
        self._reported = True
        self._cooldown_until = at.monotonic + self.rule.cool_down
        return self._event(*self._fulfilled)

    def _is_active(self, at: Moment) -> bool:
        if self.rule.during is not None:
            return self._schedules.is_active(self.rule.during, at.wall)
        return self.rule.outside is None or not self._schedules.is_active(self.rule.outside, at.wall)

    def _event(self, at: Moment, condition: Condition) -> Event:
        duration_s = 0.0 if self._since is None else at.monotonic - self._since
        return Event(
            id=f"{self._camera or 'site'}/{self.rule.name}/{round(at.wall * 1000)}",
            camera=self._camera,
            rule=self.rule.name,
            kind=self.rule.kind,
            time=round(at.wall, 3),
            trusted=at.trusted,
            start=None if self._camera is None else round(at.wall - duration_s - self.rule.pre_roll, 3),
            end=None if self._camera is None else round(at.wall + self.rule.post_roll, 3),
            location=condition.location,
            count=condition.count,
            detail=condition.detail,
        )


class CameraRules:
    """All rules of one camera."""

    def __init__(self, camera: str, rules: Sequence[Rule], schedules: Schedules) -> None:
        self._states = [RuleState(camera, rule, schedules) for rule in rules]

    def update(self, at: Moment, observation: Observation) -> list[Event]:
        """After a detector run."""
        events = []
        for state in self._states:
            rule = state.rule
            if isinstance(rule, CrossingRule):
                event = state.evaluate(at, _crossing_condition(rule, observation), 0.0)
            elif isinstance(rule, SignalLossRule):
                event = state.evaluate(at, None, rule.min_duration)
            elif isinstance(rule, TamperRule):
                if observation.view_stats is None:
                    continue  # not measured in this run: the last state stands
                event = state.evaluate(at, _view_condition(rule, observation.view_stats), rule.min_duration)
            elif isinstance(rule, PresenceRule | CrowdRule):
                event = state.evaluate(at, _occupancy_condition(rule, observation), rule.min_duration)
            else:
                continue  # a rule of the site: counting/site_rules.py
            if event is not None:
                events.append(event)
        return events

    def no_data(self, at: Moment, reason: str, lost: bool) -> list[Event]:
        """While no frame can be analysed: nobody is known to be anywhere."""
        events = []
        for state in self._states:
            rule = state.rule
            if isinstance(rule, SignalLossRule):
                event = state.evaluate(at, Condition(detail=reason) if lost else None, rule.min_duration)
            elif isinstance(rule, TamperRule):
                continue
            else:
                event = state.evaluate(at, None, 0.0)
            if event is not None:
                events.append(event)
        return events


def _occupancy_condition(rule: PresenceRule | CrowdRule, observation: Observation) -> Condition | None:
    count = sum(observation.occupancy.get((rule.zone, object_class), 0) for object_class in rule.count)
    holds = count > rule.max_count if isinstance(rule, CrowdRule) else count > 0
    return Condition(count=count, location=rule.zone) if holds else None


def _crossing_condition(rule: CrossingRule, observation: Observation) -> Condition | None:
    directions = [
        direction
        for line, object_class, direction in observation.crossings
        if line == rule.line and object_class in rule.count and rule.direction in (direction, "both")
    ]
    if not directions:
        return None
    return Condition(count=len(directions), location=rule.line, detail=", ".join(directions))


def _view_condition(rule: TamperRule, view: ViewStats) -> Condition | None:
    holds = {EventKind.DARK: view.dark, EventKind.COVERED: view.covered, EventKind.MOVED: view.moved}[rule.kind]
    return Condition() if holds else None
