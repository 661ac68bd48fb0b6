"""Somebody who is logged in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from passerby.config.roles import Role

#: How somebody came in: with the address that the program printed, with a password, or by another site's word (OIDC).
By = Literal["token", "password", "oidc"]
#: What somebody has to set up before anything else: a password of their own, a second factor.
Owes = Literal["password", "factor"]


@dataclass(frozen=True, slots=True)
class Visitor:
    """`who` as the log calls them; `name` as they type it. `session` tells their sessions apart, and is no secret.

    `purpose` is what they are here for, in their own words; None until they have said. `expires` is in Unix seconds.
    `owes`: what the account lacks before it may do anything else.
    """

    who: str
    name: str
    role: Role
    by: By
    session: int
    purpose: str | None
    expires: float
    owes: Owes | None = None
