"""The application of `passerby review`: how errors become responses."""

import pytest

from passerby.core.errors import DiskFull
from passerby.review.errors import ForbiddenError, NotFoundError, ReviewError
from tests.server.fixtures import HEADERS


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (NotFoundError("no_file"), 404, "no_file"),
        (ForbiddenError("originals_forbidden"), 403, "originals_forbidden"),
        (ReviewError("busy"), 409, "busy"),
        (DiskFull("There is no room."), 409, "DiskFull"),
    ],
)
def test_errors_become_responses(review, monkeypatch, error, status, code):
    def fail(_):
        raise error

    monkeypatch.setattr(review.library, "item", fail)
    response = review.client.get("/api/files/0/queue", headers=HEADERS)
    assert (status, code) == (response.status_code, response.json()["error"]["code"])
    assert str(error) in response.json()["detail"]


def test_files_are_opened_when_the_server_starts(review):
    started = []
    review.library.start = lambda: started.append("start")
    review.library.close = lambda: started.append("close")
    with review.client:
        assert ["start"] == started
    assert ["start", "close"] == started
