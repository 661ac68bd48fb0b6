"""Notifications by a webhook of an account, signed as https://www.standardwebhooks.com specifies it."""

from __future__ import annotations

import json

from passerby.documents.webhook_signature import headers
from passerby.uplink.notifications.http import post
from passerby.uplink.notifications.message import NotificationMessage


def send_webhook(url: str, secret: str, message: NotificationMessage, wall: float) -> None:
    """Post to a URL that was checked to be allowed. Raises SendError."""
    values = {
        "id": message.key,
        "type": "notification",
        "site": message.site,
        "kinds": message.kinds,
        "title": message.title,
        "text": message.body,
        "url": message.url,
    }
    body = json.dumps(values, separators=(",", ":"), ensure_ascii=False).encode()
    post(url, body, {**headers(secret, message.key, int(wall), body), "content-type": "application/json"})


def webhook_secret(account: int) -> str:
    """The name under which the secret of an account's webhook is stored."""
    return f"notifications.webhook.{account}"
