"""Who may reach the service at all, and how much they may send."""

import pytest

from passerby.server.service.gate import MAX_BODY_BYTES
from tests.server.service.fixtures import BASE, api

__all__ = ["api"]


def test_unknown_hosts_and_other_sites_are_rejected(api):
    assert 403 == api.request("GET", "/health", headers={"host": "attacker.example"}).status_code
    assert 403 == api.request("GET", "/health", headers={"sec-fetch-site": "cross-site"}).status_code
    assert 200 == api.request("GET", "/health", headers={"sec-fetch-site": "none"}).status_code


def test_bodies_are_limited_with_and_without_a_length(api):
    large = b" " * (MAX_BODY_BYTES + 1)
    assert 413 == api.request("POST", "/jobs", content=large).status_code
    assert 413 == api.request("POST", "/jobs", content=iter([large])).status_code
    assert 422 == api.request("GET", "/jobs", headers={"content-length": "-1"}).status_code


def test_an_upload_may_be_larger_than_other_bodies(api):
    api.state.max_upload_bytes = 2 * MAX_BODY_BYTES
    assert 201 == api.send(b" " * (MAX_BODY_BYTES + 1)).status_code


def test_every_answer_has_the_headers_of_a_careful_server(api):
    for path in ("/health", "/nothing"):
        answer = api.request("GET", path)
        assert ("nosniff", "no-store") == (answer.headers["x-content-type-options"], answer.headers["cache-control"])


def test_a_fault_is_a_problem_too(api, monkeypatch):
    def fail(_):
        raise ValueError("secret")

    monkeypatch.setattr(api.service.queue, "find", fail)
    answer = api.client.get(f"{BASE}/v1/jobs/{'0' * 32}", headers=api.headers())
    assert (500, "application/problem+json") == (answer.status_code, answer.headers["content-type"])
    assert "secret" not in answer.text


def test_without_a_key_no_body_is_waited_for(api):
    """A body may take hours to come."""

    def never():
        pytest.fail("the body was read")
        yield b""

    for headers in ({}, {"authorization": "Bearer nonsense"}):
        answer = api.client.post(f"{BASE}/v1/jobs", content=never(), headers=headers)
        assert (401, "close") == (answer.status_code, answer.headers["connection"])
    assert 422 == api.client.request("GET", f"{BASE}/v1/health", content=never()).status_code
    elsewhere = api.client.post(f"{BASE}/v1/jobs", content=never(), headers={"host": "attacker.example"})
    assert (403, "close") == (elsewhere.status_code, elsewhere.headers["connection"])
