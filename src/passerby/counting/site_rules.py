"""Event rules of a site as a whole: its storage, its clock, and cameras whose process is down."""

from __future__ import annotations

from collections.abc import Mapping

from passerby.config.counting_config import DEFAULT_SITE_RULES, CountingSettings, SignalLossRule
from passerby.config.timetable import Schedules
from passerby.core.clock import Moment
from passerby.counting.rules import Condition, RuleState
from passerby.documents.count_records import Event

#: Seconds for which a process must be down before that is an event: most are running again at once.
MIN_PROCESS_DOWN_S = 10.0


class SiteRules:
    """Raises the events of a site: call `update` with its state repeatedly. A condition that lasts is reported once."""

    def __init__(self, cameras: Mapping[str, CountingSettings], schedules: Schedules) -> None:
        self._storage, self._clock = (
            (rule.min_duration, RuleState(None, rule, schedules)) for rule in DEFAULT_SITE_RULES
        )
        self._signal_loss: dict[str, tuple[float, RuleState]] = {}
        self.change(cameras, schedules)

    def change(self, cameras: Mapping[str, CountingSettings], schedules: Schedules) -> None:
        """Other cameras or rules from now on. What was reported under a rule that is the same is not reported again."""
        before = self._signal_loss
        self._signal_loss = {}
        for name, counting in cameras.items():
            for rule in counting.all_rules:
                if isinstance(rule, SignalLossRule):
                    known = before.get(name)
                    same = known is not None and known[1].rule == rule and not (rule.during or rule.outside)
                    state = known[1] if known is not None and same else RuleState(name, rule, schedules)
                    self._signal_loss[name] = max(rule.min_duration, MIN_PROCESS_DOWN_S), state

    def update(self, at: Moment, storage_problem: str | None, down: Mapping[str, str]) -> list[Event]:
        """`storage_problem` is None while there is none; `down` are cameras whose process cannot report that they are
        lost, with the reason."""
        problems = [
            (self._storage, storage_problem),
            (self._clock, None if at.trusted else "the clock is not synchronised: times may be wrong"),
            *((state, down.get(name)) for name, state in self._signal_loss.items()),
        ]
        events = [
            state.evaluate(at, None if problem is None else Condition(detail=problem), min_duration_s)
            for (min_duration_s, state), problem in problems
        ]
        return [event for event in events if event is not None]
