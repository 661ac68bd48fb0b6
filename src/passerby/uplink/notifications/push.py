"""Notifications by Web Push: encrypted for the browser (RFC 8291), and signed with the key of the site (VAPID, RFC
8292), so that a push service reads neither what is told nor takes it from anybody else."""

from __future__ import annotations

import base64
import json
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from passerby.config.notifications.settings import PushSettings, is_allowed_url
from passerby.config.secrets.stored_secrets import StoredSecrets
from passerby.store.notifications.preferences import PushSubscription
from passerby.uplink.notifications.http import post
from passerby.uplink.notifications.message import NotificationMessage
from passerby.uplink.notifications.send_error import SendError, SendProblem

#: Name and owner of the private key among the stored secrets.
KEY_SECRET, KEY_OWNER = "notifications.push.key", "push"
#: Seconds for which a push service keeps a message for a browser that is off.
TTL_S = 12 * 3600
#: Seconds for which a signature is valid; RFC 8292 allows a day.
VALID_S = 3600
#: Characters of a text: a push service need take no more than 4096 bytes of payload (RFC 8030), encrypted.
MAX_BODY_CHARS = 700


def create_key(stored: StoredSecrets) -> str:
    """The private key of the site, made at the first call. Raises OutputError where it cannot be stored."""
    found = stored.get(KEY_SECRET, KEY_OWNER)
    if found is None:
        number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
        found = base64.urlsafe_b64encode(number.to_bytes(32, "big")).decode().rstrip("=")
        stored.put(KEY_SECRET, found, KEY_OWNER)
    return found


def public_key(private: str) -> str:
    """The public key that a browser needs to subscribe: an uncompressed point in URL-safe Base64."""
    from py_vapid import Vapid02  # here, not above: only what sends or subscribes needs it

    point = Vapid02.from_raw(private.encode()).public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).decode().rstrip("=")


def send_push(
    settings: PushSettings, private: str, subscription: PushSubscription, message: NotificationMessage, wall: float
) -> None:
    """Send to one browser. Raises SendError; of a permanent one the subscription is to be deleted."""
    from py_vapid import Vapid02
    from pywebpush import WebPusher, WebPushException

    endpoint = subscription.endpoint
    if not is_allowed_url(endpoint, settings.hosts):
        raise SendError(SendProblem.NOT_ALLOWED, urlsplit(endpoint).hostname or "")
    payload = {
        "title": f"{message.site}: {message.title}"[:200],
        "body": message.body[:MAX_BODY_CHARS],
        "url": message.url,
        "tag": message.key,
        "lang": message.language.value,
    }
    keys = {"p256dh": subscription.p256dh, "auth": subscription.auth}
    try:
        pusher = WebPusher({"endpoint": endpoint, "keys": keys})
        encrypted = pusher.encode(json.dumps(payload, ensure_ascii=False).encode())
    except (WebPushException, ValueError) as error:
        raise SendError(SendProblem.GONE, "its key is not valid", permanent=True) from error
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int(wall) + VALID_S,
        "sub": f"mailto:{settings.contact}",
    }
    signed = Vapid02.from_raw(private.encode()).sign(claims)
    headers = {
        **signed,
        "content-encoding": "aes128gcm",
        "content-type": "application/octet-stream",
        "ttl": str(TTL_S),
        "urgency": "high",
    }
    post(endpoint, bytes(encrypted["body"]), headers, gone_is_permanent=True)
