"""The state of each camera as it is shown: the newest minute, and totals since counting began."""

from __future__ import annotations

from dataclasses import dataclass, field

from passerby.documents.count_records import Bin
from passerby.store.counts.events_and_counts import Counts


@dataclass(slots=True)
class State:
    """Of one camera. `zones` and `means`: zone, sort, how many (rounded; not). `lines`: line, sort, way, total."""

    minute: int = 0
    covered: float = 0.0
    zones: dict[str, dict[str, int]] = field(default_factory=dict)
    means: dict[str, dict[str, float]] = field(default_factory=dict)
    lines: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)


class States:
    """Follows the store. Totals never fall while the store is kept, also when the program is started anew."""

    def __init__(self, counts: Counts) -> None:
        self._counts = counts
        self._cameras: dict[str, State] = {}
        self._last: int | None = None

    def full(self) -> dict[str, State]:
        """The state of each camera that has counted anything, by name."""
        if self._last is None:
            self._last = self._begin()
        for number, one in self._counts.since(self._last):
            self._last = number
            self._show(one)
            self._add(one)
        return self._cameras

    def shown(self) -> dict[str, dict[str, object]]:
        """The same as it is published."""
        return {
            camera: {"minute": state.minute, "covered": state.covered, "zones": state.zones, "lines": state.lines}
            for camera, state in self.full().items()
        }

    def _begin(self) -> int:
        """Totals are kept by the store; to add them up anew would take all that was ever counted."""
        there = self._counts.standing()
        for camera, lines in there.totals.items():
            self._cameras.setdefault(camera, State()).lines = lines
        for one in there.newest:
            self._show(one)
        return there.number

    def _show(self, one: Bin) -> None:
        state = self._cameras.setdefault(one.camera, State())
        state.minute, state.covered = one.start, one.covered
        for zone in one.zones:
            state.zones.setdefault(zone.zone, {})[zone.sort.value] = round(zone.mean)
            state.means.setdefault(zone.zone, {})[zone.sort.value] = zone.mean

    def _add(self, one: Bin) -> None:
        state = self._cameras[one.camera]
        for line in one.lines:
            ways = state.lines.setdefault(line.line, {}).setdefault(line.sort.value, {"forward": 0, "back": 0})
            ways["forward"] += line.forward
            ways["back"] += line.back
