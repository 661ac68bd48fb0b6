"""Notifications by ntfy, as https://docs.ntfy.sh/publish/#publish-as-json describes it."""

from __future__ import annotations

import json

from passerby.config.notifications.kinds import NotificationKind
from passerby.config.notifications.settings import NtfySettings
from passerby.uplink.notifications.http import post
from passerby.uplink.notifications.message import NotificationMessage

#: Kinds that ntfy shows above others (priority 4 of 5): somebody has to do something.
_URGENT = {NotificationKind.CAMERA_LOST, NotificationKind.CHECK_FAILED, NotificationKind.STORAGE}


def send_ntfy(settings: NtfySettings, topic: str, message: NotificationMessage) -> None:
    """Publish to a topic. Raises SendError."""
    urgent = any(kind in _URGENT for kind in message.kinds)
    values: dict[str, object] = {
        "topic": topic,
        "title": f"{message.site}: {message.title}",
        "message": message.body,
        "priority": 4 if urgent else 3,
    }
    if message.url is not None:
        values["click"] = message.url
    headers = {"content-type": "application/json"}
    if settings.token is not None:
        headers["authorization"] = f"Bearer {settings.token.get_secret_value()}"
    post(settings.server, json.dumps(values).encode(), headers)
