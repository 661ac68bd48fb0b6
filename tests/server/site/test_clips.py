"""Files of clips: written, deleted after a day, and what happens when writing fails."""

from passerby.core.errors import DiskFull
from passerby.store.recordings.approval_clips import CLIP_LIFETIME_S
from tests.store.footage import WALL

WISH = {"camera": "yard", "start": WALL, "end": WALL + 4, "purpose": "request 12/2027"}


def test_clips_expire_after_a_day(served):
    operator = served.as_("operator")
    body = operator.post("/api/exports", WISH).json()
    folder = served.context.config.parent / "data" / "exports" / str(body["id"])
    assert 2 == len(list(folder.iterdir()))
    served.clock.go(CLIP_LIFETIME_S + 1)
    operator = served.as_("operator")
    assert "expired" == operator.get(f"/api/exports/{body['id']}").json()["state"]
    assert 404 == operator.get(body["files"][0]["url"]).status_code
    assert not folder.exists()


def test_a_failed_clip_has_its_reason(served, monkeypatch):
    def full(*_):
        raise DiskFull("There is no room.")

    monkeypatch.setattr(served.context.tools, "export_clip", full)
    body = served.as_("operator").post("/api/exports", WISH).json()
    assert ("failed", "There is no room.") == (body["state"], body["problem"])
