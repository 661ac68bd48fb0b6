"""The events of the site as a whole (disk, cameras without a process), the uplink that sends all events, and the
notifications of accounts."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from passerby.config.counting_config import EventKind
from passerby.config.site import Site
from passerby.core.clock import Clock
from passerby.core.errors import PasserbyError
from passerby.counting.site_rules import SiteRules
from passerby.documents.count_records import Event, EventState
from passerby.documents.status import SiteStatus
from passerby.sink.recording.event_media import RecordedEventMedia
from passerby.store.counts.events_and_counts import CountStore
from passerby.store.database import Database
from passerby.store.outbox import Outbox
from passerby.store.recordings.index import Recordings
from passerby.uplink.fleet.reporter import FleetReporter
from passerby.uplink.notifications.service import NotificationService
from passerby.uplink.service import Uplink
from passerby.watch.factories import weights_in_use
from passerby.watch.retention import retention_of

#: Seconds between two checks.
POLL_INTERVAL_S = 5.0
#: Seconds between two updates of what is so at the cameras: their processes report once a second.
UPDATE_INTERVAL_S = 1.0
#: Seconds after which an event of the clock is told again, though the one before was not resolved.
CLOCK_MEMORY_S = 30 * 86400.0
_log = logging.getLogger(__name__)


class SiteMonitor:
    """Runs the uplink of a site and raises the site's own events. Call `poll` every few seconds."""

    def __init__(self, site: Site, clock: Clock) -> None:
        """Raises as Database.open does, and UsageError where metrics cannot be served."""
        self._clock, self._polled_at, self._updated_at = clock, float("-inf"), float("-inf")
        cameras = {name: camera.counting for name, camera in site.cameras.items()}
        self._database = Database.open(Path(site.data))
        self._recordings = Recordings.open(Path(site.data))
        dropped = Outbox(self._database).drop_unroutable(site.uplink.destinations())
        if dropped:
            _log.warning("dropped %d queued pictures for destinations that are no longer in site.yaml", dropped)
        self._counts = CountStore(self._database, site.topic, site.uplink.destinations())
        self._events = SiteRules(cameras, site.schedules())
        self._uplink = Uplink(
            site.topic, site.uplink, cameras, self._database, media=RecordedEventMedia(self._recordings), clock=clock
        )
        self._fleet = _fleet_reporter(site, self._database, clock)
        self._notifications = NotificationService(site, self._database, RecordedEventMedia(self._recordings), clock)
        self._uplink.start()
        self._notifications.start()

    @property
    def problems(self) -> list[str]:
        """Why messages cannot be sent; empty while they can."""
        return self._uplink.problems

    def apply(self, site: Site) -> None:
        """Switch to the cameras, zones and rules of a changed configuration."""
        cameras = {name: camera.counting for name, camera in site.cameras.items()}
        self._events.change(cameras, site.schedules())
        self._uplink.apply(cameras)
        self._notifications.apply(site)

    def poll(
        self,
        without_process: Callable[[], Mapping[str, str]],
        disk: Callable[[], Mapping[str, Any]],
        status: Callable[[], SiteStatus],
    ) -> None:
        """Check the site every POLL_INTERVAL_S; call it more often than that. `without_process` returns the cameras
        without a process, with the reason; `disk` its state, with a `problem` where something is not recorded;
        `status` that of the site, for its fleet."""
        now = self._clock.now()
        if now.monotonic - self._updated_at >= UPDATE_INTERVAL_S:
            self._updated_at = now.monotonic
            self._uplink.update(status().cameras)
        if now.monotonic - self._polled_at < POLL_INTERVAL_S:
            return
        self._polled_at = now.monotonic
        problem = disk().get("problem")
        try:
            found = self._events.update(now, None if problem is None else str(problem), without_process())
            self._counts.add([], [event for event in found if not self._is_repeated(event)], now)
            self._notifications.update(status().cameras)
        except PasserbyError as error:
            _log.warning("An event cannot be stored: %s", error)
        if self._fleet is not None:
            self._fleet.poll(status)

    def _is_repeated(self, event: Event) -> bool:
        """Is it about the clock, as one is that nobody has resolved? A clock that nothing synchronises stays so over
        every start of the program, and is told once."""
        return event.kind is EventKind.CLOCK and any(
            known.event.kind is EventKind.CLOCK and known.state is not EventState.RESOLVED
            for known in self._counts.events(start=event.time - CLOCK_MEMORY_S)
        )

    def close(self) -> None:
        if self._fleet is not None:
            self._fleet.close()
        self._notifications.close()
        self._uplink.close()
        self._recordings.close()
        self._database.close()


def _fleet_reporter(site: Site, database: Database, clock: Clock) -> FleetReporter | None:
    """What reports to the fleet of the site, where it has one."""
    if site.uplink.fleet is None:
        return None
    return FleetReporter.of(site, database, retention_of(site), clock, weights_in_use(site))
