"""The sites of a fleet: their names, their certificates, and where they are on the plan."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import insert, select, update

from passerby.core.errors import UsageError
from passerby.documents.fleet_messages import SITE_PATTERN
from passerby.fleet.store.database import FleetDatabase
from passerby.fleet.store.tables import sites

#: Names that mean something else in topics and certificates.
RESERVED_NAMES = frozenset({"receiver", "broker", "fleet", "alerts"})


@dataclass(frozen=True, slots=True)
class FleetSite:
    """One row of `sites`."""

    id: int
    name: str
    display_name: str
    certificate: str | None
    x: float | None
    y: float | None
    added: int


class FleetSites:
    """The sites that may send."""

    def __init__(self, database: FleetDatabase) -> None:
        self._database = database

    def add(self, name: str, display_name: str, now: int, position: tuple[float, float] | None = None) -> FleetSite:
        """Raises UsageError for a name that is not valid or taken."""
        if not re.fullmatch(SITE_PATTERN, name) or name in RESERVED_NAMES:
            raise UsageError(
                f"{name!r} is not a valid name of a site. Use small letters, digits and -, at most 40, and none of "
                f"{', '.join(sorted(RESERVED_NAMES))}."
            )
        if not display_name.isprintable() or not 0 < len(display_name) <= 80:
            raise UsageError("The name that is shown must have 1 to 80 printable characters.")
        if position is not None and not all(0 <= part <= 1 for part in position):
            raise UsageError("A position on the plan is two numbers from 0 to 1: from the left, and from the top.")
        if self.find(name) is not None:
            raise UsageError(f"There is already a site {name}. Choose another name, or renew its credentials: --renew")
        x, y = position or (None, None)
        row = {"name": name, "display_name": display_name, "x": x, "y": y, "added": now, "certificate": None}
        with self._database.transaction() as connection:
            connection.execute(insert(sites).values(**row))
        found = self.find(name)
        assert found is not None
        return found

    def set_certificate(self, name: str, sha256: str | None) -> None:
        """From now on only this certificate is accepted for the site; None for no certificate at all."""
        with self._database.transaction() as connection:
            connection.execute(update(sites).where(sites.c.name == name).values(certificate=sha256))

    def all(self) -> list[FleetSite]:
        """All sites, by name."""
        with self._database.reading() as connection:
            rows = connection.execute(select(sites).order_by(sites.c.name)).mappings().all()
        return [FleetSite(**row) for row in rows]

    def find(self, name: str) -> FleetSite | None:
        with self._database.reading() as connection:
            row = connection.execute(select(sites).where(sites.c.name == name)).mappings().first()
        return None if row is None else FleetSite(**row)
