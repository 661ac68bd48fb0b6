"""Webhooks: each message is posted to a URL, signed, until the receiver accepts it."""

from __future__ import annotations

import asyncio
import base64

import httpx2

from passerby.config.uplink import WebhookSettings
from passerby.documents.webhook_signature import headers
from passerby.uplink.delivery import OutboundMessage, Sender

#: Seconds for one request.
TIMEOUT_S = 30.0
#: Longest Retry-After that is honoured, seconds.
MAX_RETRY_AFTER_S = 3600.0

#: Bytes of an answer that are read, and dropped.
MAX_ANSWER_BYTES = 65536


class WebhookUplink:
    """One URL. A 2xx response means that the receiver has the message; after any other it is sent again later."""

    def __init__(self, hook: WebhookSettings, sender: Sender) -> None:
        self._hook, self._sender = hook, sender
        #: Why the last request failed, None after one that did not.
        self.problem: str | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set."""
        async with httpx2.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False) as client:
            while not stop.is_set():
                messages = await self._sender.due()
                for message in messages:
                    if stop.is_set():
                        return
                    if not await self._post(client, message):
                        break  # the rest would fail as well, and each attempt uses up the budget
                if not messages:
                    await _sleep(stop, self._sender.poll_interval_s)

    async def _post(self, client: httpx2.AsyncClient, message: OutboundMessage) -> bool:
        now = int(self._sender.clock.now().wall)
        signed = headers(self._hook.secret.get_secret_value(), message.message.key, now, message.body)
        is_media = message.metadata is not message.body
        described = {"passerby-message": base64.b64encode(message.metadata).decode()} if is_media else {}
        try:
            async with client.stream(
                "POST",
                self._hook.url,
                content=message.body,
                headers={**signed, **described, "content-type": message.content_type},
            ) as response:
                await _read_short(response)
        except httpx2.HTTPError as error:
            return await self._failed(message, f"{type(error).__name__}: {error}")
        if not response.is_success:
            return await self._failed(message, f"HTTP status {response.status_code}", _retry_after_s(response))
        await self._sender.delivered(message)
        self.problem = None
        return True

    async def _failed(self, message: OutboundMessage, error: str, min_wait_s: float = 0.0) -> bool:
        self.problem = f"webhook {self._hook.name}: {error}"
        await self._sender.failed(message, error, min_wait_s)
        return False


async def _read_short(response: httpx2.Response) -> None:
    """Read an answer to its end where it is short, so that the connection can be used again; drop it. One that is long
    ends the connection: it could be as long as the receiver likes."""
    size = 0
    async for chunk in response.aiter_raw():
        size += len(chunk)
        if size > MAX_ANSWER_BYTES:
            return


def _retry_after_s(response: httpx2.Response) -> float:
    """Seconds for which the receiver asks for no request, an hour at most."""
    value = response.headers.get("retry-after", "")
    return min(float(value), MAX_RETRY_AFTER_S) if value.isdecimal() else 0.0


async def _sleep(stop: asyncio.Event, seconds: float) -> None:
    """Sleep for so long, or until `stop` is set."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        pass
