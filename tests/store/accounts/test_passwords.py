"""Passwords: only good ones are accepted, and checking one takes as long without an account."""

import pytest
from argon2 import PasswordHasher

from passerby.core.errors import UsageError
from passerby.store.accounts import passwords
from passerby.store.accounts.passwords import MAX_CHARS, check_strength, hash_password, verify_password

GOOD = "eleven green bottles hanging"


@pytest.fixture(autouse=True)
def fast_hashes(monkeypatch):
    monkeypatch.setattr(passwords, "PasswordHasher", lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def test_a_hash_has_a_salt_and_verifies():
    first, second = hash_password(GOOD), hash_password(GOOD)
    assert first != second
    assert verify_password(first, GOOD)
    assert not verify_password(first, GOOD + "!")


def test_without_an_account_or_with_a_broken_hash_nothing_verifies():
    assert not verify_password(None, "nobody's")
    assert not verify_password("not a hash", GOOD)


def test_a_good_password_is_returned():
    assert GOOD == check_strength(GOOD, "jo")


@pytest.mark.parametrize(
    ("password", "words"),
    [("short", ()), ("x" * (MAX_CHARS + 1), ()), ("password1234", ()), ("jo-the-viewer", ("jo-the-viewer",))],
)
def test_a_weak_password_is_refused(password, words):
    with pytest.raises(UsageError, match="few (unrelated )?words"):
        check_strength(password, *words)
