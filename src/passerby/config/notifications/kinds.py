"""What somebody can be notified of, by which channels, and who may be notified of what."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from passerby.config.counting_config import EventKind
from passerby.config.roles import Right


class NotificationKind(StrEnum):
    """What an account chooses to be notified of."""

    EVENT = "event"
    TAMPER = "tamper"
    CAMERA_LOST = "camera_lost"
    CAMERA_BACK = "camera_back"
    CHECK_FAILED = "check_failed"
    CLIP_WAITS = "clip_waits"
    ACCOUNT_WAITS = "account_waits"
    STORAGE = "storage"
    CLOCK = "clock"
    UPDATE = "update"


class NotificationChannel(StrEnum):
    """How it is sent."""

    MAIL = "mail"
    PUSH = "push"
    NTFY = "ntfy"
    WEBHOOK = "webhook"


#: The right that an account needs to be notified: that to the page on which it would read the same.
REQUIRED_RIGHTS: Final[dict[NotificationKind, Right]] = {
    NotificationKind.EVENT: Right.VIEW_MEDIA,
    NotificationKind.TAMPER: Right.VIEW_MEDIA,
    NotificationKind.CAMERA_LOST: Right.VIEW_STATUS,
    NotificationKind.CAMERA_BACK: Right.VIEW_STATUS,
    NotificationKind.CHECK_FAILED: Right.VIEW_STATUS,
    NotificationKind.CLIP_WAITS: Right.MANAGE_EVENTS,
    NotificationKind.ACCOUNT_WAITS: Right.SET_RETENTION_LIMIT,
    NotificationKind.STORAGE: Right.VIEW_STATUS,
    NotificationKind.CLOCK: Right.VIEW_STATUS,
    NotificationKind.UPDATE: Right.EDIT_CONFIG,
}

#: The kind of notification for each kind of event.
KIND_OF_EVENT: Final[dict[EventKind, NotificationKind]] = {
    EventKind.PRESENCE: NotificationKind.EVENT,
    EventKind.CROSSING: NotificationKind.EVENT,
    EventKind.CROWD: NotificationKind.EVENT,
    EventKind.COVERED: NotificationKind.TAMPER,
    EventKind.MOVED: NotificationKind.TAMPER,
    EventKind.DARK: NotificationKind.TAMPER,
    EventKind.LOST: NotificationKind.CAMERA_LOST,
    EventKind.STORAGE: NotificationKind.STORAGE,
    EventKind.CLOCK: NotificationKind.CLOCK,
}
