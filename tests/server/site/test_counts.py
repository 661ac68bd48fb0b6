"""Counts, as series and as CSV."""

from passerby.config.site import Site
from passerby.server.site.context import SiteContext
from passerby.store.audit.log import read
from tests.store.footage import WALL


def audit_rows(served):
    """What was written down: what and on what."""
    with served.context.database.read_transaction() as connection:
        rows = [(entry.action, dict(entry.details), entry.purpose) for _, entry in read(connection)]
    return [row for row in rows if row[0] != "login"]


def test_unobserved_minutes_are_null_not_zero(served):
    start = int(WALL) // 3600 * 3600
    found = served.get("/api/counts", params={"start": WALL, "end": WALL + 180, "every": "minute"}).json()
    door = next(one for one in found["series"] if one["location"] == "door")
    assert [(60.0, 3), (0.0, None), (60.0, 3)] == [(one["observed_seconds"], one["entries"]) for one in door["points"]]
    assert [WALL, WALL + 60, WALL + 120] == [one["start"] for one in door["points"]]
    hours = served.get("/api/counts", params={"start": start, "end": start + 7200}).json()
    assert (3600, [6, None]) == (hours["step_s"], [one["entries"] for one in hours["series"][-1]["points"]])
    table = served.get("/api/counts/table.csv", params={"start": WALL, "end": WALL + 180, "every": "minute"})
    assert 1 + 2 * 3 == len(table.text.splitlines())
    assert ["export_requested"] == [what for what, _, _ in audit_rows(served)]


def test_how_many_are_inside_with_every_correction(served, monkeypatch):
    """Two minutes are counted, four in and one out each; the minute between was not observed."""
    assert {"step_s": 900, "places": []} == served.get(
        "/api/counts/occupancy", params={"start": WALL, "end": WALL + 180}
    ).json()
    cameras = {"yard": {"url": "rtsp://h/s", "counting": {"lines": [{"name": "sill", "points": [[0, 0], [1, 1]]}]}}}
    always = {"name": "always", "hours": [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}]}
    place = {"name": "hall", "during": "always", "doors": [{"camera": "yard", "line": "sill", "inwards": "forward"}]}
    site = Site.model_validate({"cameras": cameras, "timetables": [always], "occupancy": [place]})
    monkeypatch.setattr(SiteContext, "site", property(lambda _: site))
    query = {"start": WALL, "end": WALL + 180, "every": "minute"}
    found = served.get("/api/counts/occupancy", params=query).json()
    [hall] = found["places"]
    assert (60, "hall") == (found["step_s"], hall["name"])
    assert [(3, 4, False), (3, 3, False), (6, 7, False)] == [
        (point["inside"], point["peak"], point["complete"]) for point in hall["points"]
    ]
    assert 422 == served.get("/api/counts/occupancy", params={"start": WALL, "end": WALL + 16 * 86400}).status_code
