"""`passerby status`: a table, JSON, and an exit code for whoever monitors it."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from typer.testing import CliRunner

from passerby.cli.app import app
from passerby.cli.status import storage_text
from passerby.core.errors import PasserbyError
from passerby.documents.status import CameraHealth, CameraState, CoverReason, SiteStatus
from tests.cameras.servers import free_port


def site(**cameras):
    return SiteStatus(name="hall", started=1.0, now=2.0, clock_trusted=True, cameras=cameras)


@contextmanager
def running(status):
    """A program that answers with this status: its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.path == "/api/status" else 404)
            self.end_headers()
            self.wfile.write(status.model_dump_json().encode())

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


def run(tmp_path, port, *arguments):
    config = tmp_path / "site.yaml"
    config.write_text(f"status: {{port: {port}}}\ncameras: {{gate: {{url: x.mp4}}}}\n")
    return CliRunner().invoke(app, ["status", "-c", str(config), *arguments], catch_exceptions=False)


def test_a_healthy_site_exits_with_zero(tmp_path):
    with running(site(gate=CameraHealth(state=CameraState.LIVE, fps=9.5, width=1280, height=720))) as port:
        result = run(tmp_path, port)
    assert 0 == result.exit_code
    for expected in ("gate", "live", "1280x720", "9.5"):
        assert expected in result.output


@pytest.mark.parametrize(
    "health",
    [
        CameraHealth(state=CameraState.LOST, problem="It refuses the connection."),
        CameraHealth(state=CameraState.LIVE, covered_share=0.1, covered={CoverReason.LATE: 60}),
    ],
    ids=["lost", "covered"],
)
def test_a_camera_that_needs_attention_exits_with_three(tmp_path, health):
    with running(site(gate=health, yard=CameraHealth(state=CameraState.LIVE))) as port:
        result = run(tmp_path, port)
    assert 3 == result.exit_code
    assert (health.problem or "10.0 %") in result.output


def test_json(tmp_path):
    status = site(gate=CameraHealth(state=CameraState.LIVE))
    with running(status) as port:
        result = run(tmp_path, port, "--json")
    assert json.loads(status.model_dump_json()) == json.loads(result.stdout)


def test_an_unsynchronised_clock_is_reported(tmp_path):
    status = site(gate=CameraHealth(state=CameraState.LIVE)).model_copy(update={"clock_trusted": False})
    with running(status) as port:
        assert "not synchronised" in run(tmp_path, port).output


def test_a_site_that_is_not_running_is_an_error(tmp_path):
    with pytest.raises(PasserbyError, match="Nothing answers on port"):
        run(tmp_path, free_port())


@pytest.mark.parametrize(
    ("limit", "says"),
    [(20_000_000_000, "The limit of 20 GB will be reached in 2.7 days"), (None, "The disk will be full in 2.7 days")],
)
def test_what_is_reached_first_is_named(limit, says):
    assert f"{says}; the oldest recordings are then deleted." == storage_text(2.7, limit)
