"""Clips that were asked for: where they lie, what they are called when taken, and whether they take two persons.

Whether they do is said in `site.yaml`, which the command line does not read when it exports. So whoever serves the
pages writes it into the store, and each change of it into the log.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from pydantic import JsonValue
from sqlalchemy import select, update

from passerby.core.clock import Moment
from passerby.store.accounts.approvals import Consent
from passerby.store.accounts.tables import exporting
from passerby.store.audit.log import PROGRAM, Deed, Entry, write
from passerby.store.database import Database
from passerby.store.recordings.part import micros

#: The folder of clips that wait to be taken, in the data folder; seconds that they wait, and that a request waits.
FOLDER, KEPT = "exports", 24 * 3600.0


def clip_folder(database: Database, consent: Consent) -> Path:
    return database.folder.path / FOLDER / str(consent.id)


def clip_name(consent: Consent, number: int, ending: str) -> str:
    """What one of its files is called by whoever takes it: the camera, and when it begins (UTC)."""
    begins = datetime.fromtimestamp(float(consent.body["begins"]), UTC)
    return f"{consent.body['camera']}-{begins:%Y%m%dT%H%M%SZ}{f'-{number + 1}' if number else ''}{ending}"


def asked_for(camera: str, begins: float, ends: float, waits: bool) -> dict[str, JsonValue]:
    """What the log says of a wish for a clip. `waits`: for a second person."""
    return {"camera": camera, "begins": micros(begins), "ends": micros(ends), "waits": waits}


def takes_two(database: Database) -> bool:
    """Does a clip take two persons, as far as the pages have been told?"""
    with database.reading() as connection:
        return bool(connection.execute(select(exporting.c.two_persons)).scalar_one())


def tell_two(database: Database, holds: bool, now: Moment, boot: str) -> None:
    """What `site.yaml` says of it now. A change is written down before it holds."""
    if takes_two(database) is holds:
        return
    write(database, Entry.of(PROGRAM, Deed.CHANGED, {"what": "two_persons", "holds": holds}, now, boot))
    with database.writing() as connection:
        connection.execute(update(exporting).values(two_persons=holds))
