"""State of the cameras, and a still of each."""

import io
from dataclasses import replace

from PIL import Image

from passerby.store.audit.log import read
from tests.server.site.fixtures import HEADERS


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


def test_what_is_wrong_with_a_camera_comes_in_the_language_of_the_page(served):
    english = "192.0.2.2 does not answer. Check that it is powered on and reachable from this machine."
    status = served.context.status()
    gate = status.cameras["gate"].model_copy(update={"problem": english})
    changed = status.model_copy(update={"cameras": status.cameras | {"gate": gate}})
    services = served.client.app.state.services
    served.client.app.state.services = replace(services, context=replace(served.context, status=lambda: changed))
    for headers, begins in (({}, "192.0.2.2 does not"), ({"accept-language": "de"}, "192.0.2.2 antwortet nicht.")):
        told = served.client.get("/api/cameras/gate", headers=HEADERS | headers).json()["problem"]
        health = served.client.get("/api/health", headers=HEADERS | headers).json()["status"]["cameras"]["gate"]
        assert told.startswith(begins)
        assert told == health["problem"]
