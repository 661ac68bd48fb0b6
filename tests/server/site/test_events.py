"""Events and their state."""

from passerby.store.audit.log import read
from tests.server.site.fixtures import EVENT


def audit_rows(served):
    """What was written down: what and on what."""
    with served.context.database.read_transaction() as connection:
        rows = [(entry.action, dict(entry.details), entry.purpose) for _, entry in read(connection)]
    return [row for row in rows if row[0] != "login"]


def test_events_and_their_thumbnails(served):
    found = served.get("/api/events").json()
    assert [("site/clock/1800000002000", None), (EVENT, f"/api/events/{EVENT}/thumbnail.jpg")] == [
        (one["id"], one["thumbnail_url"]) for one in found["events"]
    ]
    assert [EVENT] == [one["id"] for one in served.get("/api/events?camera=yard").json()["events"]]
    assert [] == served.get("/api/events?kind=lost").json()["events"]
    assert True is served.get("/api/events?limit=1").json()["has_more"]
    assert "image/jpeg" == served.get(f"/api/events/{EVENT}/thumbnail.jpg").headers["content-type"]
    assert 404 == served.get("/api/events/site/clock/1800000002000/thumbnail.jpg").status_code
    assert 404 == served.get("/api/events/yard/visit/1").status_code


def test_an_event_is_acknowledged(served):
    assert "acknowledged" == served.put(f"/api/events/{EVENT}/state", {"state": "acknowledged"}).json()["state"]
    assert [EVENT] == [one["id"] for one in served.get("/api/events?state=acknowledged").json()["events"]]
    assert [("changed", {"subject": "event", "event": EVENT, "state": "acknowledged"}, "case 7")] == audit_rows(served)
