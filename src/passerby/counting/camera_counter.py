"""The counter of one camera: tracked objects in; minute bins and events out. It handles numbers only, no pixels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from passerby.config.counting_config import CountingSettings
from passerby.config.timetable import Schedules
from passerby.core.clock import Moment
from passerby.core.kinds import ObjectClass
from passerby.core.view_stats import ViewStats
from passerby.counting.bins import MinuteBins, SeriesKey
from passerby.counting.lines import Direction, LineCounter
from passerby.counting.rules import CameraRules, Observation
from passerby.counting.zones import Visit, ZoneCounter
from passerby.documents.count_records import CountBin, CountedObject, Event

#: Detector runs further apart than this leave a gap: what happened between them is not known.
MAX_STEP_S = 4.0


@dataclass(slots=True)
class _TrackState:
    """State of a track while it lasts. Crossings wait here until the track is confirmed."""

    object_class: ObjectClass
    is_counted: bool = False
    crossings: list[tuple[str, Direction]] = field(default_factory=list)


class CameraCounter:
    """Counts the objects of one camera: call `update` with the result of every detector run, and `no_data` for times
    without one."""

    def __init__(
        self,
        camera: str,
        counting: CountingSettings,
        aspect: float,
        schedules: Schedules,
        max_step_s: float = MAX_STEP_S,
    ) -> None:
        """`aspect` is the frame's width over its height."""
        self._counting = counting
        self._max_step_s = max_step_s
        self._zones = [ZoneCounter(zone, aspect) for zone in counting.all_zones]
        self._lines = [LineCounter(line, aspect) for line in counting.lines]
        self._bins = MinuteBins(camera, counting)
        self._rules = CameraRules(camera, counting.all_rules, schedules)
        self._tracks: dict[int, _TrackState] = {}
        self._last_update: Moment | None = None
        self._occupancy: Mapping[SeriesKey, int] = {}

    def update(self, at: Moment, objects: Sequence[CountedObject], view_stats: ViewStats | None = None) -> list[Event]:
        """The result of one detector run: all tracked objects, and the view statistics where they were measured.

        Returns the events that it causes.
        """
        continuous = self._advance_to(at)
        crossings: list[tuple[str, ObjectClass, Direction]] = []
        for obj in objects:
            track = self._tracks.setdefault(obj.track, _TrackState(obj.object_class))
            track.object_class = obj.object_class
            if obj.detected:
                self._update_lines_and_zones(obj, track, at, continuous)
            if obj.confirmed and not track.is_counted:
                track.is_counted = True
            if track.is_counted:
                crossings += [(line, track.object_class, direction) for line, direction in track.crossings]
                track.crossings.clear()
        ended = set(self._tracks) - {obj.track for obj in objects}
        for track_id in sorted(ended):
            self._end_track(track_id, censored=False)
        self._count_new_visits()
        for line, object_class, direction in crossings:
            if object_class in self._classes_of_line(line):
                self._bins.record_crossing(line, object_class, direction)
        return self._rules.update(at, Observation(self._occupancy, tuple(crossings), view_stats))

    def no_data(self, at: Moment, reason: str, lost: bool = False) -> list[Event]:
        """No frame could be analysed since the last update: all tracks end here. `lost`: the camera sends no frames.

        To be called repeatedly while it lasts, so that rules can measure how long it has.
        """
        self._end_all_tracks()
        if self._last_update is not None:
            self._bins.advance_to(at)
        self._last_update = None
        return self._rules.no_data(at, reason, lost)

    def close(self) -> None:
        """The end: open visits are censored, and the current minute is complete."""
        self._end_all_tracks()
        self._bins.close()
        self._last_update = None

    def take_bins(self) -> list[CountBin]:
        """The complete minutes, each returned once."""
        return self._bins.take_complete()

    @property
    def observes(self) -> bool:
        """Is what it last saw still what is there? Not after `no_data`."""
        return self._last_update is not None

    @property
    def occupancy(self) -> Mapping[SeriesKey, int]:
        """How many objects are in each zone now, by zone and object class."""
        return self._occupancy

    def _advance_to(self, at: Moment) -> bool:
        """Was the camera observed without a gap from the last update to this one?"""
        before, self._last_update = self._last_update, at
        if before is None:
            self._bins.advance_to(at)
            return False
        if not 0 <= at.monotonic - before.monotonic <= self._max_step_s:
            self._end_all_tracks()
            self._bins.advance_to(at)
            return False
        self._bins.add_interval(before, at, self._occupancy)
        return True

    def _update_lines_and_zones(self, obj: CountedObject, track: _TrackState, at: Moment, continuous: bool) -> None:
        for line in self._lines:
            direction = line.update(obj.track, obj.box)
            if direction is not None:
                track.crossings.append((line.line.name, direction))
        for zone in self._zones:
            if track.object_class in zone.zone.count:
                ended = zone.update(obj.track, obj.object_class, obj.box, at.monotonic, continuous)
                if ended is not None:
                    self._end_visit(zone, ended, censored=False)

    def _end_track(self, track_id: int, censored: bool) -> None:
        self._tracks.pop(track_id)
        for line in self._lines:
            line.remove(track_id)
        for zone in self._zones:
            visit = zone.remove(track_id)
            if visit is not None:
                self._end_visit(zone, visit, censored)

    def _end_visit(self, zone: ZoneCounter, visit: Visit, censored: bool) -> None:
        if not visit.is_counted:
            return
        if censored:
            self._bins.record_censored(zone.zone.name, visit.counted_class)
            return
        dwell_s = visit.last_inside - visit.start if visit.start_observed else None
        self._bins.record_exit(zone.zone.name, visit.counted_class, dwell_s)

    def _count_new_visits(self) -> None:
        occupancy: Counter[SeriesKey] = Counter()
        entries: list[SeriesKey] = []
        for zone in self._zones:
            for track_id, visit in zone.visits():
                if not self._tracks[track_id].is_counted:
                    continue
                if not visit.is_counted:
                    visit.is_counted, visit.counted_class = True, visit.object_class
                    entries.append((zone.zone.name, visit.object_class))
                occupancy[zone.zone.name, visit.counted_class] += 1
        self._occupancy = occupancy
        for name, object_class in entries:
            self._bins.record_entry(name, object_class, occupancy[name, object_class])

    def _end_all_tracks(self) -> None:
        for track_id in list(self._tracks):
            self._end_track(track_id, censored=True)
        self._occupancy = {}

    def _classes_of_line(self, name: str) -> tuple[ObjectClass, ...]:
        return next(line.line.count for line in self._lines if line.line.name == name)
