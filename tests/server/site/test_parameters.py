import pytest
from fastapi import HTTPException

from passerby.server.site.parameters import check_range


def test_a_time_range_is_in_order_and_not_too_long():
    check_range(10, 20, 10)
    for start, end, message in ((20, 10, "not after"), (10, 10, "not after"), (10, 86420, "longer than 1 days")):
        with pytest.raises(HTTPException, match=message) as raised:
            check_range(start, end, 86400)
        assert 422 == raised.value.status_code
