"""Files that are sent."""

import hashlib
import stat

import pytest
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from passerby.server.service import uploads
from passerby.service.folders import ServiceFolders
from tests.server.service.fixtures import api

__all__ = ["api"]


def files(api):
    folder = api.service.folders.root / "uploads"
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.exists() else []


def test_what_was_sent_lies_on_the_disk_for_nobody_else(api):
    content = b"0123456789" * 100_000
    said = api.send(content, "../../evil.png").json()
    [path] = files(api)
    assert content == path.read_bytes()
    assert (said["id"], "evil.png") == (path.parent.name, path.name)
    assert (len(content), hashlib.sha256(content).hexdigest()) == (said["size"], said["sha256"])
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(
    ("content", "limits", "status"),
    [(b"", {}, 422), (b"x" * 20, {"max_upload_bytes": 19}, 413), (b"x" * 20, {"min_free_bytes": 1 << 60}, 507)],
)
def test_what_is_refused_leaves_nothing(api, content, limits, status):
    for name, value in limits.items():
        setattr(api.state, name, value)
    assert status == api.send(content).status_code
    assert status == api.send(iter([content])).status_code
    assert [] == files(api)
    assert set() == api.service.queue.upload_ids()


def test_a_key_stores_no_more_than_its_quota(api):
    small = api.token_of("small", max_bytes=30)
    assert 201 == api.send(b"x" * 20, token=small).status_code
    answer = api.send(b"x" * 20, token=small)
    assert (429, "urn:passerby:problem:quota-exceeded") == (answer.status_code, answer.json()["type"])
    assert 1 == len(files(api))


def test_files_sent_at_the_same_time_share_the_quota(api, monkeypatch):
    small = api.token_of("small", max_bytes=30)
    received = uploads._received

    async def late(request, state, key, path):
        found = await received(request, state, key, path)
        if request.query_params["name"] == "first.png":
            answers.append(await run_in_threadpool(api.send, b"x" * 20, "second.png", token=small))
        return found

    answers = []
    monkeypatch.setattr(uploads, "_received", late)
    answers.append(api.send(b"x" * 20, "first.png", token=small))
    assert [201, 429] == [answer.status_code for answer in answers]
    assert "urn:passerby:problem:quota-exceeded" == answers[1].json()["type"]
    assert ["second.png"] == [path.name for path in files(api)]


@pytest.mark.parametrize("chunked", [False, True])
def test_what_is_written_already_is_not_counted_twice(api, monkeypatch, chunked):
    # A disk of 1,000 bytes, of which a file takes 600.
    def free(folders):
        return 1000 - sum(path.stat().st_size for path in files(api))

    monkeypatch.setattr(ServiceFolders, "free_bytes", free)
    monkeypatch.setattr(uploads, "WRITE_BYTES", 100)
    api.state.min_free_bytes = 100
    pieces = [b"x" * 50] * 12
    assert 201 == api.send(iter(pieces) if chunked else b"".join(pieces)).status_code
    assert 507 == api.send(iter(pieces) if chunked else b"".join(pieces)).status_code
    assert 1 == len(files(api))


def test_a_client_that_goes_away_leaves_nothing(api, monkeypatch):
    async def stream(_):
        yield b"half"
        raise ClientDisconnect

    monkeypatch.setattr(Request, "stream", stream)
    assert 422 == api.send().status_code
    assert [] == files(api)


def test_a_disk_that_fails_is_said(api, monkeypatch):
    def fail(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(uploads.os, "fsync", fail)
    assert 507 == api.send().status_code
    assert [] == files(api)


def test_an_upload_is_deleted_by_its_key_and_while_no_job_uses_it(api):
    upload = api.send().json()["id"]
    other = api.token_of("other")
    assert 404 == api.request("DELETE", f"/uploads/{upload}", other).status_code
    assert 204 == api.request("DELETE", f"/uploads/{upload}").status_code
    assert [] == files(api)
    assert 404 == api.request("DELETE", f"/uploads/{upload}").status_code
    used = api.send().json()["id"]
    api.submit(upload=used)
    assert 409 == api.request("DELETE", f"/uploads/{used}").status_code
    assert 1 == len(files(api))
