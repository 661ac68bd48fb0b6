"""Passwords: only good ones are accepted, and checking one takes as long without an account."""

import threading

import pytest
from argon2 import PasswordHasher

from passerby.core.errors import UsageError
from passerby.store.accounts import passwords
from passerby.store.accounts.passwords import (
    MAX_CHARS,
    HashingBusy,
    HashingPlaces,
    check_strength,
    hash_password,
    verify_password,
)

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
    [("short", ()), ("x" * (MAX_CHARS + 1), ()), ("password1234", ()), ("jo-the-viewer", ("jo-the-viewer",))]
    + [(password, ("jo", "North hall")) for password in ("northhall123", "North-Hall-2026!", "n0rth.h4ll.sch00l")],
)
def test_a_weak_password_is_refused(password, words):
    with pytest.raises(UsageError, match="few (unrelated )?words"):
        check_strength(password, *words)


def test_a_word_of_the_sites_name_among_others_is_no_harm():
    assert "green bottles in the hall" == check_strength("green bottles in the hall", "jo", "North hall")


def test_of_many_at_once_a_few_hash_and_a_few_wait():
    """Whoever asks: a login, a confirmation, a new password."""
    at_once, most, turned_away, lock = 0, 0, 0, threading.Lock()
    begun, end = threading.Semaphore(0), threading.Event()
    places = HashingPlaces(2, 3)

    def hash_something():
        nonlocal at_once, most, turned_away
        try:
            with places.place():
                with lock:
                    at_once += 1
                    most = max(most, at_once)
                begun.release()
                assert end.wait(20)
                with lock:
                    at_once -= 1
        except HashingBusy:
            with lock:
                turned_away += 1
            begun.release()

    threads = [threading.Thread(target=hash_something) for _ in range(60)]
    for thread in threads:
        thread.start()
    for _ in range(60 - 3):  # two hash, three wait, all others were told to come back
        assert begun.acquire(timeout=20)
    end.set()
    for thread in threads:
        thread.join(20)
    assert (2, 60 - 5) == (most, turned_away)


@pytest.mark.parametrize("use", [hash_password, lambda password: verify_password(None, password)])
def test_hashing_and_checking_share_the_places(monkeypatch, use):
    verify_password(None, "so that its hash is made")
    monkeypatch.setattr(passwords, "_places", HashingPlaces(0, 0))
    with pytest.raises(HashingBusy, match="Try again"):
        use(GOOD)
