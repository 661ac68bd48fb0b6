"""What somebody looks at is written down before they see it: once for each hour of it, and again after an hour."""

from __future__ import annotations

import threading
from typing import Literal

from pydantic import JsonValue

from passerby.config.roles import Right
from passerby.core.clock import Clock
from passerby.server.site.principal import Visitor
from passerby.store.audit.log import Deed, Entry, write
from passerby.store.database import Database
from passerby.store.recordings.part import micros

#: Microseconds: what is looked at is told by the hour of its recording, and looked at again it is told after as much.
HOUR = 3_600_000_000
#: Views that are remembered; the oldest are forgotten, and then told again.
_MOST = 10_000
What = Literal["live", "recording", "thumbnail", "event", "counts"]


class Viewing:
    """Of one site, for all its visitors."""

    def __init__(self, database: Database, clock: Clock, boot: str) -> None:
        self._database, self._clock, self._boot = database, clock, boot
        self._told: dict[tuple[int, str, str, int], float] = {}
        self._lock = threading.Lock()

    def live(self, who: Visitor, camera: str) -> None:
        """The live pictures of a camera. Raises as `write` does: what cannot be written down is not shown."""
        self._seen(who, "live", camera, 0, {})

    def recorded(self, who: Visitor, what: What, camera: str, begins: float, ends: float) -> None:
        """What was recorded, or happened, between two moments (Unix seconds)."""
        for hour in range(micros(begins) // HOUR, micros(max(begins, ends)) // HOUR + 1):
            self._seen(who, what, camera, hour, {"begins": hour * HOUR, "ends": (hour + 1) * HOUR})

    def denied(self, who: Visitor, right: Right) -> None:
        """What somebody has asked for and may not have. Likewise once an hour: the log is not theirs to fill."""
        self._once(who, Deed.DENIED, ("denied", right.value, 0), {"right": right.value})

    def _seen(self, who: Visitor, what: What, camera: str, hour: int, span: dict[str, JsonValue]) -> None:
        self._once(who, Deed.VIEWED, (what, camera, hour), {"camera": camera, "kind": what, **span})

    def _once(self, who: Visitor, deed: Deed, about: tuple[str, str, int], on: dict[str, JsonValue]) -> None:
        now, key = self._clock.now(), (who.session, *about)
        with self._lock:
            told = self._told.get(key)
            if told is not None and now.monotonic - told < HOUR / 1e6:
                return
            write(self._database, Entry.of(who.who, deed, on, now, self._boot, who.purpose))
            self._told[key] = now.monotonic
            while len(self._told) > _MOST:
                del self._told[next(iter(self._told))]
