"""The API of a service, without workers: tests end jobs themselves."""

from dataclasses import dataclass, field

import pytest
from starlette.testclient import TestClient

from passerby.server.service.app import service_app
from passerby.server.service.state import ServiceState
from passerby.service.keys import KeySettings
from passerby.service.progress import JobStages
from passerby.service.records import ServiceJobState
from tests.service.fixtures import OUTPUT, Service, opened

HOST, PORT = "127.0.0.1", 8790
BASE = f"http://{HOST}:{PORT}"


@dataclass
class Api:
    """A client with a key."""

    service: Service
    state: ServiceState
    client: TestClient
    interrupted: list = field(default_factory=list)

    def __post_init__(self):
        self.state.interrupt = self.interrupted.append

    def headers(self, token=None, **more):
        return {"authorization": f"Bearer {token or self.service.token}", **more}

    def request(self, method, path, token=None, headers=None, **how):
        return self.client.request(method, f"/v1{path}", headers=self.headers(token, **(headers or {})), **how)

    def send(self, content=b"picture", name="a.png", **how):
        return self.request("POST", "/uploads", params={"name": name}, content=content, **how)

    def submit(self, headers=None, token=None, **body):
        if "source" not in body and "upload" not in body:
            body["upload"] = self.send(token=token).json()["id"]
        return self.request("POST", "/jobs", token, headers, json=body)

    def token_of(self, name, **settings):
        return self.service.keys.add(name, KeySettings(**settings)).token

    def end(self, job, state=ServiceJobState.DONE, output=OUTPUT):
        """End a job as the runner does, with files of its own."""
        while self.service.queue.take() is not None:
            pass
        folder = self.service.folders.make_job(job)
        (folder / "a.png").write_bytes(b"masked picture")
        (folder / "a.report.json").write_text('{"report": 1}')
        (folder / "a.plan.json").write_text('{"plan": 1}')
        self.service.queue.finish(job, state, "It failed." if output is None else None, output)


def api_of(folder, **state):
    service = opened(folder)
    parts = ServiceState(
        service.queue,
        service.keys,
        service.folders,
        JobStages(),
        lambda _: None,
        1_000_000,
        min_free_bytes=0,
        monotonic=lambda: 0.0,
        **state,
    )
    return Api(service, parts, TestClient(service_app(parts, HOST, PORT), base_url=BASE))


@pytest.fixture
def api(tmp_path):
    found = api_of(tmp_path / "service")
    yield found
    found.service.database.close()
