"""Who is logged in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from passerby.config.roles import Role

#: How somebody logged in: with the URL that the program printed, with a password, or by single sign-on.
LoginMethod = Literal["token", "password", "oidc"]
#: What somebody must set up before anything else: a password of their own, a second factor.
RequiredSetup = Literal["password", "totp"]


@dataclass(frozen=True, slots=True)
class Principal:
    """`actor` is the name in the audit log; `name` the login name. `session_id` separates sessions, and is no secret.

    `purpose` is what they logged in for, in their own words; None until stated. `expires_at` in Unix seconds.
    `must_set_up`: what the account needs before it may do anything else.
    """

    actor: str
    name: str
    role: Role
    method: LoginMethod
    session_id: int
    purpose: str | None
    expires_at: float
    must_set_up: RequiredSetup | None = None
