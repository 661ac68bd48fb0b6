"""Errors as the pages get them."""

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from passerby.core.errors import DiskFull, StoreError, UsageError
from passerby.server.site.error_handlers import add_error_handlers
from tests.server.site.fixtures import HEADERS


@pytest.mark.parametrize(("error", "status"), [(UsageError, 422), (DiskFull, 507), (StoreError, 409)])
def test_an_error_says_what_to_do(error, status):
    app = FastAPI()
    add_error_handlers(app)

    @app.get("/x")
    def route():
        raise error("Do that.")

    answer = TestClient(app).get("/x")
    assert (status, {"detail": "Do that.", "needs": None, "code": "other"}) == (answer.status_code, answer.json())


def test_invalid_values_are_not_repeated():
    app = FastAPI()
    add_error_handlers(app)

    @app.get("/x")
    def route(number: int):
        return number

    answer = TestClient(app).get("/x", params={"number": "secret"})
    assert 422 == answer.status_code
    assert "secret" not in answer.text


def test_in_the_language_of_the_page_with_the_same_code(served):
    german = {"accept-language": "de-DE,de;q=0.9"}
    for headers, text in (({}, "There is no camera attic here."), (german, "Eine Kamera attic gibt es hier nicht.")):
        answer = served.client.get("/api/cameras/attic", headers=HEADERS | headers)
        assert {"detail": text, "needs": None, "code": "camera_unknown"} == answer.json()


def test_what_is_rejected_before_any_route_too(served):
    stranger = served.other()
    answer = stranger.client.get("/api/cameras", headers=HEADERS | {"accept-language": "de"})
    assert (401, "not_logged_in") == (answer.status_code, answer.json()["code"])
    assert answer.json()["detail"].endswith("oder melden Sie sich an.")
    answer = stranger.client.post("/api/login", content=b"[NaN]", headers=HEADERS | {"accept-language": "de"})
    assert (422, "not_a_number") == (answer.status_code, answer.json()["code"])


def test_a_field_that_is_wrong(served):
    answer = served.client.put(
        "/api/settings", json={"revision": "x", "name": ""}, headers=HEADERS | {"accept-language": "de"}
    )
    assert (422, "Name braucht mindestens 1 Zeichen.") == (answer.status_code, answer.json()["detail"])
