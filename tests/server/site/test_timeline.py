"""The timeline of a camera."""

import pytest

from passerby.store.audit.log import read
from tests.server.site.fixtures import EVENT
from tests.store.footage import WALL


def audit_rows(served):
    """What was written down: what and on what."""
    with served.context.database.read_transaction() as connection:
        rows = [(entry.action, dict(entry.details), entry.purpose) for _, entry in read(connection)]
    return [row for row in rows if row[0] != "login"]


def test_a_timeline(served):
    found = served.get("/api/recordings/yard", params={"start": WALL - 10, "end": WALL + 60}).json()
    assert [(WALL, WALL + 6, True)] == [(one["start"], one["end"], one["trusted"]) for one in found["spans"]]
    assert [(EVENT, "presence", "door")] == [(one["id"], one["kind"], one["location"]) for one in found["events"]]
    assert (WALL, WALL + 6) == (found["oldest"], found["newest"])
    assert [] == audit_rows(served)


@pytest.mark.parametrize(
    "name", ["segment-1-0-100.m4s", "segment-1-900-99999999.m4s", "segment-99-900-10.m4s", "init-99.mp4"]
)
def test_only_bytes_of_media_segments_are_served(served, name):
    assert 404 == served.get(f"/api/recordings/yard/{name}").status_code
