"""How long recordings and counts are kept: the supervisor's thread that deletes what is past its retention."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from passerby.config.site import Site
from passerby.core.clock import Clock
from passerby.core.errors import PasserbyError
from passerby.store.administration.disk_history import DiskHistory
from passerby.store.counts.retention import CountsRetentionEnforcer
from passerby.store.recordings.index import Recordings
from passerby.store.recordings.retention import RetentionEnforcer, RetentionPolicy

#: Seconds between two rounds of deletion.
EXPIRY_INTERVAL_S = 60.0
_log = logging.getLogger(__name__)


def retention_of(site: Site) -> RetentionPolicy:
    """The retention settings of a site, as the store takes them."""
    keep = site.retention
    return RetentionPolicy(days=keep.days, max_bytes=keep.bytes, min_free_bytes=keep.min_free)


class ChangingPolicy:
    """The retention policy of a running process: a change reaches all that enforce it, without a restart."""

    def __init__(self, policy: RetentionPolicy) -> None:
        self._policy = policy
        self._enforcers: list[RetentionEnforcer] = []

    def add(self, enforcer: RetentionEnforcer) -> None:
        """Keep its policy the present one."""
        self._enforcers.append(enforcer)
        enforcer.policy = self._policy

    def change(self, policy: RetentionPolicy) -> None:
        self._policy = policy
        for enforcer in self._enforcers:
            enforcer.policy = policy


class RetentionThread:
    """The recordings of a site: recovered on construction, then expired every minute in a thread of its own."""

    def __init__(self, site: Site, clock: Clock) -> None:
        """Raises DataFolderMissing when the data folder is missing or not made by passerby, StoreError and DiskFull."""
        self._clock = clock
        self._recordings = Recordings.open(Path(site.data), retention_of(site))
        self.recovery = self._recordings.recover()
        self._counts = CountsRetentionEnforcer(
            self._recordings.database, site.retention.counts_days, site.retention.events_days
        )
        self._disk = DiskHistory(self._recordings.database)
        self._stopped, self._lock = threading.Event(), threading.Lock()
        self._thread = threading.Thread(target=self._expire_regularly, name="passerby-retention", daemon=True)
        self._thread.start()

    def status(self) -> Mapping[str, Any]:
        """Disk space and days left; `problem` where they cannot be determined; empty once closed."""
        with self._lock:
            if self._stopped.is_set():
                return {}
            try:
                return asdict(self._recordings.status(self._clock.now()))
            except (PasserbyError, OSError) as error:
                return {"problem": str(error)}

    def apply(self, site: Site) -> None:
        """Use the retention settings of a changed site from now on."""
        self._recordings.retention.policy = retention_of(site)
        self._counts.change(site.retention.counts_days, site.retention.events_days)

    def close(self) -> None:
        with self._lock:
            self._stopped.set()
        self._thread.join(5)
        self._recordings.close()

    def _expire_regularly(self) -> None:
        while not self._stopped.wait(EXPIRY_INTERVAL_S):
            try:
                self._recordings.expire(self._clock.now())
                self._counts.expire(self._clock.now())
                self._disk.sample(self._clock.now().wall, self._recordings.retention.used())
            except (PasserbyError, OSError) as error:
                _log.warning("Old recordings or counts cannot be deleted: %s", error)
