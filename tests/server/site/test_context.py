"""What cannot be written to the audit log is not done."""

from passerby.core.errors import DiskFull
from passerby.store.audit.log import check, read
from tests.store.footage import WALL

WISH = {"camera": "yard", "start": WALL, "end": WALL + 4, "purpose": "request 12/2027"}


def rows(served):
    with served.context.database.read_transaction() as connection:
        assert [] == check(connection).flaws
        return [
            (entry.actor.partition(":")[2], entry.action, entry.purpose)
            for _, entry in read(connection)
            if entry.action not in ("login", "logout")
        ]


def test_what_cannot_be_logged_is_not_done(served, monkeypatch):
    def full(*_, **__):
        raise DiskFull("no room")

    operator = served.as_("operator")
    monkeypatch.setattr("passerby.server.site.context.write", full)
    monkeypatch.setattr("passerby.server.site.view_audit.write", full)
    assert 507 == operator.post("/api/exports", WISH).status_code
    assert 507 == operator.get("/api/cameras/yard/still.jpg").status_code
    assert 507 == operator.get("/api/recordings/yard/thumbnail.jpg", params={"at": WALL + 1}).status_code
    assert 507 == operator.get("/api/live/yard/live.m3u8").status_code
    monkeypatch.undo()
    assert [] == rows(served)
    assert [] == operator.get("/api/exports").json()
