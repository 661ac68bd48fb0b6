"""Back-off doubles up to a limit, with jitter in its upper half, and starts again after a stable connection."""

import pytest

from passerby.core.backoff import Backoff, delay_s


@pytest.mark.parametrize(("attempts", "expected"), [(0, 2.0), (1, 4.0), (3, 16.0), (9, 900.0), (10_000, 900.0)])
def test_delays_double_up_to_the_limit(attempts, expected):
    assert expected == delay_s(attempts, 2.0, 900.0, jitter=lambda: 1.0)


@pytest.mark.parametrize(("jitter", "expected"), [(0.0, 4.0), (0.5, 6.0), (1.0, 8.0)])
def test_jitter_takes_the_upper_half(jitter, expected):
    assert expected == delay_s(2, 2.0, 900.0, jitter=lambda: jitter)


def test_a_stable_connection_starts_it_again():
    backoff = Backoff(1.0, 60.0, stable_s=20.0, jitter=lambda: 1.0)
    assert [1.0, 2.0, 4.0] == [backoff.next_s() for _ in range(3)]
    assert 8.0 == backoff.next_s(lasted_s=19.0)
    assert 1.0 == backoff.next_s(lasted_s=20.0)


def test_it_stays_at_the_limit():
    backoff = Backoff(0.5, 4.0, stable_s=20.0, jitter=lambda: 1.0)
    assert [0.5, 1.0, 2.0, 4.0, 4.0] == [backoff.next_s() for _ in range(5)]
