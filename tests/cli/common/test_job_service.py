"""The service as a program, and as its parts are put together."""

import json
import ssl
import urllib.request

import pytest

from passerby.cli.common.job_service import ServiceOptions, running_service
from passerby.core.errors import UsageError
from passerby.jobs.task import JobOutcome, JobState
from tests.integration.service_client import RunningService, ask, make_key, wait_for


class Refuses:
    """An executor that fails every job."""

    def run(self, task, on_stage):
        return JobOutcome(task.job, JobState.FAILED, error=f"{task.job.source} is refused here.")

    def stop(self): ...

    def close(self): ...


class At:
    def __init__(self, address):
        self.address = address


def test_the_parts_work_together(tmp_path):
    said = []
    with running_service(ServiceOptions(tmp_path / "s", port=0), [Refuses()], said.append) as address:
        assert "keys add" in said[0]
        token = make_key(tmp_path / "s").token
        _, upload = ask(At(address), token, "POST", "/uploads?name=a.png", b"x", content_type="image/png")
        status, job = ask(At(address), token, "POST", "/jobs", {"upload": upload["id"]})
        assert 202 == status
        ended = wait_for(At(address), token, job["id"])
        assert ("failed", "a.png is refused here.") == (ended["state"], ended["message"])


def test_two_do_not_work_on_one_folder(tmp_path):
    options = ServiceOptions(tmp_path / "s", port=0)
    with (
        running_service(options, [Refuses()], lambda _: None),
        pytest.raises(UsageError, match="Another service"),
        running_service(options, [Refuses()], lambda _: None),
    ):
        pass


def test_other_machines_reach_it_over_tls_only(tmp_path):
    said = []
    with running_service(ServiceOptions(tmp_path / "s", host="0.0.0.0", port=0), [Refuses()], said.append) as address:
        assert address.startswith("https://")
        assert any("fingerprint" in line for line in said)
        local = address.replace("0.0.0.0", "127.0.0.1")
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with urllib.request.urlopen(f"{local}/v1/health", context=context, timeout=30) as answer:
            assert 0 == json.load(answer)["queued"]
            assert "max-age" in answer.headers["strict-transport-security"]


def test_a_certificate_needs_its_key(tmp_path):
    options = ServiceOptions(tmp_path / "s", port=0, certificate=tmp_path / "c.pem")
    with pytest.raises(UsageError, match="--key"), running_service(options, [], lambda _: None):
        pass


def test_the_program_says_where_it_is_and_stops(tmp_path):
    service = RunningService(tmp_path / "s").start()
    try:
        with urllib.request.urlopen(f"{service.address}/v1/health", timeout=30) as answer:
            assert 200 == answer.status
        assert 0 == service.stop()
    finally:
        service.process.kill()
