"""The counts of each camera as they are published: the newest minute, and totals since counting began."""

from __future__ import annotations

from dataclasses import dataclass, field

from passerby.documents.count_records import CountBin
from passerby.store.counts.events_and_counts import CountStore


@dataclass(slots=True)
class CameraTotals:
    """Counts of one camera. `zones` and `means`: mean occupancy by zone and object class, rounded and exact. `lines`:
    total crossings by line, object class and direction."""

    minute: int = 0
    observed_seconds: float = 0.0
    zones: dict[str, dict[str, int]] = field(default_factory=dict)
    means: dict[str, dict[str, float]] = field(default_factory=dict)
    lines: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)


class CameraTotalsReader:
    """Reads new bins from the store. Totals never fall as long as the store exists, across restarts too."""

    def __init__(self, counts: CountStore) -> None:
        self._counts = counts
        self._cameras: dict[str, CameraTotals] = {}
        self._last: int | None = None

    def current(self) -> dict[str, CameraTotals]:
        """The counts of each camera that has any, by name."""
        if self._last is None:
            self._last = self._load()
        for id, bin in self._counts.bins_after(self._last):
            self._last = id
            self._set_newest(bin)
            self._add_crossings(bin)
        return self._cameras

    def as_json(self) -> dict[str, dict[str, object]]:
        """The same, as MQTT and the pages publish it."""
        return {
            camera: {
                "minute": state.minute,
                "observed_seconds": state.observed_seconds,
                "zones": state.zones,
                "lines": state.lines,
            }
            for camera, state in self.current().items()
        }

    def _load(self) -> int:
        """The totals come from the store; adding them up again would read every bin that was ever stored."""
        snapshot = self._counts.snapshot()
        for camera, lines in snapshot.totals.items():
            self._cameras.setdefault(camera, CameraTotals()).lines = lines
        for bin in snapshot.newest:
            self._set_newest(bin)
        return snapshot.last_id

    def _set_newest(self, bin: CountBin) -> None:
        state = self._cameras.setdefault(bin.camera, CameraTotals())
        state.minute, state.observed_seconds = bin.start, bin.observed_seconds
        for zone in bin.zones:
            state.zones.setdefault(zone.zone, {})[zone.object_class.value] = round(zone.mean)
            state.means.setdefault(zone.zone, {})[zone.object_class.value] = zone.mean

    def _add_crossings(self, bin: CountBin) -> None:
        state = self._cameras[bin.camera]
        for line in bin.lines:
            totals = state.lines.setdefault(line.line, {}).setdefault(
                line.object_class.value, {"forward": 0, "backward": 0}
            )
            totals["forward"] += line.forward
            totals["backward"] += line.backward
