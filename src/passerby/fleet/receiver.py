"""Takes messages from any transport: validates, stores, and only then says what was received."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from passerby.config.fleet.settings import FleetRetention
from passerby.core.names import printable
from passerby.documents.fleet_messages import (
    EARLIEST,
    PUBLISHED_S,
    Acknowledgement,
    CountsMessage,
    FleetMessage,
    HealthMessage,
    InvalidMessage,
    Refusal,
    RefusalKind,
    parse_message,
)
from passerby.fleet.store.database import FleetDatabase
from passerby.fleet.store.intake import Intake
from passerby.fleet.store.retention import KeptFrom
from passerby.fleet.store.sites import FleetSites

#: Seconds by which the clock of a site may be ahead of the fleet's.
MAX_AHEAD_S = 3600
#: Seconds for which the list of sites is taken as known.
SITES_AGE_S = 5.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Received:
    """A message as it came: from which site (as the certificate says), of which kind, and its bytes."""

    site: str
    kind: str
    body: bytes


@dataclass(slots=True)
class ReceiverStats:
    """Since the start of the program, for the metrics. `lag_s`: age of the newest health message when it was stored."""

    stored: int = 0
    repeated: int = 0
    expired: int = 0  # older than the retention
    refused: Counter[RefusalKind] = field(default_factory=Counter)
    lag_s: float = 0.0


class Receiver:
    """One for all transports of a fleet; used by one thread at a time."""

    def __init__(
        self,
        database: FleetDatabase,
        clock: Callable[[], float] = time.time,
        retention: FleetRetention | None = None,
    ) -> None:
        """What is older than the retention is acknowledged, and not stored: it was deleted, or would be."""
        self._intake, self._sites, self._clock = Intake(database), FleetSites(database), clock
        self._retention = retention or FleetRetention()
        self._ids: dict[str, int] = {}
        self._certificates: dict[str, str | None] = {}
        self._read_at = float("-inf")
        self.stats = ReceiverStats()

    def accepts(self, site: str, certificate: str) -> bool:
        """Is this (its SHA-256) the certificate that is valid for the site now?"""
        self._read_sites()
        return self._certificates.get(site) == certificate

    def take(self, messages: Sequence[Received]) -> dict[str, Acknowledgement]:
        """Store a batch. Returns what to answer to each site, after the commit. Raises StoreError: then nothing of it
        was stored, and nothing may be acknowledged."""
        self._read_sites()
        now = self._clock()
        kept = KeptFrom.of(self._retention, now)
        valid: list[FleetMessage] = []
        received: dict[str, list[str]] = {}
        refused: dict[str, list[Refusal]] = {}
        counted: Counter[tuple[str, RefusalKind]] = Counter()
        for message in messages:
            try:
                parsed = self._validated(message, now)
            except InvalidMessage as error:
                counted[message.site if message.site in self._ids else "", error.kind] += 1
                self._tell(message, error)
                if error.id is not None:
                    refused.setdefault(message.site, []).append(Refusal(id=error.id, reason=str(error)[:300]))
                continue
            if kept.is_too_old(parsed):
                self.stats.expired += 1
            else:
                valid.append(kept.without_expired(parsed))
            received.setdefault(message.site, []).append(parsed.id)
        if valid:
            stored = self._intake.store(valid, self._ids, int(now))
            self.stats.stored += stored.new
            self.stats.repeated += stored.repeated
            sent = [m.sent / 1e6 for m in valid if isinstance(m, HealthMessage) and m.clock_trusted]
            self.stats.lag_s = max(0.0, self._clock() - max(sent)) if sent else self.stats.lag_s
        if counted:
            for (_, kind), number in counted.items():
                self.stats.refused[kind] += number
            self._intake.count_refusals(counted, int(now))
        return {
            site: Acknowledgement(received=tuple(received.get(site, ())), refused=tuple(refused.get(site, ())))
            for site in {*received, *refused}
        }

    def _validated(self, message: Received, now: float) -> FleetMessage:
        if message.site not in self._ids:
            raise InvalidMessage(RefusalKind.UNKNOWN_SITE, "this fleet has no such site")
        parsed = parse_message(message.kind, message.body)
        if parsed.site != message.site:
            raise InvalidMessage(RefusalKind.OTHER_SITE, "it is said to be of another site", parsed.id)
        if not _is_zone(parsed.timezone):
            raise InvalidMessage(RefusalKind.TIMEZONE, "a time zone that does not exist", parsed.id)
        if not _is_plausible(parsed, now):
            raise InvalidMessage(RefusalKind.CLOCK, "a time that cannot be true", parsed.id)
        return parsed

    def _tell(self, message: Received, error: InvalidMessage) -> None:
        _log.warning(
            "refused a message of %s: %s: %s",
            printable(message.site)[:40] or "nobody",
            error.kind,
            printable(str(error))[:200],
        )

    def _read_sites(self) -> None:
        if time.monotonic() - self._read_at < SITES_AGE_S:
            return
        found = self._sites.all()
        self._ids = {site.name: site.id for site in found if site.certificate is not None}
        self._certificates = {site.name: site.certificate for site in found}
        self._read_at = time.monotonic()


def _is_zone(name: str) -> bool:
    if name in _ZONES:
        return True
    try:
        ZoneInfo(name)
    except (ValueError, KeyError, OSError):
        return False
    _ZONES.add(name)
    return True


_ZONES: set[str] = set()


def _is_plausible(message: FleetMessage, now: float) -> bool:
    """A site that knows that its clock is wrong may say any time in its health: it is shown when it was received."""
    if isinstance(message, CountsMessage):
        return EARLIEST <= message.start <= now + MAX_AHEAD_S - PUBLISHED_S
    return not message.clock_trusted or EARLIEST <= message.sent / 1e6 <= now + MAX_AHEAD_S
