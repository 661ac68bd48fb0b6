from contextlib import ExitStack

import pytest

from passerby.server.login_throttle import (
    FADE_S,
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
        with throttle.attempt(name, address) as attempt:
            attempt.give_back()
    except TooManyAttempts as error:
        return error.wait
    return 0.0


def fail(throttle, name="jo", address="192.0.2.1"):
    with throttle.attempt(name, address):
        pass


def test_the_wait_doubles_up_to_a_limit():
    clock, waits = Clock(), []
    throttle = LoginThrottle(clock)
    for _ in range(FREE_PER_PAIR + 20):
        fail(throttle)
        waits.append(wait(throttle))
        clock.now += waits[-1]
    assert [0.0] * (FREE_PER_PAIR - 1) == waits[: FREE_PER_PAIR - 1]
    # Almost: what has passed meanwhile has faded.
    assert [2, 4, 8, 15, 30, 56] == [round(found) for found in waits[FREE_PER_PAIR - 1 : FREE_PER_PAIR + 5]]
    assert waits[-1] == pytest.approx(MAX_WAIT_S, rel=0.1)
    assert max(waits) <= MAX_WAIT_S


def test_a_successful_login_resets_the_name():
    throttle = LoginThrottle(Clock())
    for _ in range(FREE_PER_PAIR - 1):
        fail(throttle, " JO ")
    with throttle.attempt("jo", "192.0.2.1") as attempt:
        attempt.succeed()
    for _ in range(FREE_PER_PAIR - 1):
        fail(throttle)
    assert 0 == wait(throttle)


def test_of_many_at_once_only_the_free_ones_are_checked():
    """All begin before the first one has failed."""
    throttle, checked = LoginThrottle(Clock()), 0
    with ExitStack() as stack:
        for _ in range(60):
            try:
                stack.enter_context(throttle.attempt("jo", "192.0.2.1"))
            except TooManyAttempts:
                continue
            checked += 1
    assert FREE_PER_PAIR == checked


def test_what_was_not_wrong_is_given_back():
    throttle = LoginThrottle(Clock())
    for _ in range(2 * FREE_PER_PAIR):
        with throttle.attempt("jo", "192.0.2.1") as attempt:
            attempt.give_back()
        with pytest.raises(ZeroDivisionError), throttle.attempt("jo", "192.0.2.1"):
            raise ZeroDivisionError
    assert 0 == wait(throttle)


def test_the_failures_of_an_office_fade():
    """Every hour, ten different people behind one address mistype their password, and then do not."""
    clock = Clock()
    throttle = LoginThrottle(clock)
    for hour in range(100):
        for n in range(10):
            fail(throttle, f"{n}")
            with throttle.attempt(f"{n}", "192.0.2.1") as attempt:
                attempt.succeed()
        clock.now = hour * 3600.0
    assert 0 == wait(throttle)


def test_guessing_gains_nothing_by_waiting_for_the_failures_to_fade():
    clock, guesses = Clock(), 0
    throttle = LoginThrottle(clock)
    while clock.now < 86_400:
        wanted = wait(throttle)
        if wanted:
            clock.now += wanted
            continue
        fail(throttle)
        guesses += 1
    assert guesses <= FREE_PER_PAIR + 20 + 86_400 / FADE_S


@pytest.mark.parametrize(
    ("free", "name", "address"),
    [(FREE_PER_NAME, lambda n: "jo", lambda n: f"192.0.2.{n}"), (FREE_PER_ADDRESS, str, lambda n: "192.0.2.1")],
)
def test_many_addresses_and_many_names(free, name, address):
    throttle = LoginThrottle(Clock())
    for n in range(free):
        assert 0 == wait(throttle, name(n), address(n)), n
        fail(throttle, name(n), address(n))
    assert wait(throttle, name(free), address(free)) > 0


def test_one_password_is_counted_once():
    throttle = LoginThrottle(Clock(), per_name=None, per_address=None)
    for _ in range(FREE_PER_PAIR - 1):
        fail(throttle, "", "")
    assert 0 == wait(throttle, "", "")
    fail(throttle, "", "")
    assert 2 == wait(throttle, "", "")


def test_memory_is_limited():
    throttle = LoginThrottle(Clock())
    for n in range(MAX_KEYS):
        fail(throttle, str(n), str(n))
    assert len(throttle._failures) <= MAX_KEYS


def test_the_client_gets_a_retry_after_header():
    assert {"retry-after": "4"} == TooManyAttempts(2.6).headers
