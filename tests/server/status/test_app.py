import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from passerby.documents.status import CameraHealth, Reason, SiteStatus, State
from passerby.server.status.app import status_routes

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
    app = FastAPI()
    app.include_router(status_routes(lambda: SITE))
    return TestClient(app)


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
