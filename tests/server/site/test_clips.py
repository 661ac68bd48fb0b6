"""Files of clips: written, deleted after a day, and what happens when writing fails."""

import pytest

from passerby.core.errors import DiskFull
from passerby.server.site import clips
from passerby.store.audit.log import read
from passerby.store.data_folder import DataFolder
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


def folders(served):
    return sorted(path.name for path in (served.context.config.parent / "data" / "exports").iterdir())


def logged(served):
    with served.context.database.read_transaction() as connection:
        return [entry.action for _, entry in read(connection) if entry.action.startswith("export")]


def test_equal_clips_are_one(served):
    operator = served.as_("operator")
    first = operator.post("/api/exports", WISH).json()
    for _ in range(180):
        assert first == operator.post("/api/exports", WISH).json()
    assert first["id"] == operator.post("/api/exports", {**WISH, "purpose": "request 13"}).json()["id"]
    assert first["id"] != served.as_("administrator").post("/api/exports", WISH).json()["id"]
    assert 2 == len(folders(served))
    assert 3 == logged(served).count("export_requested")  # the other purpose is in the log


def test_the_number_of_clips_is_limited(served, monkeypatch):
    monkeypatch.setattr(clips, "MAX_ACCOUNT_CLIPS", 2)
    monkeypatch.setattr(clips, "MAX_SITE_CLIPS", 3)
    operator, administrator = served.as_("operator"), served.as_("administrator")
    wishes = [{**WISH, "end": WISH["end"] - n * 0.5} for n in range(4)]
    assert [200, 200, 409] == [operator.post("/api/exports", wish).status_code for wish in wishes[:3]]
    assert [200, 409] == [administrator.post("/api/exports", wish).status_code for wish in wishes[:2]]
    assert 3 == len(folders(served)) == logged(served).count("export_requested")


@pytest.mark.parametrize("share", ["ACCOUNT_SHARE", "SITE_SHARE"])
def test_the_bytes_of_clips_are_limited(served, monkeypatch, share):
    operator = served.as_("operator")
    body = operator.post("/api/exports", WISH).json()
    size = sum(file.stat().st_size for file in (served.context.config.parent / "data" / "exports").glob("*/*.mp4"))
    capacity = served.context.database.folder.capacity_bytes()
    monkeypatch.setattr(clips, share, 1.5 * size / capacity)
    answer = operator.post("/api/exports", {**WISH, "end": WISH["end"] - 0.5})
    assert (409, True) == (answer.status_code, "too much space" in answer.text)
    assert [str(body["id"])] == folders(served)


def test_no_clip_is_written_into_the_space_of_recordings(served, monkeypatch):
    monkeypatch.setattr(DataFolder, "free_bytes", lambda _: 1000)
    answer = served.as_("operator").post("/api/exports", WISH)
    assert (507, True) == (answer.status_code, "beside the recordings" in answer.text)


def test_a_clip_that_made_room_says_so(served):
    operator = served.as_("operator")
    body = operator.post("/api/exports", WISH).json()
    served.context.recordings.retention.free_disk(1)
    found = operator.get(f"/api/exports/{body['id']}").json()
    assert ("expired", True) == (found["state"], "make room" in found["problem"])
    assert 200 == operator.post("/api/exports", WISH).status_code  # it can be requested again


def test_requests_for_clips_are_limited(served, monkeypatch):
    monkeypatch.setattr(clips, "MAX_ACCOUNT_CLIPS", 1)
    operator = served.as_("operator")
    answers = [
        operator.post("/api/exports", {**WISH, "purpose": f"request {n}"}).status_code
        for n in range(clips.MAX_REQUESTS + 1)
    ]
    assert ([200] * clips.MAX_REQUESTS, 429) == (answers[:-1], answers[-1])


def test_the_retention_thread_deletes_expired_clips(served):
    served.as_("operator").post("/api/exports", WISH)
    served.clock.go(CLIP_LIFETIME_S + 1)
    served.context.recordings.expire(served.clock.now())
    assert [] == folders(served)


def test_more_clips_than_a_page_lists_expire(served, monkeypatch):
    approvals = clips.Approvals(served.context.database)
    for _ in range(201):
        approvals.request(clips.ApprovalKind.EXPORT, "account:jo", "x", {"camera": "yard"}, WALL)
    served.clock.go(CLIP_LIFETIME_S + 1)
    clips.ClipExports(served.context).delete_expired()
    assert [] == approvals.unended(clips.ApprovalKind.EXPORT)
