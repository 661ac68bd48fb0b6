"""Errors as the pages get them."""

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from passerby.core.errors import DiskFull, StoreError, UsageError
from passerby.server.site.error_handlers import add_error_handlers


@pytest.mark.parametrize(("error", "status"), [(UsageError, 422), (DiskFull, 507), (StoreError, 409)])
def test_an_error_says_what_to_do(error, status):
    app = FastAPI()
    add_error_handlers(app)

    @app.get("/x")
    def route():
        raise error("Do that.")

    answer = TestClient(app).get("/x")
    assert (status, {"detail": "Do that.", "needs": None}) == (answer.status_code, answer.json())


def test_invalid_values_are_not_repeated():
    app = FastAPI()
    add_error_handlers(app)

    @app.get("/x")
    def route(number: int):
        return number

    answer = TestClient(app).get("/x", params={"number": "secret"})
    assert 422 == answer.status_code
    assert "secret" not in answer.text
