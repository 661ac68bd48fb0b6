"""Roles of the pages of a site and of a fleet, and the rights of each. docs/ref/roles.md is generated from this."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """The role of an account."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Right(StrEnum):
    """What a route requires."""

    LOGIN = "login"  # to be logged in, in any role
    VIEW_STATUS = "view_status"  # status of the site: no pictures
    VIEW_MEDIA = "view_media"  # live view, recordings, events, counts
    MANAGE_EVENTS = "manage_events"  # acknowledge and resolve events, request clips, approve those of others
    MOVE_CAMERA = "move_camera"  # turn a camera to one of its presets
    EDIT_CONFIG = "edit_config"  # zones, cameras, settings
    MANAGE_ACCOUNTS = "manage_accounts"  # accounts and sessions
    VIEW_ACCOUNTS = "view_accounts"  # who has an account, and how long recordings are kept
    VIEW_AUDIT_LOG = "view_audit_log"  # the audit log
    SET_RETENTION_LIMIT = (
        "set_retention_limit"  # the longest retention of recordings; and to approve changes of auditors
    )
    VIEW_FLEET_HEALTH = "view_fleet_health"  # in a fleet: how its sites are; no counts
    VIEW_FLEET_COUNTS = "view_fleet_counts"  # in a fleet: published counts


_EVERYBODY = frozenset({Right.LOGIN, Right.VIEW_STATUS})
RIGHTS: dict[Role, frozenset[Right]] = {
    Role.VIEWER: _EVERYBODY | {Right.VIEW_MEDIA},
    Role.OPERATOR: _EVERYBODY | {Right.VIEW_MEDIA, Right.MANAGE_EVENTS, Right.MOVE_CAMERA},
    Role.ADMINISTRATOR: _EVERYBODY
    | {Right.VIEW_MEDIA, Right.MANAGE_EVENTS, Right.MOVE_CAMERA, Right.EDIT_CONFIG}
    | {Right.MANAGE_ACCOUNTS, Right.VIEW_ACCOUNTS},
    Role.AUDITOR: _EVERYBODY | {Right.VIEW_ACCOUNTS, Right.VIEW_AUDIT_LOG, Right.SET_RETENTION_LIMIT},
}
#: The rights in a fleet. Its accounts are its own: they open nothing at a site, nor those of a site anything here.
FLEET_RIGHTS: dict[Role, frozenset[Right]] = {
    Role.VIEWER: frozenset({Right.LOGIN, Right.VIEW_FLEET_HEALTH}),
    Role.OPERATOR: frozenset({Right.LOGIN, Right.VIEW_FLEET_HEALTH, Right.VIEW_FLEET_COUNTS}),
    Role.ADMINISTRATOR: frozenset(
        {
            Right.LOGIN,
            Right.VIEW_FLEET_HEALTH,
            Right.VIEW_FLEET_COUNTS,
            Right.MANAGE_ACCOUNTS,
            Right.VIEW_ACCOUNTS,
        }
    ),
    Role.AUDITOR: frozenset(
        {
            Right.LOGIN,
            Right.VIEW_FLEET_HEALTH,
            Right.VIEW_ACCOUNTS,
            Right.VIEW_AUDIT_LOG,
            Right.SET_RETENTION_LIMIT,
        }
    ),
}
