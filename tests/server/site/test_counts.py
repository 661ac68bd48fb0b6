"""Counts, as series and as CSV."""

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
