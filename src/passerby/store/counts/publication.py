"""Counts for a fleet: each hour is published once, with noise, in the transaction that queues its messages.

The site keeps the account: an hour that is in `published_hours` is never published again, so that minutes that come
late are never given noise anew, and nobody can average noise away by asking again. What exports with --publish have
spent counts too: an hour of which more was spent than the limit allows is withheld.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, insert, select

from passerby.config.fleet.uplink import FLEET_DESTINATION, PublishedCountsSettings
from passerby.config.uplink_destination import DestinationSettings, Priority
from passerby.core.clock import Moment
from passerby.documents.count_records import BIN_S, CountBin
from passerby.documents.fleet_messages import EARLIEST, PUBLISHED_S, CountsMessage, PublishedCell, PublishedValidation
from passerby.store import outbox
from passerby.store.counts.count_table import CountRow, Interval, count_rows
from passerby.store.counts.dp_release import RELEASED_COUNTS, Noise, release
from passerby.store.counts.events_and_counts import stored_bin
from passerby.store.counts.tables import counts, published_exports, published_hours
from passerby.store.counts.validations import newest_signed
from passerby.store.database import Database
from passerby.store.outbox import Draft

#: Seconds from the end of an hour until it is published: its last minutes are stored by then.
SETTLING_S = 600
#: Seconds after which an hour that was not published is not published any more.
MAX_AGE_S = 7 * 86400


class Publisher:
    """Publishes the hours of a site. `site` is its name in the fleet; `noise` adds noise for `settings.epsilon`."""

    def __init__(
        self,
        database: Database,
        site: str,
        timezone: str,
        settings: PublishedCountsSettings,
        destination: DestinationSettings,
        noise: Noise,
    ) -> None:
        self._database, self._site, self._timezone = database, site, timezone
        self._settings, self._destination, self._noise = settings, destination, noise
        self._zone = ZoneInfo(timezone)

    def publish_due(self, now: Moment) -> int:
        """Publish the hours that are over and settled. Returns how many were. Without a trusted clock none are: nobody
        knows which are over. Raises StoreError and DiskFull; it may be called again then."""
        if not now.trusted:
            return 0
        first, last = max(EARLIEST, now.wall - MAX_AGE_S), now.wall - SETTLING_S
        with self._database.read_transaction() as connection:
            minutes = connection.execute(
                select(counts.c.start).distinct().where(counts.c.start >= first, counts.c.start < last)
            ).scalars()
            hours = {self._hour_of(minute) for minute in minutes}
            done = set(connection.execute(select(published_hours.c.start)).scalars())
        due = sorted(hour for hour in hours - done if first <= hour and hour + PUBLISHED_S <= last)
        for hour in due:
            self._publish(hour, now.wall)
        return len(due)

    def _hour_of(self, minute: int) -> int:
        """Start of the full hour of the site's zone in which a minute lies: some zones begin theirs at half past."""
        return minute - datetime.fromtimestamp(minute, self._zone).minute * BIN_S

    def _publish(self, hour: int, now: float) -> None:
        epsilon, end = self._settings.epsilon, hour + PUBLISHED_S
        with self._database.write_transaction() as connection:
            if connection.execute(select(published_hours).where(published_hours.c.start == hour)).first() is not None:
                return
            withheld = spent(connection, hour, end) + epsilon > self._settings.epsilon_limit * (1 + 1e-9)
            row = {"start": hour, "end": end, "epsilon": 0.0 if withheld else epsilon, "withheld": withheld}
            connection.execute(insert(published_hours).values(**row, published=now))
            if not withheld:
                messages = self._messages(hour, self._bins(connection, hour, end), _validated(connection))
                drafts = [Draft(message.id, Priority.COUNTS, "counts", _body(message)) for message in messages]
                outbox.enqueue(connection, drafts, {FLEET_DESTINATION: self._destination}, now)

    def _bins(self, connection: Connection, hour: int, end: int) -> list[CountBin]:
        """The minutes of the hour, moved so that it begins at a full hour of UTC, as the table of counts has them."""
        shift = hour % PUBLISHED_S
        bodies = connection.execute(
            select(counts.c.body).where(counts.c.start >= hour, counts.c.start < end).order_by(counts.c.id)
        ).scalars()
        found = [bin for bin in map(stored_bin, bodies) if self._hour_of(bin.start) == hour]
        return [bin.model_copy(update={"start": bin.start - shift}) for bin in found]

    def _messages(
        self, hour: int, bins: Sequence[CountBin], validated: Mapping[str, Sequence[PublishedValidation]]
    ) -> list[CountsMessage]:
        start = hour - hour % PUBLISHED_S
        rows = [row for row in count_rows(bins, start, start + PUBLISHED_S, Interval.HOUR) if row["observed_seconds"]]
        trusted = {str(row["camera"]): bool(row["trusted"]) for row in rows}
        cells: dict[str, list[PublishedCell]] = {}
        settings = self._settings
        for row in release(rows, settings.epsilon, settings.min_count, self._noise):
            cells.setdefault(str(row["camera"]), []).append(_cell(row))
        return [
            CountsMessage(
                id=CountsMessage.id_of(self._site, camera, hour),
                site=self._site,
                camera=camera,
                start=hour,
                interval_s=PUBLISHED_S,
                timezone=self._timezone,
                trusted=trusted[camera],
                epsilon=settings.epsilon,
                min_count=settings.min_count,
                cells=tuple(found),
                validations=_of_cells(validated.get(camera, ()), found),
            )
            for camera, found in cells.items()
        ]


