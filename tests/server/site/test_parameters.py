import pytest
from fastapi import HTTPException

from passerby.server.site.parameters import check_range
from tests.server.site.fixtures import HEADERS


def test_a_time_range_is_in_order_and_not_too_long():
    check_range(10, 20, 10)
    for start, end, message in ((20, 10, "not after"), (10, 10, "not after"), (10, 86420, "longer than 1 days")):
        with pytest.raises(HTTPException, match=message) as raised:
            check_range(start, end, 86400)
        assert 422 == raised.value.status_code


@pytest.mark.parametrize("number", ["NaN", "Infinity"])
def test_what_is_no_number_is_refused(served, number):
    for path, body in (
        ("/api/exports", f'{{"camera": "yard", "start": {number}, "end": {number}, "purpose": "x"}}'),
        ("/api/network/discover", f'{{"timeout_s": {number}}}'),
    ):
        answer = served.client.post(path, content=body, headers=HEADERS | {"content-type": "application/json"})
        assert (422, "no-store") == (answer.status_code, answer.headers["cache-control"])
