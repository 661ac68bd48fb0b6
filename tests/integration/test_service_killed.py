"""A service that is killed again and again: each job that was accepted is done once, and none is lost."""

import hashlib
import io
import json
import random
import threading
import time
import urllib.error
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from PIL import Image

from passerby.service.database import ServiceDatabase
from passerby.service.job_queue import JobQueue
from passerby.service.records import ServiceJobState
from tests.integration.service_client import RunningService, ask, make_key


def tiny_picture(number):
    """A PNG of 48x32 that no other number has, with or without what a model could take for something."""
    noise = np.random.default_rng(number).integers(0, 256, (32, 48, 3), dtype=np.uint8)
    content = io.BytesIO()
    Image.fromarray(noise).save(content, "PNG")
    return content.getvalue()


@pytest.fixture
def receiver():
    """Notes the ids of callbacks; every seventh is answered by an error, so that it has to come again."""
    received, count = [], iter(range(1, 1 << 30))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["content-length"]))
            fails = next(count) % 7 == 0
            if not fails:
                received.append(self.headers["webhook-id"])
            self.send_response(500 if fails else 204)
            self.end_headers()

        def log_message(self, *_): ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", received
    server.shutdown()
    server.server_close()
    thread.join()


class Submitter:
    """Submits jobs as a careful client does: until it was answered, again under the same idempotency key."""

    def __init__(self, service, token, callback, jobs):
        self._service, self._token, self._callback, self._jobs = service, token, callback, jobs
        self.accepted = {}
        self.repeated = 0
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self):
        for number in range(self._jobs):
            while number not in self.accepted:
                try:
                    self._submit(number)
                except (OSError, urllib.error.URLError, json.JSONDecodeError, ConnectionError):
                    self.repeated += 1
                    time.sleep(0.2)

    def _submit(self, number):
        status, upload = ask(
            self._service, self._token, "POST", f"/uploads?name={number}.png", tiny_picture(number),
            content_type="application/octet-stream",
        )  # fmt: skip
        if status != 201:
            return
        body = {
            "upload": upload["id"],
            "label": str(number),
            "settings": {"hide": ["face"], "profile": "fast"},
            "callback": self._callback,
        }
        status, job = ask(self._service, self._token, "POST", "/jobs", body, idempotency_key=f"job-{number}")
        if status in (200, 202):
            self.accepted[number] = job["id"]
        elif status == 409:  # it was accepted before the kill, with an upload that is used up: ask which job it is
            _, page = ask(self._service, self._token, "GET", "/jobs?limit=200")
            [self.accepted[number]] = [found["id"] for found in page["jobs"] if found["label"] == str(number)]


def run_and_kill(folder, receiver, jobs, kills, seconds):
    """Submit `jobs` while the service is killed `kills` times; then wait for all of them."""
    callback, received = receiver
    made = make_key(folder, callback_hosts=("127.0.0.1",), requests_a_minute=100_000)
    service, chance = RunningService(folder, "--jobs", 2), random.Random(jobs)
    service.start()
    submitter = Submitter(service, made.token, callback, jobs)
    submitter.thread.start()
    for kill in range(1, kills + 1):
        goal, deadline = jobs * kill // (kills + 1), time.monotonic() + seconds
        while done_of(folder) < goal and time.monotonic() < deadline:
            time.sleep(0.1)
        time.sleep(chance.random())  # in the middle of whatever it does
        service.kill()
        service.start()
    submitter.thread.join(seconds)
    deadline = time.monotonic() + seconds
    while (done_of(folder) < jobs or len(set(received)) < jobs) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert 0 == service.stop()
    return submitter


def done_of(folder):
    with ServiceDatabase(folder) as database:
        return sum(count for state, count in JobQueue(database).counts().items() if state.is_final)


def check_all(folder, submitter, received, jobs):
    """Each job is there, ended once, with one result that is what its report says, of its own source."""
    assert jobs == len(submitter.accepted) == len(set(submitter.accepted.values()))
    with ServiceDatabase(folder) as database:
        queue = JobQueue(database)
        stored = queue.list_jobs(None, None, None, jobs + 1)
        assert set(submitter.accepted.values()) == {job.id for job in stored}
        for job in stored:
            assert job.state.has_result, (job.id, job.message)
            ends = [state for state in queue.transitions(job.id) if state.is_final]
            assert [job.state] == ends
            folder_of = folder / "jobs" / job.id
            assert {job.output.result, job.output.report, job.output.plan} == {p.name for p in folder_of.iterdir()}
            report = json.loads((folder_of / job.output.report).read_text(encoding="utf-8"))
            result = (folder_of / job.output.result).read_bytes()
            assert hashlib.sha256(result).hexdigest() == report["output"]["sha256"]
            assert hashlib.sha256(tiny_picture(int(job.request.label))).hexdigest() == report["source"]["sha256"]
        begun_again = sum(job.attempts > 1 for job in stored)
        pending = database.rows("SELECT * FROM callbacks WHERE delivered IS NULL")
    assert [] == list((folder / "uploads").iterdir()) or not list((folder / "uploads").glob("*/*"))
    assert {job.id for job in stored} == set(received)
    assert [] == pending
    return begun_again


def test_thirty_jobs_and_three_kills(tmp_path, receiver):
    folder = tmp_path / "service"
    submitter = run_and_kill(folder, receiver, 30, 3, 240)
    check_all(folder, submitter, receiver[1], 30)


@pytest.mark.soak
def test_a_thousand_jobs_and_twenty_kills(tmp_path, receiver):
    folder = tmp_path / "service"
    started = time.monotonic()
    submitter = run_and_kill(folder, receiver, 1000, 20, 1800)
    begun_again = check_all(folder, submitter, receiver[1], 1000)
    print(
        f"1000 jobs, 20 kills: {time.monotonic() - started:.0f} s; begun again: {begun_again}; requests repeated: "
        f"{submitter.repeated}; callbacks received: {len(receiver[1])}"
    )
    assert begun_again >= 10
    assert ServiceJobState.DONE.has_result
