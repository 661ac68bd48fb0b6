"""The events of the site as a whole (disk, cameras without a process), and the uplink that sends all events."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from passerby.config.site import Site
from passerby.core.clock import Clock
from passerby.core.errors import PasserbyError
from passerby.counting.site_rules import SiteRules
from passerby.documents.status import SiteStatus
from passerby.sink.recording.event_media import RecordedEventMedia
from passerby.store.counts.events_and_counts import CountStore
from passerby.store.database import Database
from passerby.store.outbox import Outbox
from passerby.store.recordings.index import Recordings
from passerby.uplink.fleet.reporter import FleetReporter
from passerby.uplink.service import Uplink
from passerby.watch.factories import weights_in_use
from passerby.watch.retention import retention_of

#: Seconds between two checks.
POLL_INTERVAL_S = 5.0
_log = logging.getLogger(__name__)


class SiteMonitor:
    """Runs the uplink of a site and raises the site's own events. Call `poll` every few seconds."""

    def __init__(self, site: Site, clock: Clock) -> None:
        """Raises as Database.open does, and UsageError where metrics cannot be served."""
        self._clock, self._polled_at = clock, float("-inf")
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
        self._uplink.start()

    @property
    def problems(self) -> list[str]:
        """Why messages cannot be sent; empty while they can."""
        return self._uplink.problems

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
        if now.monotonic - self._polled_at < POLL_INTERVAL_S:
            return
        self._polled_at = now.monotonic
        problem = disk().get("problem")
        try:
            self._counts.add(
                [], self._events.update(now, None if problem is None else str(problem), without_process()), now
            )
        except PasserbyError as error:
            _log.warning("An event cannot be stored: %s", error)
        if self._fleet is not None:
            self._fleet.poll(status)

    def close(self) -> None:
        if self._fleet is not None:
            self._fleet.close()
        self._uplink.close()
        self._recordings.close()
        self._database.close()


def _fleet_reporter(site: Site, database: Database, clock: Clock) -> FleetReporter | None:
    """What reports to the fleet of the site, where it has one."""
    if site.uplink.fleet is None:
        return None
    return FleetReporter.of(site, database, retention_of(site), clock, weights_in_use(site))
