"""Where masked frames go, and how long they stay: the store, as a camera's process and as the supervisor use it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from passerby.config.site import CameraSettings, Site
from passerby.core.clock import Clock
from passerby.core.errors import PasserbyError
from passerby.core.media import VideoInfo
from passerby.sink.recording.writer import PartWriter
from passerby.store.counts.retention import CountsKeeper
from passerby.store.recordings.index import Recordings
from passerby.store.recordings.part import Part
from passerby.store.recordings.retention import Retention
from passerby.watch.recorder_thread import Writer

#: Seconds between two rounds of deleting what is too old.
ROUND = 60.0
_log = logging.getLogger(__name__)


def retention(site: Site) -> Retention:
    """The store's word for what the site says of keeping."""
    keep = site.keep
    return Retention(days=keep.days, bytes=keep.bytes, free=keep.free)


def part_writers(
    site: Site, camera: str, live: Callable[[Part], None] | None = None
) -> Callable[[VideoInfo, CameraSettings], Writer]:
    """What makes a writer of one camera's parts for a size of picture. Raises as Recordings.open does, each time that
    the folder is not there; it is opened once. `live` is given each part."""
    opened: list[Recordings] = []

    def make(video: VideoInfo, settings: CameraSettings) -> Writer:
        if not opened:
            opened.append(Recordings.open(Path(site.data), retention(site)))
        return PartWriter(
            camera,
            opened[0],
            width=video.geometry.width,
            height=video.geometry.height,
            frame_rate=float(video.frame_rate or settings.frames_a_second),
            quality=settings.quality,
            live=live,
        )

    return make


class Archive:
    """The recordings of a site as the supervisor tends them: put right at the start, thinned out every minute."""

    def __init__(self, site: Site, clock: Clock) -> None:
        """Raises FolderGone when the data folder is not there or not ours, StoreError and DiskFull."""
        self._clock = clock
        self._recordings = Recordings.open(Path(site.data), retention(site))
        self.found = self._recordings.recover()
        self._counts = CountsKeeper(self._recordings.database, site.keep.counts_days, site.keep.events_days)
        self._stopped, self._lock = threading.Event(), threading.Lock()
        self._thread = threading.Thread(target=self._tend, name="passerby-keep", daemon=True)
        self._thread.start()

    def status(self) -> Mapping[str, Any]:
        """Room and time left; what is wrong, where it cannot be told; nothing when it is closed."""
        with self._lock:
            if self._stopped.is_set():
                return {}
            try:
                return asdict(self._recordings.status(self._clock.now()))
            except (PasserbyError, OSError) as error:
                return {"problem": str(error)}

    def apply(self, site: Site) -> None:
        """Keep as this says from now on."""
        self._recordings.keeper.retention = retention(site)

    def close(self) -> None:
        with self._lock:
            self._stopped.set()
        self._thread.join(5)
        self._recordings.close()

    def _tend(self) -> None:
        while not self._stopped.wait(ROUND):
            try:
                self._recordings.expire(self._clock.now())
                self._counts.expire(self._clock.now())
            except PasserbyError as error:
                _log.warning("Old recordings or counts cannot be deleted: %s", error)
