"""The health message of a site: built from its status and its store, and queued under a number that only grows."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, func, insert, select, update

from passerby.config.fleet.uplink import FLEET_DESTINATION
from passerby.config.uplink_destination import DestinationSettings, Priority
from passerby.core.clock import Moment
from passerby.core.version import __version__
from passerby.documents.fleet_messages import AttestedRetention, CameraReport, HealthMessage, LogRow, ModelHash
from passerby.documents.status import CameraHealth, CameraState, CoverReason, SiteStatus
from passerby.store import outbox
from passerby.store.audit import log
from passerby.store.audit.tables import audit
from passerby.store.counts.tables import counts, fleet_reports
from passerby.store.counts.tables import outbox as outbox_table
from passerby.store.database import Database
from passerby.store.outbox import Draft
from passerby.store.recordings.retention_attestation import RetentionAttestation


@dataclass(slots=True)
class CoveredShares:
    """Shares of the frames of each camera that were covered whole, by reason, since the report before."""

    _before: dict[str, tuple[int, dict[CoverReason, int]]] = field(default_factory=dict)

    def update(self, cameras: Mapping[str, CameraHealth]) -> dict[str, dict[CoverReason, float]]:
        """The shares since the last call. The counters of a camera start from 0 when its process does."""
        found = {}
        for name, camera in cameras.items():
            frames, covered = self._before.get(name, (0, {}))
            if camera.output_frames < frames:
                frames, covered = 0, {}
            total = camera.output_frames - frames
            found[name] = {
                reason: min(1.0, round(max(0, count - covered.get(reason, 0)) / total, 4))
                for reason, count in camera.covered.items()
                if total > 0 and count > covered.get(reason, 0)
            }
            self._before[name] = camera.output_frames, dict(camera.covered)
        return found


class HealthReporter:
    """Queues health messages of the site that is called `site` in the fleet. `weights`: hash of each model in use."""

    def __init__(
        self,
        database: Database,
        site: str,
        timezone: str,
        weights: Mapping[str, str],
        destination: DestinationSettings,
    ) -> None:
        self._database, self._site, self._timezone = database, site, timezone
        self._weights = tuple(ModelHash(model=model, sha256=sha256) for model, sha256 in sorted(weights.items()))
        self._destination, self._covered = destination, CoveredShares()
        #: The newest attestation, where there is one.
        self.retention: AttestedRetention | None = None

    def report(self, status: SiteStatus, now: Moment) -> HealthMessage:
        """Queue one. Raises StoreError and DiskFull."""
        covered = self._covered.update(status.cameras)
        with self._database.write_transaction() as connection:
            row = connection.execute(select(fleet_reports)).first()
            number, log_number = (1, 0) if row is None else (row.number + 1, row.log_number)
            head = log.head(connection)
            sent = round(now.wall * 1e6)
            newest = connection.execute(select(func.max(counts.c.start))).scalar()
            message = HealthMessage(
                id=HealthMessage.id_of(self._site, number, sent),
                site=self._site,
                number=number,
                sent=sent,
                clock_trusted=now.trusted,
                timezone=self._timezone,
                version=__version__,
                cameras=tuple(
                    CameraReport(camera=name, up=camera.state is CameraState.LIVE, covered=covered[name])
                    for name, camera in sorted(status.cameras.items())
                ),
                disk_days=_days_left(status.disk),
                backlog=connection.execute(select(func.count()).select_from(outbox_table)).scalar_one(),
                newest_minute_age_s=None if newest is None else max(0.0, now.wall - newest),
                log=LogRow(number=head.number, hash=_hash(head.hash)),
                earlier=_log_row(connection, log_number),
                retention=self.retention,
                weights=self._weights,
            )
            draft = Draft(message.id, Priority.EVENTS, "health", message.model_dump_json().encode())
            outbox.enqueue(connection, [draft], {FLEET_DESTINATION: self._destination}, now.wall)
            values = {"number": number, "log_number": head.number}
            connection.execute(
                insert(fleet_reports).values(id=1, **values) if row is None else update(fleet_reports).values(**values)
            )
        return message


def attested(attestation: RetentionAttestation, now: float) -> AttestedRetention:
    """An attestation in short, with the hash of the whole."""
    text = json.dumps(attestation.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
    return AttestedRetention(
        created=now,
        verdict=attestation.verdict.value,
        overdue=sum(camera.overdue for camera in attestation.cameras),
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )


def _log_row(connection: Connection, number: int) -> LogRow | None:
    """The row as it is now: another hash than the fleet was told shows that the log was rewritten. A row that is
    missing is stated with a hash of zeros."""
    if number == 0:
        return None
    found = connection.execute(select(audit.c.hash).where(audit.c.number == number)).scalar()
    return LogRow(number=number, hash=_hash(found))


def _hash(stored: object) -> str:
    """A log that somebody has altered need not hold a hash."""
    text = str(stored)
    return text if re.fullmatch("[0-9a-f]{64}", text) else log.GENESIS_HASH


def _days_left(disk: Mapping[str, object]) -> float | None:
    days = disk.get("days_left")
    return round(max(0.0, float(days)), 2) if isinstance(days, int | float) else None
