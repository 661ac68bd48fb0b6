"""To a fleet over HTTPS, with the site's own certificate: where MQTT is blocked."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

import httpx2

from passerby.config.fleet.credentials import FleetCredentials
from passerby.core.errors import UsageError
from passerby.documents.fleet_messages import (
    MAX_BATCH,
    MAX_REQUEST_BYTES,
    Acknowledgement,
    parse_acknowledgement,
)
from passerby.uplink.delivery import OutboundMessage, Sender
from passerby.uplink.fleet.mqtt import settle

#: Seconds for one request.
TIMEOUT_S = 30.0


class FleetHttpsUplink:
    """Posts what is due, and lets go of what the answer names."""

    def __init__(self, credentials: FleetCredentials, sender: Sender) -> None:
        """Raises UsageError where the credentials name no URL, or cannot be used."""
        if credentials.https is None:
            raise UsageError(f"{credentials.path} names no HTTPS address. Set uplink.fleet.by to mqtt in site.yaml.")
        self._url, self._sender, self._tls = credentials.https, sender, credentials.tls()
        #: Why the last request failed, None after one that did not.
        self.problem: str | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set."""
        async with httpx2.AsyncClient(
            verify=self._tls, timeout=TIMEOUT_S, follow_redirects=False, trust_env=False
        ) as client:
            while not stop.is_set():
                messages = await self._sender.due()
                delivered = bool(messages)
                for kind in dict.fromkeys(message.message.topic for message in messages):
                    for batch in _batches([message for message in messages if message.message.topic == kind]):
                        delivered = await self._post(client, kind, batch) and delivered
                if not delivered:
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(self._sender.poll_interval_s):
                            await stop.wait()

    async def _post(self, client: httpx2.AsyncClient, kind: str, batch: Sequence[OutboundMessage]) -> bool:
        """Did the fleet take them all?"""
        body = b"\n".join(message.body for message in batch)
        await self._sender.mark_sent(*batch)
        try:
            answer = await self._request(client, kind, body)
        except (httpx2.HTTPError, _RefusedError) as error:
            self.problem = f"fleet at {self._url}: {error or type(error).__name__}"
            return False
        self.problem = await settle(self._sender, answer)
        return {message.message.key for message in batch} <= set(answer.received)

    async def _request(self, client: httpx2.AsyncClient, kind: str, body: bytes) -> Acknowledgement:
        """Of the answer no more is read than an acknowledgement may have."""
        headers = {"content-type": "application/x-ndjson"}
        async with client.stream("POST", f"{self._url}/{kind}", content=body, headers=headers) as response:
            if response.status_code != 200:
                raise _RefusedError(f"HTTP status {response.status_code}")
            found = bytearray()
            async for chunk in response.aiter_bytes():
                found += chunk
                if len(found) > MAX_REQUEST_BYTES:
                    raise _RefusedError("the answer is too long")
        answer = parse_acknowledgement(bytes(found))
        if answer is None:
            raise _RefusedError("the answer is not an acknowledgement")
        return answer


class _RefusedError(Exception):
    """The fleet did not take a request."""


def _batches(messages: Sequence[OutboundMessage]) -> list[list[OutboundMessage]]:
    """As many at a time as a request may have."""
    found: list[list[OutboundMessage]] = []
    size = 0
    for message in messages:
        length = len(message.body) + 1
        if not found or len(found[-1]) >= MAX_BATCH or size + length > MAX_REQUEST_BYTES:
            found.append([])
            size = 0
        found[-1].append(message)
        size += length
    return found
