import pytest

from passerby.server.auth import FREE_GUESSES, LASTS, MOST, Auth, TooMany, hashed, new_token

HASH = hashed("correct horse battery")


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_the_token_opens_a_session():
    auth = Auth(token="secret")
    session = auth.by_token("secret")
    assert session is not None
    assert auth.knows(session)


@pytest.mark.parametrize("wrong", ["", "secre", "secret2", "Secret", "sécret"])
def test_another_token_opens_none(wrong):
    assert Auth(token="secret").by_token(wrong) is None


@pytest.mark.parametrize("session", [None, "", "guessed"])
def test_nobody_else_has_a_session(session):
    assert not Auth(token="secret").knows(session)


def test_a_closed_session_is_no_session():
    auth = Auth(token="secret")
    session = auth.by_token("secret")
    auth.close(session)
    assert not auth.knows(session)


def test_a_session_ends_when_it_is_not_used():
    clock = Clock()
    auth = Auth(token="secret", clock=clock)
    session = auth.by_token("secret")
    clock.now = LASTS - 1
    assert auth.knows(session)
    clock.now = 2 * LASTS - 2
    assert auth.knows(session)
    clock.now = 4 * LASTS
    assert not auth.knows(session)


def test_only_so_many_sessions_are_remembered():
    clock = Clock()
    auth = Auth(token="secret", clock=clock)
    first = auth.by_token("secret")
    for clock.now in range(1, MOST + 1):
        last = auth.by_token("secret")
    assert not auth.knows(first)
    assert auth.knows(last)


def test_the_password_opens_a_session_and_is_not_kept():
    auth = Auth(password=HASH)
    assert "correct" not in HASH
    assert auth.knows(auth.by_word("correct horse battery"))
    assert auth.by_word("incorrect") is None
    assert auth.by_token("correct horse battery") is None


def test_guessing_gets_slower():
    clock = Clock()
    auth = Auth(password=HASH, clock=clock)
    for _ in range(FREE_GUESSES):
        assert auth.by_word("wrong") is None
    with pytest.raises(TooMany):
        auth.by_word("correct horse battery")
    clock.now = 3
    assert auth.by_word("correct horse battery") is not None


def test_either_a_token_or_a_password():
    for both in ({}, {"token": "a", "password": "b"}):
        with pytest.raises(ValueError, match="either"):
            Auth(**both)


def test_tokens_are_long_and_never_the_same():
    assert 100 == len({new_token() for _ in range(100)})
    assert len(new_token()) >= 43
