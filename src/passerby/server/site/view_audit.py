"""Views are written to the audit log before anything is shown: once per user and hour of recording, and again when
repeated an hour later."""

from __future__ import annotations

import threading
from typing import Literal

from pydantic import JsonValue

from passerby.config.roles import Right
from passerby.core.clock import Clock
from passerby.server.site.auth.principal import Principal
from passerby.store.audit.log import AuditAction, AuditEntry, write
from passerby.store.database import Database
from passerby.store.recordings.part import to_us

#: Microseconds: views are logged per hour of recording, and a repeated view again after an hour.
HOUR_US = 3_600_000_000
#: Views that are remembered; the oldest are forgotten, and then logged again.
_MAX_REMEMBERED = 10_000
#: Pieces of the reserve that views leave on a full disk: for logins, and for what makes room.
KEPT_FOR_LOGINS = 16
ViewKind = Literal["live", "recording", "thumbnail", "event", "counts"]


class ViewAudit:
    """The views of one site, by all its users."""

    def __init__(self, database: Database, clock: Clock, boot: str) -> None:
        self._database, self._clock, self._boot = database, clock, boot
        self._logged: dict[tuple[int, str, str, int], float] = {}
        self._lock = threading.Lock()

    def live(self, principal: Principal, camera: str) -> None:
        """Live video of a camera. Raises what `write` does: what cannot be logged is not shown."""
        self._viewed(principal, "live", camera, 0, {})

    def recorded(self, principal: Principal, kind: ViewKind, camera: str, start: float, end: float) -> None:
        """A recording or an event from `start` to `end` (Unix seconds)."""
        for hour in range(to_us(start) // HOUR_US, to_us(max(start, end)) // HOUR_US + 1):
            self._viewed(principal, kind, camera, hour, {"start": hour * HOUR_US, "end": (hour + 1) * HOUR_US})

    def denied(self, principal: Principal, right: Right) -> None:
        """A request without the right to it. Once an hour too, so that nobody can flood the log."""
        self._once(principal, AuditAction.ACCESS_DENIED, ("denied", right.value, 0), {"right": right.value})

    def _viewed(self, principal: Principal, kind: ViewKind, camera: str, hour: int, span: dict[str, JsonValue]) -> None:
        details: dict[str, JsonValue] = {"camera": camera, "kind": kind, **span}
        self._once(principal, AuditAction.VIEWED, (kind, camera, hour), details)

    def _once(
        self, principal: Principal, action: AuditAction, subject: tuple[str, str, int], details: dict[str, JsonValue]
    ) -> None:
        now, key = self._clock.now(), (principal.session_id, *subject)
        with self._lock:
            logged_at = self._logged.get(key)
            if logged_at is not None and now.monotonic - logged_at < HOUR_US / 1e6:
                return
            entry = AuditEntry.of(principal.actor, action, details, now, self._boot, principal.purpose)
            write(self._database, entry, keep=KEPT_FOR_LOGINS)
            self._logged[key] = now.monotonic
            while len(self._logged) > _MAX_REMEMBERED:
                del self._logged[next(iter(self._logged))]
