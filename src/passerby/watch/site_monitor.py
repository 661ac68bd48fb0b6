"""What the supervisor tells of the site itself, and everything that goes out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from passerby.config.site import Site
from passerby.core.clock import Clock
from passerby.core.errors import PasserbyError
from passerby.counting.site_rules import SiteEvents
from passerby.sink.recording.event_media import Excerpts
from passerby.store.counts.events_and_counts import Counts
from passerby.store.database import Database
from passerby.store.outbox import Outbox
from passerby.store.recordings.index import Recordings
from passerby.uplink.service import Uplink

#: Seconds between two looks at how things are.
EVERY = 5.0
_log = logging.getLogger(__name__)


class Telling:
    """The uplink of a site, and the events that are the site's own. `tend` every few seconds."""

    def __init__(self, site: Site, clock: Clock) -> None:
        """Raises as Database.open does, and UsageError where metrics cannot be served."""
        self._clock, self._tended = clock, float("-inf")
        cameras = {name: camera.counting for name, camera in site.cameras.items()}
        self._database = Database.open(Path(site.data))
        self._recordings = Recordings.open(Path(site.data))
        gone = Outbox(self._database).let_go(site.uplink.destinations())
        if gone:
            _log.warning("%d pictures waited for destinations that site.yaml no longer names: they are let go", gone)
        self._counts = Counts(self._database, site.topic, site.uplink.destinations())
        self._events = SiteEvents(cameras, site.schedules())
        self._uplink = Uplink(
            site.topic, site.uplink, cameras, self._database, pictures=Excerpts(self._recordings), clock=clock
        )
        self._uplink.start()

    @property
    def problems(self) -> list[str]:
        """What keeps things from being sent."""
        return self._uplink.problems

    def tend(self, dead: Callable[[], Mapping[str, str]], disk: Callable[[], Mapping[str, Any]]) -> None:
        """To be called often; looks every EVERY seconds at how things are. `dead` are cameras without a process, with
        the reason."""
        now = self._clock.now()
        if now.monotonic - self._tended < EVERY:
            return
        self._tended = now.monotonic
        problem = disk().get("problem")
        try:
            self._counts.add([], self._events.see(now, None if problem is None else str(problem), dead()), now)
        except PasserbyError as error:
            _log.warning("An event cannot be kept: %s", error)

    def close(self) -> None:
        self._uplink.close()
        self._recordings.close()
        self._database.close()
