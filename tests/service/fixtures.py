"""A service without HTTP, workers and models."""

from dataclasses import dataclass

import pytest

from passerby.service.database import ServiceDatabase
from passerby.service.folders import ServiceFolders
from passerby.service.job_queue import JobQueue
from passerby.service.keys import ApiKey, Keys, KeySettings
from passerby.service.records import JobOutput, JobRequest, StoredUpload

OUTPUT = JobOutput(
    result="a.png",
    report="a.report.json",
    plan="a.plan.json",
    media_type="image/png",
    hidden={"face": 2},
    frames=1,
)


@dataclass
class FakeClock:
    now: float = 1_900_000_000.0

    def __call__(self):
        return self.now


@dataclass
class Service:
    """The parts of a service, and a key."""

    database: ServiceDatabase
    clock: FakeClock
    keys: Keys
    queue: JobQueue
    folders: ServiceFolders
    key: ApiKey
    token: str

    def upload(self, content=b"picture", name="a.png", key=None):
        """An upload as the route leaves it."""
        id = f"{len(self.queue.upload_ids()) + 1:032x}"
        self.folders.make_upload(id).joinpath(name).write_bytes(content)
        key = key or self.key
        upload = StoredUpload(id=id, key=key.id, name=name, size=len(content), sha256="0" * 64, created=self.clock.now)
        self.queue.add_upload(upload, key.settings.max_bytes)
        return id

    def submit(self, key=None, idempotency_key=None, **request):
        key = key or self.key
        if not {"source", "upload"} & request.keys():
            request["upload"] = self.upload(key=key)
        return self.queue.submit(key, JobRequest(**request), idempotency_key)[0]


def opened(folder):
    clock = FakeClock()
    database = ServiceDatabase(folder)
    keys = Keys(database, clock)
    made = keys.add(f"desk-{len(keys.all())}", KeySettings())
    return Service(database, clock, keys, JobQueue(database, clock), ServiceFolders(folder), made.key, made.token)


@pytest.fixture
def service(tmp_path):
    found = opened(tmp_path / "service")
    yield found
    found.database.close()
