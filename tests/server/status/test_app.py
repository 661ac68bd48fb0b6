import httpx2
import pytest
from fastapi.testclient import TestClient

from passerby.base.status import CameraHealth, Reason, SiteStatus, State
from passerby.server.auth import Auth
from passerby.server.live.window import Window
from passerby.server.run import listen
from passerby.server.status.app import HOST, LIVE, Serving, watch_app

SITE = SiteStatus(
    name="hall",
    since=1.0,
    now=2.0,
    clock_trusted=True,
    cameras={
        "gate": CameraHealth(state=State.LIVE, frames=10, frames_a_second=9.5, covered={Reason.LATE: 3}, latency=2.0),
        "yard": CameraHealth(state=State.LOST, problem="refused"),
    },
    disk={"free": 1000, "days_left": None, "clock_trusted": True},
)


@pytest.fixture
def client():
    return TestClient(watch_app(lambda: SITE, 8770), base_url="http://127.0.0.1:8770")


def test_the_state_as_json(client):
    assert SITE == SiteStatus.model_validate_json(client.get("/api/status").content)


def test_the_state_as_metrics(client):
    lines = client.get("/metrics").text.splitlines()
    assert {
        'passerby_camera_frames_total{camera="gate"} 10.0',
        'passerby_camera_covered_total{camera="gate",reason="late"} 3.0',
        'passerby_camera_live{camera="yard"} 0.0',
        'passerby_camera_latency_seconds{camera="gate"} 2.0',
        "passerby_clock_trusted 1.0",
        "passerby_disk_free 1000.0",
    } <= set(lines)
    assert not [line for line in lines if line.startswith('passerby_camera_latency_seconds{camera="yard"}')]


def test_other_names_are_refused(client):
    assert 403 == client.get("/api/status", headers={"host": "evil.example"}).status_code


def test_live_pictures_are_for_whoever_has_the_token():
    app = watch_app(lambda: SITE, 8770, {"gate": Window("gate")}, Auth(token="t" * 32))
    client = TestClient(app, base_url="http://127.0.0.1:8770")
    assert 401 == client.get(LIVE).status_code
    assert 401 == client.get("/?token=wrong").status_code
    assert 200 == client.get("/api/status").status_code
    cameras = client.get("/?token=" + "t" * 32)
    assert (200, "gate") == (cameras.status_code, cameras.json()[0]["camera"])


def test_nothing_is_kept_by_whoever_asks(client):
    assert "no-store" == client.get("/api/status").headers["cache-control"]


def test_it_is_served_on_loopback_while_the_block_runs():
    taken = listen(HOST, 0)
    port = taken.getsockname()[1]
    with Serving(watch_app(lambda: SITE, port), taken):
        for _ in range(200):
            try:
                answer = httpx2.get(f"http://{HOST}:{port}/api/status", timeout=5)
                break
            except httpx2.TransportError:
                continue
    assert 200 == answer.status_code
