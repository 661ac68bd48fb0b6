"""Passwords: which are good enough, and what is kept of them."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from passerby.core.errors import UsageError

#: Characters; more than SHORTEST is not asked for, since length is what counts.
SHORTEST, LONGEST = 12, 1000
#: Characters that must be left when what somebody would try first is taken out.
_LEFT = 8
#: Of 4, what zxcvbn must say: 3 is ten thousand million guesses. It is slow on long ones, and need not see all.
STRONG, _SEEN = 3, 60


def hashed(password: str) -> str:
    """What is kept of a password (Argon2id, with a salt)."""
    return PasswordHasher().hash(password)


def matches(kept: str | None, password: str) -> bool:
    """Is this the password? It takes as long where there is no account (None): so nobody learns which there are."""
    try:
        return PasswordHasher().verify(_nobody() if kept is None else kept, password) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def good(password: str, *words: str) -> str:
    """The password, if it may be one. `words` are what somebody would try first: the name, the site.

    Raises UsageError.
    """
    from zxcvbn import zxcvbn

    if not SHORTEST <= len(password) <= LONGEST:
        raise UsageError(f"A password has {SHORTEST} to {LONGEST} characters, not {len(password)}. Take a few words.")
    left = password.lower()
    for word in words:
        left = left.replace(word.lower(), "")
    if (
        len(left.strip()) < _LEFT
        or zxcvbn(password[:_SEEN], user_inputs=list(words), max_length=_SEEN)["score"] < STRONG
    ):
        raise UsageError(
            "This password would be among the first that are tried. Take a few words that do not belong together."
        )
    return password


@cache
def _nobody() -> str:
    return hashed("nobody's")
