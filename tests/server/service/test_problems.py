"""Every error is a problem as RFC 9457 describes it."""

import json

import pytest

from passerby.core.errors import StoreError
from passerby.server.service.problems import MEDIA_TYPE, PROBLEMS, TYPE_PREFIX, documented, problem_response
from tests.server.service.fixtures import api

__all__ = ["api"]


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("GET", "/nothing", "not-found"),
        ("PATCH", "/jobs", "method-not-allowed"),
        ("GET", "/jobs/short", "invalid-request"),
        ("GET", "/jobs?limit=0", "invalid-request"),
        ("GET", "/jobs?stat=done", "invalid-request"),
        ("GET", f"/jobs/{'0' * 32}", "not-found"),
        ("POST", "/jobs", "invalid-request"),
    ],
)
def test_what_is_wrong_is_said_in_one_form(api, method, path, name):
    answer = api.request(method, path)
    status, title = PROBLEMS[name]
    said = answer.json()
    assert (status, MEDIA_TYPE) == (answer.status_code, answer.headers["content-type"])
    assert (TYPE_PREFIX + name, title, status) == (said["type"], said["title"], said["status"])
    assert said["detail"]


def test_each_wrong_field_is_pointed_at(api):
    answer = api.request("POST", "/jobs", json={"upload": "x", "settings": {"quality": 99}, "other": 1})
    assert {"/upload", "/settings/quality", "/other"} == {error["pointer"] for error in answer.json()["errors"]}


def test_a_malformed_body_is_no_fault(api):
    answer = api.request("POST", "/jobs", content=b"{", headers={"content-type": "application/json"})
    assert 422 == answer.status_code


def test_a_database_that_fails_is_told_without_its_path(api, monkeypatch):
    def fail():
        raise StoreError("/secret/service.db cannot be read")

    monkeypatch.setattr(api.service.queue, "counts", fail)
    answer = api.request("GET", "/health")
    assert (503, "30") == (answer.status_code, answer.headers["retry-after"])
    assert "secret" not in answer.text


def test_system_errors_are_told_without_their_path(api, monkeypatch):
    def fail(_):
        raise OSError(28, "No space left on device", "/secret")

    monkeypatch.setattr(api.service.queue, "find", fail)
    answer = api.request("GET", f"/jobs/{'0' * 32}")
    assert 503 == answer.status_code
    assert "secret" not in answer.text


def test_two_problems_of_one_status_are_both_documented():
    described = documented("quota-exceeded", "too-many-requests")
    assert {429} == set(described)
    assert all(PROBLEMS[name][1] in described[429]["description"] for name in ("quota-exceeded", "too-many-requests"))
    assert b'"errors":[]' in problem_response("gone", "x").body.replace(b" ", b"")
    assert json.loads(problem_response("gone", "x").body)["status"] == 410
