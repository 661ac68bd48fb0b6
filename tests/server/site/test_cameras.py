"""State of the cameras, and a still of each."""

import io

from PIL import Image

from passerby.store.audit.log import read


def audit_rows(served):
    """What was written down: what and on what."""
    with served.context.database.read_transaction() as connection:
        rows = [(entry.action, dict(entry.details), entry.purpose) for _, entry in read(connection)]
    return [row for row in rows if row[0] != "login"]


def test_a_camera_without_new_frames_is_offline(served):
    cameras = {one["name"]: one for one in served.get("/api/cameras").json()}
    assert ["yard", "gate"] == list(cameras)
    assert ("live", 0.0, 128) == tuple(cameras["yard"][name] for name in ("state", "age", "width"))
    assert (None, 0.12) == tuple(cameras["yard"][name] for name in ("covered_now", "unseen_now"))
    assert ("offline", None, "refused") == tuple(cameras["gate"][name] for name in ("state", "age", "problem"))
    served.clock.go(11)
    assert ("offline", 11.0) == tuple(served.get("/api/cameras/yard").json()[name] for name in ("state", "age"))
    assert 503 == served.get("/api/cameras/yard/still.jpg").status_code


def test_a_masked_still(served):
    answer = served.get("/api/cameras/yard/still.jpg", params={"size": 64})
    assert (200, "0.0") == (answer.status_code, answer.headers["x-age"])
    assert (64, 48) == Image.open(io.BytesIO(answer.content)).size
    assert [("viewed", {"camera": "yard", "kind": "live"}, "case 7")] == audit_rows(served)
