"""Counting in a camera's process: what its looks found goes to the counter, and what that gives goes into the store."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Protocol

from passerby.config.site import Site
from passerby.core.clock import Moment
from passerby.core.kinds import Detection
from passerby.core.media import Geometry
from passerby.core.motion import MotionField
from passerby.core.raw_frame import RawFrame
from passerby.core.view_stats import ViewStats
from passerby.counting.camera_counter import Counter
from passerby.detect.tamper import Sights
from passerby.documents.count_records import Bin, Event
from passerby.store.counts.events_and_counts import Counts
from passerby.store.database import Database
from passerby.track.counting_tracker import Bodies

#: Seconds without a look after which nothing is known any more. Looks are told of after the delay of the ring.
BLIND = 8.0
_log = logging.getLogger(__name__)

#: What is being written: bins and events, and how many of each.
_Writing = tuple[Future[None], int, int]


class Adds(Protocol):
    """Where bins and events go (Counts, or in tests something else)."""

    def add(self, bins: Sequence[Bin], happened: Sequence[Event], now: Moment) -> None: ...


class CameraCounting:
    """One camera. Told of frames that looks have passed, in order; to be tended about once a second."""

    def __init__(self, site: Site, camera: str, store: Adds | None = None) -> None:
        """`store` by default is that of the site, opened when it is first needed."""
        self._site, self._camera, self._store = site, camera, store
        self._counting = site.cameras[camera].counting
        self._sights = Sights()
        self._sight: ViewStats | None = None
        self._bodies: Bodies | None = None
        self._geometry: Geometry | None = None
        self._counter: Counter | None = None
        self._last: Moment | None = None
        self._bins: deque[Bin] = deque()
        self._events: deque[Event] = deque()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="passerby-counts")
        self._writing: _Writing | None = None
        #: What keeps counts from being kept, None while nothing does.
        self.problem: str | None = None

    def glance(self, frame: RawFrame, geometry: Geometry) -> None:
        """A frame that is being looked at: how does the camera see?"""
        try:
            self._sight = self._sights.step(frame, geometry)
        except Exception as error:  # whatever is wrong with counting, masks and recordings go on
            self._failed(error)

    def passed(
        self, at: Moment, geometry: Geometry, motion: MotionField | None, found: Sequence[Detection] | None
    ) -> None:
        """The next frame; `found` where it was looked at."""
        try:
            self._take(at, geometry, motion, found)
        except Exception as error:  # as above
            self._failed(error)

    def _take(
        self, at: Moment, geometry: Geometry, motion: MotionField | None, found: Sequence[Detection] | None
    ) -> None:
        if geometry != self._geometry or self._bodies is None or self._counter is None:
            self._begin(at, geometry)
        if self._bodies is None or self._counter is None:
            raise AssertionError("begun above")
        seen = self._bodies.step(at.monotonic, motion, found)
        if seen is not None:
            self._events += self._counter.see(at, seen, self._sight)
            self._last, self._sight = at, None

    def tend(self, now: Moment, lost: bool) -> None:
        """`lost`: the camera gives no pictures. Keeps what is ready to be kept."""
        if self._counter is None:  # nothing was seen yet, which is something to tell as well
            self._counter = self._made(16 / 9)
        if lost or self._last is None or now.monotonic - self._last.monotonic > BLIND:
            reason = "no picture comes from the camera" if lost else "no look at its pictures is finished"
            self._events += self._counter.blind(now, reason, lost)
        self._keep(now)

    def close(self, now: Moment) -> None:
        """The end: what there is of the minute is kept."""
        if self._counter is not None:
            self._counter.close()
        for _ in range(2):  # what is under way, then the rest
            self._keep(now)
            if self._writing is not None:
                wait([self._writing[0]])
                self._written(self._writing)
        self._thread.shutdown()

    def _begin(self, at: Moment, geometry: Geometry) -> None:
        """Pictures of another size, or the first ones."""
        if self._counter is not None:
            self._counter.close()
            self._bins += self._counter.bins()
        width, height = geometry.upright
        self._geometry, self._bodies = geometry, Bodies(width, height)
        self._counter = self._made(width / height)

    def _made(self, aspect: float) -> Counter:
        return Counter(self._camera, self._counting, aspect, self._site.schedules())

    def _failed(self, error: Exception) -> None:
        """A fault of ours: begin anew, with nobody known."""
        if self.problem is None:
            _log.exception("%s: counting failed", self._camera)
        self.problem = f"counting failed: {type(error).__name__}: {error}"
        self._geometry = self._sight = None

    def _keep(self, now: Moment) -> None:
        """Into the store, in a thread of its own: a disk that is slow must not make a frame late."""
        if self._counter is not None:
            self._bins += self._counter.bins()
        if self._writing is not None and not self._written(self._writing):
            return
        bins, events = tuple(self._bins), tuple(self._events)
        if bins or events:
            self._writing = self._thread.submit(self._write, bins, events, now), len(bins), len(events)

    def _written(self, writing: _Writing) -> bool:
        """Is it over? Then what was written need not be written again."""
        done, bins, events = writing
        if not done.done():
            return False
        self._writing, error = None, done.exception()
        if error is not None:
            if self.problem is None:
                _log.warning("%s: counts cannot be kept: %s", self._camera, error)
            self.problem = str(error)
            return True
        self.problem = None
        for _ in range(bins):
            self._bins.popleft()
        for _ in range(events):
            self._events.popleft()
        return True

    def _write(self, bins: Sequence[Bin], events: Sequence[Event], now: Moment) -> None:
        if self._store is None:
            database = Database.open(Path(self._site.data))
            self._store = Counts(database, self._site.topic, self._site.uplink.destinations())
        self._store.add(bins, events, now)