def _cell(row: CountRow) -> PublishedCell:
    values = {name: row[name] for name in ("location", "location_type", "class", "suppressed", *RELEASED_COUNTS)}
    observed = min(float(PUBLISHED_S), float(str(row["observed_seconds"])))
    return PublishedCell.model_validate({**values, "observed_seconds": observed})


def _validated(connection: Connection) -> dict[str, list[PublishedValidation]]:
    """The newest validations of lines and zones, by camera."""
    found: dict[str, list[PublishedValidation]] = {}
    for signed in newest_signed(connection):
        if (published := PublishedValidation.of(signed)) is not None:
            found.setdefault(signed.report.camera, []).append(published)
    return found


def _of_cells(
    validated: Sequence[PublishedValidation], cells: Sequence[PublishedCell]
) -> tuple[PublishedValidation, ...]:
    published = {(cell.location_type, cell.location, cell.object_class) for cell in cells}
    return tuple(one for one in validated if (one.location_type, one.location, one.object_class) in published)[:50]


def _body(message: CountsMessage) -> bytes:
    """A fleet of an earlier version does not know validations, and refuses what it does not know."""
    return message.model_dump_json(by_alias=True, exclude=None if message.validations else {"validations"}).encode()


def spent(connection: Connection, start: int, end: int) -> float:
    """The privacy budget that was spent at most on any passage from `start` to before `end`."""
    total = 0.0
    for table in (published_hours, published_exports):
        overlapping = (table.c.start < end) & (table.c.end > start)
        total += connection.execute(
            select(func.coalesce(func.sum(table.c.epsilon), 0.0)).where(overlapping)
        ).scalar_one()
    return total


def record_export(database: Database, start: int, end: int, epsilon: float) -> float:
    """An export with --publish was made. Returns what had been spent on its time before, at most."""
    now = datetime.now(UTC).timestamp()
    with database.write_transaction() as connection:
        hours = connection.execute(
            select(func.coalesce(func.max(published_hours.c.epsilon), 0.0)).where(
                published_hours.c.start < end, published_hours.c.end > start
            )
        ).scalar_one()
        exports = connection.execute(
            select(func.coalesce(func.sum(published_exports.c.epsilon), 0.0)).where(
                published_exports.c.start < end, published_exports.c.end > start
            )
        ).scalar_one()
        row = {"start": start, "end": end, "epsilon": epsilon, "published": now}
        connection.execute(insert(published_exports).values(**row))
    return float(hours) + float(exports)
