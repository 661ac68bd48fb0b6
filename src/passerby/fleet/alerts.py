"""Alerts: what is wrong with a site is told once to each channel, and once more when it is over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, and_, delete, insert, select, update

from passerby.config.counting_config import Timetable
from passerby.config.fleet.alerts import AlertChannel
from passerby.config.timetable import Schedules
from passerby.core.backoff import delay_s
from passerby.fleet.problems import ProblemKind
from passerby.fleet.store.database import FleetDatabase
from passerby.fleet.store.overview import SiteOverview, overview
from passerby.fleet.store.tables import alerts, notices, sites

#: Seconds until a notice that could not be sent is tried again: doubled at each attempt, up to the longest.
MIN_RETRY_S, MAX_RETRY_S = 30.0, 3600.0


@dataclass(frozen=True, slots=True)
class Notice:
    """What is told: that a problem of a site began, or that it is over. `id` is the same at each attempt."""

    id: str
    site: str
    display_name: str
    kind: ProblemKind
    began: int
    ended: int | None

    @property
    def over(self) -> bool:
        return self.ended is not None


#: Sends a notice by a channel. Raises any exception where it cannot.
Send = Callable[[AlertChannel, Notice], None]


class AlertEngine:
    """Opens and closes alerts, and sends what is due. Call `poll` every half minute, from one thread."""

    def __init__(
        self,
        database: FleetDatabase,
        channels: Sequence[AlertChannel],
        timezone: str,
        current_version: str,
        send: Send,
    ) -> None:
        self._database, self._send, self._version = database, send, current_version
        self._channels = {channel.name: channel for channel in channels}
        tables = [Timetable(name=channel.name, hours=channel.hours) for channel in channels if channel.hours]
        self._schedules = Schedules(tables, ZoneInfo(timezone))
        #: Why notices cannot be sent, by channel.
        self.problems: dict[str, str] = {}

    def poll(self, now: int) -> None:
        """Raises StoreError."""
        found = overview(self._database, now, self._version)
        with self._database.transaction() as connection:
            self._update(connection, found, now)
        self._send_due(now)

    def _update(self, connection: Connection, found: Sequence[SiteOverview], now: int) -> None:
        open_alerts = {
            (row.site, ProblemKind(row.kind)): row
            for row in connection.execute(select(alerts).where(alerts.c.ended.is_(None)))
        }
        current = {site.id: set(site.problems) for site in found}
        for site, kinds in current.items():
            for kind in kinds:
                if (site, kind) not in open_alerts:
                    connection.execute(insert(alerts).values(site=site, kind=kind.value, began=now))
        for (site, kind), row in open_alerts.items():
            kinds = current.get(site, set())
            if kind in kinds:
                self._queue(connection, row.id, kind, row.began, now)
            elif ProblemKind.SILENT not in kinds:  # of a silent site nothing is known: it may still be wrong
                self._end(connection, row.id, now)

    def _queue(self, connection: Connection, alert: int, kind: ProblemKind, began: int, now: int) -> None:
        for channel in self._channels.values():
            if kind.value in channel.kinds and now - began >= channel.after:
                row = {"alert": alert, "channel": channel.name, "over": False, "attempts": 0, "not_before": now}
                connection.execute(self._database.insert(notices).values(row).on_conflict_do_nothing())

    def _end(self, connection: Connection, alert: int, now: int) -> None:
        """Who was told that it began is told that it is over; who was not told yet is told nothing."""
        connection.execute(update(alerts).where(alerts.c.id == alert).values(ended=now))
        of_alert = notices.c.alert == alert
        told = (
            connection.execute(select(notices.c.channel).where(of_alert, notices.c.sent.is_not(None))).scalars().all()
        )
        connection.execute(delete(notices).where(of_alert, notices.c.sent.is_(None)))
        for channel in told:
            row = {"alert": alert, "channel": channel, "over": True, "attempts": 0, "not_before": now}
            connection.execute(self._database.insert(notices).values(row).on_conflict_do_nothing())

    def _send_due(self, now: int) -> None:
        query = (
            select(notices, alerts.c.kind, alerts.c.began, alerts.c.ended, sites.c.name, sites.c.display_name)
            .join(alerts, alerts.c.id == notices.c.alert)
            .join(sites, sites.c.id == alerts.c.site)
            .where(notices.c.sent.is_(None), notices.c.not_before <= now)
            .order_by(alerts.c.began, notices.c.alert)
        )
        with self._database.reading() as connection:
            due = connection.execute(query).all()
        for row in due:
            channel = self._channels.get(row.channel)
            if channel is None or (channel.hours and not self._schedules.is_active(channel.name, now)):
                continue
            notice = Notice(
                id=f"alert-{row.alert}-{'over' if row.over else 'began'}",
                site=row.name,
                display_name=row.display_name,
                kind=ProblemKind(row.kind),
                began=row.began,
                ended=row.ended if row.over else None,
            )
            try:
                self._send(channel, notice)
            except Exception as error:  # whatever a mail server or a library does: told, and tried again
                self.problems[channel.name] = f"{type(error).__name__}: {error}"
                wait = round(delay_s(row.attempts, MIN_RETRY_S, MAX_RETRY_S))
                self._mark(row, {"attempts": row.attempts + 1, "not_before": now + wait})
            else:
                self.problems.pop(channel.name, None)
                self._mark(row, {"sent": now})

    def _mark(self, row: object, values: dict[str, int]) -> None:
        this = and_(*(notices.c[name] == getattr(row, name) for name in ("alert", "channel", "over")))
        with self._database.transaction() as connection:
            connection.execute(update(notices).where(this).values(**values))
