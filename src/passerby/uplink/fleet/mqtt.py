"""To a fleet over MQTT 5 and TLS, with the site's own certificate.

Publishes to PREFIX/SITE/health and PREFIX/SITE/counts, and reads PREFIX/SITE/received. Whatever else arrives, or
arrives there in another form, is ignored: a fleet can ask for nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Sequence

import aiomqtt

from passerby.config.fleet.credentials import FleetCredentials
from passerby.core.backoff import Backoff
from passerby.core.errors import UsageError
from passerby.documents.fleet_messages import Acknowledgement, parse_acknowledgement
from passerby.uplink.delivery import OutboundMessage, Sender
from passerby.uplink.mqtt import FIRST_RETRY_S, KEEPALIVE_S, MAX_RETRY_S, TIMEOUT_S

#: Messages that are on their way to the broker at a time.
MAX_IN_FLIGHT = 50


class FleetMqttUplink:
    """The connection to the fleet's broker."""

    def __init__(self, credentials: FleetCredentials, sender: Sender) -> None:
        """Raises UsageError where the credentials name no broker, or cannot be used."""
        if credentials.mqtt is None:
            raise UsageError(
                f"{credentials.path} names no MQTT broker. Set uplink.fleet.by to https in site.yaml, or ask for new "
                "credentials once the fleet has a broker."
            )
        self._address, self._sender = credentials.mqtt, sender
        self._site, self._base = credentials.site, f"{credentials.prefix}/{credentials.site}"
        self._tls: ssl.SSLContext = credentials.tls()
        self._answers: list[Acknowledgement] = []
        #: What is wrong with the connection, None while it is up and nothing was refused.
        self.problem: str | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set: connect, and connect again whenever the connection ends."""
        backoff = Backoff(FIRST_RETRY_S, MAX_RETRY_S)
        while not stop.is_set():
            connected_s: float | None = None
            try:
                async with self._client() as client:
                    self.problem, connected_s = None, 0.0
                    await self._serve(client, stop)
            except (aiomqtt.MqttError, OSError, TimeoutError) as error:
                host, port = self._address
                self.problem = f"fleet at {host}:{port}: {error or type(error).__name__}"
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(backoff.next_s(connected_s)):
                        await stop.wait()

    def _client(self) -> aiomqtt.Client:
        host, port = self._address
        return aiomqtt.Client(
            host,
            port,
            identifier=self._site,
            protocol=aiomqtt.ProtocolVersion.V5,
            tls_context=self._tls,
            keepalive=KEEPALIVE_S,
            timeout=TIMEOUT_S,
            max_inflight_messages=MAX_IN_FLIGHT,
        )

    async def _serve(self, client: aiomqtt.Client, stop: asyncio.Event) -> None:
        await client.subscribe(f"{self._base}/received", qos=1)
        tasks = [
            asyncio.create_task(self._listen(client)),
            asyncio.create_task(self._send_loop(client)),
            asyncio.create_task(stop.wait()),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()  # raises the error that ended it
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _listen(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            if str(message.topic) != f"{self._base}/received" or not isinstance(message.payload, bytes | bytearray):
                continue
            answer = parse_acknowledgement(bytes(message.payload))
            if answer is not None:
                self._answers.append(answer)

    async def _send_loop(self, client: aiomqtt.Client) -> None:
        while True:
            answers, self._answers = self._answers, []
            for answer in answers:
                self.problem = await settle(self._sender, answer)
            messages = await self._sender.due()
            if messages:
                await self._publish(client, messages)
            else:
                await asyncio.sleep(self._sender.poll_interval_s)

    async def _publish(self, client: aiomqtt.Client, messages: Sequence[OutboundMessage]) -> None:
        """They are marked first: the acknowledgement may be fast. In order, the most urgent first."""
        await self._sender.mark_sent(*messages)
        for start in range(0, len(messages), MAX_IN_FLIGHT):
            await asyncio.gather(
                *(
                    client.publish(f"{self._base}/{message.message.topic}", message.body, qos=1)
                    for message in messages[start : start + MAX_IN_FLIGHT]
                )
            )


async def settle(sender: Sender, answer: Acknowledgement) -> str | None:
    """Let go of what the fleet has; the reason for the first message that it refuses. Those stay in the outbox, and are
    sent again after waits that grow: a fleet of a newer version may take them."""
    if answer.received:
        await sender.acknowledged(answer.received)
    if answer.refused:
        first = answer.refused[0]
        text = "".join(letter for letter in first.reason if letter.isprintable())[:200]
        return f"the fleet refuses {len(answer.refused)} messages: {text}. Update passerby at the fleet or here."
    return None
