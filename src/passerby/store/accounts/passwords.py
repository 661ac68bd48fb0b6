"""Passwords: hashing (Argon2id) and strength. The only module that uses Argon2.

Each hash takes 64 MiB and a processor. So all that hash in a process share a few places, whoever asks for it: a login,
a confirmation, a new password. A few more wait; everybody else is told to come back.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from passerby.core.errors import PasserbyError, UsageError

#: Characters. No rules on their kind: length is what counts.
MIN_CHARS, MAX_CHARS = 12, 1000
#: Characters that must remain when guessable words are removed.
_MIN_UNGUESSABLE_CHARS = 8
#: Shorter parts of such words are in many good passwords, too.
_MIN_WORD_CHARS = 3
#: Digits and signs that people write for letters.
_LOOKALIKES = str.maketrans("013457@$", "oleastas")
#: Minimum zxcvbn score, of 4: 3 means 10^10 guesses. It is slow on long passwords, so it gets the beginning only.
MIN_ZXCVBN_SCORE, _SCORED_CHARS = 3, 60
#: Hashes at a time, and how many more may wait for one.
CONCURRENT_HASHES, MAX_WAITING = 2, 8
#: Seconds after which somebody who was turned away may try again.
RETRY_AFTER_S = 3


class HashingBusy(PasserbyError):
    """Too many passwords are being checked at the moment."""

    def __init__(self) -> None:
        super().__init__(f"Too many passwords are being checked. Try again in {RETRY_AFTER_S} seconds.")


class HashingPlaces:
    """The places for hashing of one process."""

    def __init__(self, hashes: int = CONCURRENT_HASHES, waiting: int = MAX_WAITING) -> None:
        self._hashing = threading.Semaphore(hashes)
        self._admitted = threading.Semaphore(hashes + waiting)

    @contextmanager
    def place(self) -> Iterator[None]:
        """Wait for a place, and hash in the block. Raises HashingBusy when too many wait already."""
        if not self._admitted.acquire(blocking=False):
            raise HashingBusy
        try:
            with self._hashing:
                yield
        finally:
            self._admitted.release()


#: One for the whole process: it is memory that is limited, and that is the process's.
_places = HashingPlaces()


def hash_password(password: str) -> str:
    """The hash to store (Argon2id, with a salt)."""
    with _places.place():
        return PasswordHasher().hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Is this the password? Takes as long without an account (None), so that timing reveals no account names. Raises
    HashingBusy."""
    against = _dummy_hash() if stored is None else stored
    try:
        with _places.place():
            return PasswordHasher().verify(against, password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def check_strength(password: str, *words: str) -> str:
    """The password, if it is strong enough. `words` are guessable: the name, the site. Raises UsageError."""
    if not MIN_CHARS <= len(password) <= MAX_CHARS:
        raise UsageError(
            f"A password must have {MIN_CHARS} to {MAX_CHARS} characters, not {len(password)}. Use a few words."
        )
    from zxcvbn import zxcvbn

    guessable = _guessable(words)
    rests = [_letters(password), _letters(password.translate(_LOOKALIKES))]
    for word in guessable:
        rests = [rest.replace(word, "") for rest in rests]
    if (
        min(len(rest) for rest in rests) < _MIN_UNGUESSABLE_CHARS
        or zxcvbn(password[:_SCORED_CHARS], user_inputs=[*words, *guessable], max_length=_SCORED_CHARS)["score"]
        < MIN_ZXCVBN_SCORE
    ):
        raise UsageError("This password is easy to guess. Use a few unrelated words.")
    return password


def _guessable(words: Sequence[str]) -> list[str]:
    """The words as one, and each part of them, the longest first: `North hall` is northhall, north and hall."""
    parts = {_letters(part) for word in words for part in (word, *re.split(r"[\W_]+", word))}
    return sorted((part for part in parts if len(part) >= _MIN_WORD_CHARS), key=len, reverse=True)


def _letters(text: str) -> str:
    """Letters and digits alone, without case and accents: what separates words is guessed with them."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


@cache
def _dummy_hash() -> str:
    return hash_password("nobody's")
