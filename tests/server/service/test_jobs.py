"""Jobs over HTTP."""

import asyncio
import json
import threading

import pytest

from passerby.server.service import jobs
from passerby.service.keys import KeyScope
from passerby.service.records import JobOutput, ServiceJobState
from tests.server.service.fixtures import api

__all__ = ["api"]


def events(text):
    """The data of server-sent events."""
    return [json.loads(line.removeprefix("data: ")) for line in text.splitlines() if line.startswith("data: ")]


def test_from_submission_to_its_files(api):
    answer = api.submit(label="mine", settings={"hide": ["face"]})
    job = answer.json()["id"]
    assert (202, f"/v1/jobs/{job}") == (answer.status_code, answer.headers["location"])
    assert ("queued", "mine", "a.png") == tuple(answer.json()[name] for name in ("state", "label", "source"))
    for kind in ("result", "report", "plan"):
        assert 409 == api.request("GET", f"/jobs/{job}/{kind}").status_code
    api.end(job)
    links = api.request("GET", f"/jobs/{job}").json()["links"]
    part = api.client.get(links["result"], headers=api.headers(range="bytes=0-5"))
    assert (206, b"masked") == (part.status_code, part.content)
    whole = api.client.get(links["result"], headers=api.headers())
    assert (b"masked picture", "image/png") == (whole.content, whole.headers["content-type"])
    assert {"report": 1} == api.client.get(links["report"], headers=api.headers()).json()
    assert {"plan": 1} == api.client.get(links["plan"], headers=api.headers()).json()


def test_the_same_idempotency_key_gives_the_same_job(api):
    upload = api.send().json()["id"]
    first = api.submit({"idempotency-key": "a"}, upload=upload)
    again = api.submit({"idempotency-key": "a"}, upload=upload)
    assert (202, 200, first.json()) == (first.status_code, again.status_code, again.json())
    assert 409 == api.submit({"idempotency-key": "a"}).status_code
    assert 422 == api.submit({"idempotency-key": "with space"}, upload=upload).status_code
    assert 1 == len(api.request("GET", "/jobs").json()["jobs"])


def test_a_key_sees_its_own_jobs_and_no_others(api):
    job = api.submit().json()["id"]
    other = api.token_of("other")
    assert [] == api.request("GET", "/jobs", other).json()["jobs"]
    for path in ("", "/events", "/result", "/report", "/plan"):
        assert 404 == api.request("GET", f"/jobs/{job}{path}", other).status_code
    assert 404 == api.request("DELETE", f"/jobs/{job}", other).status_code
    everything = api.token_of("everything", scopes=(KeyScope.READ, KeyScope.ALL))
    assert [job] == [found["id"] for found in api.request("GET", "/jobs", everything).json()["jobs"]]
    assert 200 == api.request("GET", f"/jobs/{job}", everything).status_code


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"source": "s3://bucket/a.mp4"}, 403),
        ({"source": "s3://mine/a.mp4"}, 202),
        ({"source": "s3://mine/a.mp4", "output": "s3://bucket/a.mp4"}, 403),
        ({"source": "s3://mine/../bucket/a.mp4"}, 403),
        ({"source": "s3://mine/a.mp4", "callback": "https://example.org/"}, 403),
        ({"source": "s3://mine/a.mp4", "callback": "https://mine.example/"}, 202),
        ({"source": "s3://mine/a.mp4", "plan_upload": "0" * 32}, 404),
        ({"upload": "0" * 32}, 404),
    ],
)
def test_a_key_reads_writes_and_calls_only_where_it_may(api, body, status):
    token = api.token_of("mine", storage=("s3://mine",), callback_hosts=("mine.example",))
    assert status == api.submit(token=token, **body).status_code


def test_quotas_are_said(api):
    token = api.token_of("few", max_unfinished=1)
    api.submit(token=token)
    answer = api.submit(token=token)
    assert (429, "60") == (answer.status_code, answer.headers["retry-after"])


def test_pages_of_jobs_lead_to_each_other(api):
    made = [api.submit().json()["id"] for _ in range(5)]
    api.end(made[0], ServiceJobState.FAILED, None)
    path, found = "/jobs?limit=2", []
    while path is not None:
        page = api.request("GET", path).json()
        found += [job["id"] for job in page["jobs"]]
        path = page["next"] and page["next"].removeprefix("/v1")
    assert made[::-1] == found
    failed = api.request("GET", "/jobs?state=failed&limit=1").json()
    assert ([made[0]], None) == ([job["id"] for job in failed["jobs"]], failed["next"])


def test_cancelling_ends_it_and_deletes_its_files(api):
    waiting, ended = api.submit().json()["id"], api.submit().json()["id"]
    api.end(ended)
    assert 204 == api.request("DELETE", f"/jobs/{waiting}").status_code
    assert [waiting] == api.interrupted
    assert "cancelled" == api.request("GET", f"/jobs/{waiting}").json()["state"]
    assert 409 == api.request("GET", f"/jobs/{waiting}/result").status_code
    assert 204 == api.request("DELETE", f"/jobs/{ended}").status_code
    assert [waiting] == api.interrupted
    assert 410 == api.request("GET", f"/jobs/{ended}/result").status_code
    assert not api.service.folders.job(ended).exists()


def test_a_result_in_object_storage_is_pointed_at(api):
    token = api.token_of("mine", storage=("s3://mine",))
    job = api.submit(token=token, source="s3://mine/a.png", output="s3://mine/b.png").json()["id"]
    api.end(job, output=JobOutput(report="a.report.json"))
    answer = api.request("GET", f"/jobs/{job}/result", token)
    assert 409 == answer.status_code
    assert "s3://mine/b.png" in answer.json()["detail"]
    assert 200 == api.request("GET", f"/jobs/{job}/report", token).status_code


def test_a_job_is_followed_to_its_end(api, monkeypatch):
    monkeypatch.setattr(jobs, "FOLLOW_S", 0.05)
    job = api.submit().json()["id"]

    def work():
        while api.service.queue.take() is None:
            pass
        api.state.stages.set(job, "render", 1, 2)
        threading.Event().wait(0.4)
        api.end(job)

    thread = threading.Thread(target=work)
    thread.start()
    answer = api.request("GET", f"/jobs/{job}/events")
    thread.join()
    said = events(answer.text)
    assert "text/event-stream" in answer.headers["content-type"]
    assert "retry: 2000" in answer.text
    assert "done" == said[-1]["state"]
    assert 76 in [found["progress"]["percent"] for found in said if found["progress"]]


def test_where_nothing_happens_there_are_signs_of_life(api, monkeypatch):
    monkeypatch.setattr(jobs, "FOLLOW_S", 0.01)
    monkeypatch.setattr(jobs, "HEARTBEAT_S", 0.03)
    job = api.submit().json()["id"]

    class Client:
        asked = 0

        async def is_disconnected(self):
            self.asked += 1
            return self.asked > 20

    async def follow():
        return [text async for text in jobs._events(Client(), api.state, job)]

    said = asyncio.run(follow())
    assert 1 == sum("event: job" in text for text in said)
    assert sum(text.startswith(":") for text in said) >= 3
