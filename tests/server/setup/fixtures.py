"""The pages of a first run, without a browser and without cameras."""

from dataclasses import dataclass, field

import pytest
from starlette.testclient import TestClient

from passerby.server.auth import SessionAuth
from passerby.server.setup.app import setup_app
from passerby.server.setup.context import SetupContext
from passerby.server.site.context import CameraCheck, DiscoveredCamera, DiscoveredStream

TOKEN, HOST, PORT = "a token for tests", "127.0.0.1", 8770
HEADERS = {"host": f"{HOST}:{PORT}", "x-passerby": "tests"}
STREAM = DiscoveredStream(
    url="rtsp://192.0.2.1/1", role="main", width=1280, height=720, fps=15.0, codec="H264", recommended=True
)


class Tools:
    """A network of two cameras."""

    def __init__(self):
        self.checked, self.logins, self.problem = [], [], None

    def discover(self, timeout_s, host, user, password):
        self.logins.append((user, password))
        return [
            DiscoveredCamera(name="Door", host="192.0.2.1", streams=(STREAM,), problem=None),
            DiscoveredCamera(name="AXIS M1", host="192.0.2.2", streams=(), problem="It rejects these credentials."),
        ]

    def check_camera(self, settings):
        self.checked.append(settings)
        return CameraCheck(self.problem, 640, 360, 10.0, b"\xff\xd8")

    @property
    def passwords(self):
        return [settings.password and settings.password.get_secret_value() for settings in self.checked]


@dataclass
class ServedSetup:
    context: SetupContext
    tools: Tools
    client: TestClient
    finished: list = field(default_factory=list)

    def log_in(self):
        assert 303 == self.client.get(f"/?token={TOKEN}", follow_redirects=False).status_code
        return self

    def put(self, question, **answer):
        return self.client.put(f"/api/setup/{question}", json=answer)

    def post(self, path, **body):
        return self.client.post(f"/api/setup/{path}", json=body)


def serve(folder, *, on_network=False, **auth):
    tools, finished = Tools(), []
    context = SetupContext(
        folder / "box" / "site.yaml", tools, "system:jo", PORT, 8443, on_network, ("https://box:8443/",),
        lambda: finished.append(True),
    )  # fmt: skip
    app = setup_app(context, SessionAuth(token=TOKEN, **auth), HOST, PORT, secure=False)
    client = TestClient(app, base_url=f"http://{HOST}:{PORT}", headers=HEADERS)
    return ServedSetup(context, tools, client, finished)


@pytest.fixture
def served(tmp_path):
    return serve(tmp_path).log_in()
