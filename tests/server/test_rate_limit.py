import pytest

from passerby.server import rate_limit
from passerby.server.rate_limit import RateExceeded, RateLimit


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def test_so_many_in_a_period_for_each_key():
    clock = Clock()
    limit = RateLimit("purposes", 3, 60, clock)
    for _ in range(3):
        limit.take("jo")
    with pytest.raises(RateExceeded, match="Too many purposes. Wait 20 seconds.") as raised:
        limit.take("jo")
    assert {"retry-after": "21"} == raised.value.headers
    limit.take("mo")
    clock.now += 20
    limit.take("jo")
    with pytest.raises(RateExceeded):
        limit.take("jo")


def test_memory_is_limited(monkeypatch):
    monkeypatch.setattr(rate_limit, "_MAX_KEYS", 10)
    limit = RateLimit("purposes", 3, 60, Clock())
    for n in range(100):
        limit.take(str(n))
    assert 10 == len(limit._full_at)
