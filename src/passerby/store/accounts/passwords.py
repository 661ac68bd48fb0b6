"""Passwords: hashing (Argon2id) and strength. The only module that uses Argon2."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from passerby.core.errors import UsageError

#: Characters. No rules on their kind: length is what counts.
MIN_CHARS, MAX_CHARS = 12, 1000
#: Characters that must remain when guessable words are removed.
_MIN_UNGUESSABLE_CHARS = 8
#: Minimum zxcvbn score, of 4: 3 means 10^10 guesses. It is slow on long passwords, so it gets the beginning only.
MIN_ZXCVBN_SCORE, _SCORED_CHARS = 3, 60


def hash_password(password: str) -> str:
    """The hash to store (Argon2id, with a salt)."""
    return PasswordHasher().hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Is this the password? Takes as long without an account (None), so that timing reveals no account names."""
    try:
        return PasswordHasher().verify(_dummy_hash() if stored is None else stored, password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def check_strength(password: str, *words: str) -> str:
    """The password, if it is strong enough. `words` are guessable: the name, the site. Raises UsageError."""
    from zxcvbn import zxcvbn

    if not MIN_CHARS <= len(password) <= MAX_CHARS:
        raise UsageError(
            f"A password must have {MIN_CHARS} to {MAX_CHARS} characters, not {len(password)}. Use a few words."
        )
    rest = password.lower()
    for word in words:
        rest = rest.replace(word.lower(), "")
    if (
        len(rest.strip()) < _MIN_UNGUESSABLE_CHARS
        or zxcvbn(password[:_SCORED_CHARS], user_inputs=list(words), max_length=_SCORED_CHARS)["score"]
        < MIN_ZXCVBN_SCORE
    ):
        raise UsageError("This password is easy to guess. Use a few unrelated words.")
    return password


@cache
def _dummy_hash() -> str:
    return hash_password("nobody's")
