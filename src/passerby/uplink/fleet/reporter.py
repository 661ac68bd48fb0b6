"""What a site does for its fleet while it runs: health at intervals, hours as they are over, an attestation a day."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self

from passerby.config.fleet.credentials import FleetCredentials
from passerby.config.site import Site
from passerby.core.clock import Clock, boot_id
from passerby.core.errors import PasserbyError
from passerby.documents.fleet_messages import AttestedRetention
from passerby.documents.status import SiteStatus
from passerby.store.counts.dp_release import discrete_laplace
from passerby.store.counts.publication import Publisher
from passerby.store.database import Database
from passerby.store.recordings.retention import RetentionPolicy
from passerby.store.recordings.retention_attestation import attest_retention
from passerby.uplink.fleet.health import HealthReporter, attested

#: Seconds between two rounds of publication, and between two attestations: it reads the whole audit log.
PUBLISH_INTERVAL_S, ATTEST_INTERVAL_S = 300.0, 86400.0
#: Seconds after the start before the first health message: by then cameras have connected.
FIRST_REPORT_S = 20.0
_log = logging.getLogger(__name__)


class FleetReporter:
    """Call `poll` every few seconds. Attestations are made in a thread of their own."""

    def __init__(
        self,
        health: HealthReporter,
        publisher: Publisher | None,
        interval_s: float,
        attest: Callable[[], AttestedRetention],
        clock: Clock,
    ) -> None:
        """`attest` may take long."""
        self._health, self._publisher, self._clock, self._attest = health, publisher, clock, attest
        self._interval_s = interval_s
        now = clock.now().monotonic
        self._report_at, self._publish_at, self._attest_at = now + FIRST_REPORT_S, now, now
        self._attesting: threading.Thread | None = None

    @classmethod
    def of(
        cls, site: Site, database: Database, policy: RetentionPolicy, clock: Clock, weights: Mapping[str, str]
    ) -> Self:
        """For a site with a fleet. Raises UsageError where its credentials cannot be used, or OpenDP is missing."""
        settings = site.uplink.fleet
        assert settings is not None
        credentials = FleetCredentials.read(Path(settings.credentials))
        publisher = None
        if settings.counts is not None:
            noise = discrete_laplace(settings.counts.epsilon)
            publisher = Publisher(
                database, credentials.site, site.timezone, settings.counts, settings.destination, noise
            )
        health = HealthReporter(database, credentials.site, site.timezone, weights, settings.destination)

        def attest() -> AttestedRetention:
            now = clock.now()
            return attested(attest_retention(database, policy, boot_id(), now), now.wall)

        return cls(health, publisher, settings.health_interval, attest, clock)

    def poll(self, status: Callable[[], SiteStatus]) -> None:
        """Do what is due. What fails is reported, and done again next time."""
        now = self._clock.now()
        if now.monotonic >= self._attest_at and self._attesting is None:
            self._attest_at = now.monotonic + ATTEST_INTERVAL_S
            self._attesting = threading.Thread(target=self._run_attest, name="passerby-attest", daemon=True)
            self._attesting.start()
        try:
            if self._publisher is not None and now.monotonic >= self._publish_at:
                self._publish_at = now.monotonic + PUBLISH_INTERVAL_S
                self._publisher.publish_due(now)
            if now.monotonic >= self._report_at:
                self._report_at = now.monotonic + self._interval_s
                self._health.report(status(), now)
        except PasserbyError as error:
            _log.warning("A message to the fleet cannot be queued: %s", error)

    def close(self) -> None:
        if self._attesting is not None:
            self._attesting.join(30)

    def _run_attest(self) -> None:
        try:
            self._health.retention = self._attest()
        except Exception as error:
            _log.warning("The retention attestation for the fleet cannot be made: %s", error)
        finally:
            self._attesting = None
