import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from passerby.documents.status import CameraHealth, CameraState, CoverReason, SiteStatus
from passerby.server.status.app import status_routes

SITE = SiteStatus(
    name="hall",
    started=1.0,
    now=2.0,
    clock_trusted=True,
    cameras={
        "gate": CameraHealth(state=CameraState.LIVE, frames=10, fps=9.5, covered={CoverReason.LATE: 3}, latency=2.0),
        "yard": CameraHealth(state=CameraState.LOST, problem="refused"),
    },
    disk={"free": 1000, "days_left": None, "clock_trusted": True},
)


@pytest.fixture
def client():
    app = FastAPI()
    app.include_router(status_routes(lambda: SITE))
    return TestClient(app)


def test_the_status_as_json(client):
    assert SITE == SiteStatus.model_validate_json(client.get("/api/status").content)


def test_the_metrics_are_prometheus_text(client):
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "passerby_clock_trusted 1.0" in answer.text.splitlines()
