import pytest

from passerby.server.auth import MAX_SESSIONS, SESSION_TIMEOUT_S, SessionAuth, new_token
from passerby.server.login_throttle import FREE_PER_PAIR, TooManyAttempts
from passerby.store.accounts.passwords import hash_password

HASH = hash_password("correct horse battery")


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_the_token_opens_a_session():
    auth = SessionAuth(token="secret")
    session = auth.open_by_token("secret")
    assert session is not None
    assert auth.is_valid(session)


def test_the_token_is_good_for_one_browser():
    """Whoever reads it on a screen, in a history or on a command line afterwards opens nothing."""
    auth = SessionAuth(token="secret")
    assert auth.open_by_token("wrong") is None
    assert auth.open_by_token("secret") is not None
    assert auth.open_by_token("secret") is None
    assert auth.open_by_token("") is None


@pytest.mark.parametrize("wrong", ["", "secre", "secret2", "Secret", "sécret"])
def test_another_token_opens_none(wrong):
    assert SessionAuth(token="secret").open_by_token(wrong) is None


@pytest.mark.parametrize("session", [None, "", "guessed"])
def test_nobody_else_has_a_session(session):
    assert not SessionAuth(token="secret").is_valid(session)


def test_a_closed_session_is_no_session():
    auth = SessionAuth(token="secret")
    session = auth.open_by_token("secret")
    auth.close(session)
    assert not auth.is_valid(session)


def test_an_idle_session_times_out():
    clock = Clock()
    auth = SessionAuth(token="secret", clock=clock)
    session = auth.open_by_token("secret")
    clock.now = SESSION_TIMEOUT_S - 1
    assert auth.is_valid(session)
    clock.now = 2 * SESSION_TIMEOUT_S - 2
    assert auth.is_valid(session)
    clock.now = 4 * SESSION_TIMEOUT_S
    assert not auth.is_valid(session)


def test_the_number_of_sessions_is_limited():
    clock = Clock()
    auth = SessionAuth(token="secret", clock=clock)
    first = auth.open_by_token("secret")
    for clock.now in range(1, MAX_SESSIONS + 1):
        last = auth._open()
    assert not auth.is_valid(first)
    assert auth.is_valid(last)


def test_the_password_opens_a_session_and_is_not_stored():
    auth = SessionAuth(password=HASH)
    assert "correct" not in HASH
    assert auth.is_valid(auth.open_by_password("correct horse battery"))
    assert auth.open_by_password("incorrect") is None
    assert auth.open_by_token("correct horse battery") is None


def test_guessing_is_slowed_down():
    clock = Clock()
    auth = SessionAuth(password=HASH, clock=clock)
    for _ in range(FREE_PER_PAIR):
        assert auth.open_by_password("wrong") is None
    with pytest.raises(TooManyAttempts):
        auth.open_by_password("correct horse battery")
    clock.now = 3
    assert auth.open_by_password("correct horse battery") is not None


def test_either_a_token_or_a_password():
    for both in ({}, {"token": "a", "password": "b"}):
        with pytest.raises(ValueError, match="either"):
            SessionAuth(**both)


def test_tokens_are_long_and_never_the_same():
    assert 100 == len({new_token() for _ in range(100)})
    assert len(new_token()) >= 43


def test_a_token_that_expires_opens_nothing_afterwards():
    clock = Clock()
    auth = SessionAuth(token="secret", clock=clock, token_lifetime_s=60.0)
    clock.now = 60.0
    assert auth.open_by_token("secret") is None
    clock.now = 0.0
    assert auth.open_by_token("secret") is None


def test_a_session_outlives_the_token():
    clock = Clock()
    auth = SessionAuth(token="secret", clock=clock, token_lifetime_s=60.0)
    session = auth.open_by_token("secret")
    clock.now = 61.0
    assert auth.is_valid(session)
