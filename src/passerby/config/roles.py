"""Who may do what on the pages of a site: roles, and the rights that each has. docs/ref/roles.md is made from this."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What somebody is there for."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Right(StrEnum):
    """What a route of the pages asks for."""

    ENTER = "enter"  # to be logged in, as whoever it may be
    STATE = "state"  # how the site is: no pictures
    LOOK = "look"  # live pictures, recordings, events, counts
    HANDLE = "handle"  # mark events, ask for clips, agree to those of others
    CHANGE = "change"  # zones, cameras, settings
    PEOPLE = "people"  # accounts and sessions
    KNOW = "know"  # who has an account, and for how long recordings stay
    AUDIT = "audit"  # the log
    CEILING = "ceiling"  # for how long recordings may stay at most; and to agree to changes of auditors


_EVERYBODY = frozenset({Right.ENTER, Right.STATE})
RIGHTS: dict[Role, frozenset[Right]] = {
    Role.VIEWER: _EVERYBODY | {Right.LOOK},
    Role.OPERATOR: _EVERYBODY | {Right.LOOK, Right.HANDLE},
    Role.ADMINISTRATOR: _EVERYBODY | {Right.LOOK, Right.HANDLE, Right.CHANGE, Right.PEOPLE, Right.KNOW},
    Role.AUDITOR: _EVERYBODY | {Right.KNOW, Right.AUDIT, Right.CEILING},
}
