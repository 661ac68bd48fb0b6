"""Webhook signatures as https://www.standardwebhooks.com specifies them: who has the secret can verify the sender and
the body of a request, and reject a replay."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac


def headers(secret: str, id: str, seconds: int, body: bytes) -> dict[str, str]:
    """The three headers for a request with this id, sent at `seconds` (Unix)."""
    signed = f"{id}.{seconds}.".encode() + body
    signature = base64.b64encode(hmac.digest(_key(secret), signed, hashlib.sha256)).decode()
    return {"webhook-id": id, "webhook-timestamp": str(seconds), "webhook-signature": f"v1,{signature}"}


def _key(secret: str) -> bytes:
    """`whsec_` and Base64, as the standard's libraries write it; any other text is used as it is."""
    if secret.startswith("whsec_"):
        try:
            return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except binascii.Error:
            pass
    return secret.encode()
