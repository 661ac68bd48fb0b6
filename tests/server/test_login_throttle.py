import pytest

from passerby.server.login_throttle import (
    FREE_PER_ADDRESS,
    FREE_PER_NAME,
    FREE_PER_PAIR,
    MAX_KEYS,
    MAX_WAIT_S,
    LoginThrottle,
    TooManyAttempts,
)


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def wait(throttle, name="jo", address="192.0.2.1"):
    """Seconds until the next login is checked."""
    try:
        throttle.check(name, address)
    except TooManyAttempts as error:
        return error.wait
    return 0.0


def test_the_wait_doubles_up_to_a_limit():
    clock, waits = Clock(), []
    throttle = LoginThrottle(clock)
    for _ in range(FREE_PER_PAIR + 10):
        throttle.failed("jo", "192.0.2.1")
        waits.append(wait(throttle))
        clock.now += waits[-1]
    assert [0.0] * (FREE_PER_PAIR - 1) + [2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300] == waits
    assert MAX_WAIT_S == waits[-1]


def test_a_successful_login_resets_the_name():
    throttle = LoginThrottle(Clock())
    for _ in range(FREE_PER_PAIR):
        throttle.failed(" JO ", "192.0.2.1")
    assert wait(throttle) > 0
    throttle.succeeded("jo", "192.0.2.1")
    assert 0 == wait(throttle)


@pytest.mark.parametrize(
    ("free", "name", "address"),
    [(FREE_PER_NAME, lambda n: "jo", lambda n: f"192.0.2.{n}"), (FREE_PER_ADDRESS, str, lambda n: "192.0.2.1")],
)
def test_many_addresses_and_many_names(free, name, address):
    throttle = LoginThrottle(Clock())
    for n in range(free):
        assert 0 == wait(throttle, name(n), address(n)), n
        throttle.failed(name(n), address(n))
    assert wait(throttle, name(free), address(free)) > 0


def test_one_password_is_counted_once():
    throttle = LoginThrottle(Clock(), per_name=None, per_address=None)
    for _ in range(FREE_PER_PAIR - 1):
        throttle.failed("", "")
    assert 0 == wait(throttle, "", "")
    throttle.failed("", "")
    assert 2 == wait(throttle, "", "")


def test_memory_is_limited():
    throttle = LoginThrottle(Clock())
    for n in range(MAX_KEYS):
        throttle.failed(str(n), str(n))
    assert len(throttle._failed) <= MAX_KEYS


def test_the_client_gets_a_retry_after_header():
    assert {"retry-after": "4"} == TooManyAttempts(2.6).headers
