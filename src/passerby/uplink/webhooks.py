"""Webhooks: each message is posted to an address, signed, until the address takes it."""

from __future__ import annotations

import asyncio
import base64

import httpx2

from passerby.config.uplink import Webhook
from passerby.uplink.delivery import Parcel, Sender
from passerby.uplink.webhook_signature import headers

#: Seconds for one request.
PATIENCE = 30.0


class Webhooks:
    """One address. Answers of 2xx mean that it has the message; all others that it is sent again later."""

    def __init__(self, hook: Webhook, sender: Sender) -> None:
        self._hook, self._sender = hook, sender
        #: Why the last request failed, None after one that did not.
        self.problem: str | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set."""
        async with httpx2.AsyncClient(timeout=PATIENCE, follow_redirects=False, trust_env=False) as client:
            while not stop.is_set():
                parcels = await self._sender.due()
                for parcel in parcels:
                    if stop.is_set():
                        return
                    if not await self._post(client, parcel):
                        break  # the rest would fail as well, and each try costs bytes
                if not parcels:
                    await _sleep(stop, self._sender.pause)

    async def _post(self, client: httpx2.AsyncClient, parcel: Parcel) -> bool:
        now = int(self._sender.clock.now().wall)
        key = parcel.message.key
        signed = headers(self._hook.secret.get_secret_value(), key, now, parcel.body)
        told = {"passerby-message": base64.b64encode(parcel.told).decode()} if parcel.told is not parcel.body else {}
        try:
            answer = await client.post(
                self._hook.url, content=parcel.body, headers={**signed, **told, "content-type": parcel.type}
            )
        except httpx2.HTTPError as error:
            return await self._failed(parcel, f"{type(error).__name__}: {error}")
        if not answer.is_success:
            return await self._failed(parcel, f"it answered {answer.status_code}", _wait(answer))
        await self._sender.delivered(parcel)
        self.problem = None
        return True

    async def _failed(self, parcel: Parcel, why: str, wait: float = 0.0) -> bool:
        self.problem = f"webhook {self._hook.name}: {why}"
        await self._sender.failed(parcel, why, wait)
        return False


def _wait(answer: httpx2.Response) -> float:
    """Seconds for which the address asks to be left alone, an hour at most."""
    asked = answer.headers.get("retry-after", "")
    return min(float(asked), 3600.0) if asked.isdecimal() else 0.0


async def _sleep(stop: asyncio.Event, seconds: float) -> None:
    """For so long, or until `stop` is set."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        pass
