"""MQTT: publishes the messages of the outbox, the retained state of each camera, and Home Assistant's discovery.

Topics, below PREFIX/SITE: `status` (online or offline, retained; the broker's last will says offline),
`CAMERA/counts`, `CAMERA/event`, `CAMERA/thumbnail` and `CAMERA/clip` (the outbox; a message may come twice),
`CAMERA/state` (the newest minute and the totals), `CAMERA/now` (connected, movement, who is where) and `CAMERA/picture`
(masked, where `send` includes thumbnails), all three retained, and `received`, to which a receiver publishes keys.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
from collections.abc import Callable, Mapping, Sequence

import aiomqtt

from passerby.config.uplink import MqttSettings
from passerby.config.uplink_destination import Priority
from passerby.core.backoff import Backoff
from passerby.core.errors import PasserbyError
from passerby.uplink.delivery import OutboundMessage, Sender
from passerby.uplink.homeassistant import DiscoveryMessage, entities_left_out

#: Seconds before the first new connection, doubled at each failure up to the longest.
FIRST_RETRY_S, MAX_RETRY_S = 1.0, 60.0
#: Seconds for the broker to acknowledge a message.
TIMEOUT_S = 20.0
#: Seconds of silence after which the broker publishes the last will.
KEEPALIVE_S = 30

#: Seconds between two pictures of a camera.
PICTURE_INTERVAL_S = 60.0
#: Seconds before now of which there is a recording.
PICTURE_AGE_S = 6.0

#: Returns JSON for every camera by name, as it is published: called at each poll of the outbox.
CameraStates = Callable[[], Mapping[str, Mapping[str, object]]]


class MqttUplink:
    """One broker. `discovery` returns the messages for Home Assistant; `states` the counts of each camera, `now` what
    is so at each that the site has."""

    def __init__(
        self,
        site: str,
        settings: MqttSettings,
        sender: Sender,
        discovery: Callable[[], list[DiscoveryMessage]],
        states: CameraStates,
        now: CameraStates = dict,
    ) -> None:
        self._settings, self._sender = settings, sender
        self._discovery, self._camera_states, self._now = discovery, states, now
        self._site = site
        self._base = f"{settings.prefix}/{site}"
        self._wake = asyncio.Event()
        self._published: dict[str, str] = {}
        #: What Home Assistant was told of each device, and whether it has started anew since.
        self._announced: dict[str, DiscoveryMessage] = {}
        self._announce_all = True
        self._pictures_at = float("-inf")
        #: Keys that the receiver has acknowledged, not yet removed from the outbox.
        self._acknowledged: set[str] = set()
        #: What is wrong with the connection, None while it is up.
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
                self.problem = f"{self._settings.host}:{self._settings.port}: {error or type(error).__name__}"
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(backoff.next_s(connected_s)):
                        await stop.wait()

    def _client(self) -> aiomqtt.Client:
        settings = self._settings
        return aiomqtt.Client(
            settings.host,
            settings.port,
            username=settings.user,
            password=None if settings.password is None else settings.password.get_secret_value(),
            identifier=f"passerby-{self._site}",
            tls_context=ssl.create_default_context() if settings.tls else None,
            will=aiomqtt.Will(f"{self._base}/status", "offline", qos=1, retain=True),
            keepalive=KEEPALIVE_S,
            timeout=TIMEOUT_S,
        )

    async def _serve(self, client: aiomqtt.Client, stop: asyncio.Event) -> None:
        await client.subscribe(f"{self._settings.discovery_prefix}/status", qos=1)
        if self._settings.confirm == "receiver":
            await client.subscribe(f"{self._base}/received", qos=1)
        self._announce_all = True
        self._published.clear()
        self._wake.set()
        listener = asyncio.create_task(self._listen(client))
        stopped = asyncio.create_task(stop.wait())
        sender = asyncio.create_task(self._send_loop(client))
        try:
            done, _ = await asyncio.wait({listener, stopped, sender}, return_when=asyncio.FIRST_COMPLETED)
            for task in done - {stopped}:
                task.result()  # raises the error that ended it
            await client.publish(f"{self._base}/status", "offline", qos=1, retain=True, timeout=2)
        finally:
            for task in (listener, stopped, sender):
                task.cancel()
            await asyncio.gather(listener, stopped, sender, return_exceptions=True)

    async def _listen(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            payload = bytes(message.payload) if isinstance(message.payload, bytes | bytearray) else b""
            if message.topic.matches(f"{self._settings.discovery_prefix}/status"):
                if payload == b"online":  # Home Assistant has started, and has no entities yet
                    self._announce_all = True
                    self._published.clear()
                    self._wake.set()
            elif message.topic.matches(f"{self._base}/received"):
                self._acknowledged.update(_acknowledged_keys(payload))

    async def _send_loop(self, client: aiomqtt.Client) -> None:
        while True:
            if self._wake.is_set():
                self._wake.clear()
                await self._publish_retained(client)
            await self._publish_states(client)
            await self._publish_pictures(client)
            if self._acknowledged:
                keys, self._acknowledged = self._acknowledged, set()
                await self._sender.acknowledged(keys)
            messages = await self._sender.due()
            await self._publish(client, messages)
            if not messages:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._sender.poll_interval_s):
                        await self._wake.wait()

    async def _publish(self, client: aiomqtt.Client, messages: Sequence[OutboundMessage]) -> None:
        """One after the other, so that the most urgent arrive first; recorded as delivered together."""
        if not messages:
            return
        if self._settings.confirm == "receiver":
            await self._sender.mark_sent(*messages)
        arrived: list[OutboundMessage] = []
        try:
            for message in messages:
                topic = f"{self._base}/{message.message.topic}"
                if message.metadata is not message.body:  # event media: their description comes first
                    await client.publish(f"{topic}/about", message.metadata, qos=1)
                await client.publish(topic, message.body, qos=1)
                arrived.append(message)
        finally:
            if self._settings.confirm == "broker" and arrived:
                await self._sender.delivered(*arrived)

    def changed(self) -> None:
        """The cameras of the site, or their zones, are others now. In the thread of `run`."""
        self._wake.set()

    async def _publish_retained(self, client: aiomqtt.Client) -> None:
        if self._settings.home_assistant:
            await self._announce(client)
        await client.publish(f"{self._base}/status", "online", qos=1, retain=True)

    async def _announce(self, client: aiomqtt.Client) -> None:
        """Tell Home Assistant of each device that it does not know as it is."""
        devices = {device.id: device for device in await asyncio.to_thread(self._discovery)}
        everything, self._announce_all = self._announce_all, False
        for id in [id for id in self._announced if id not in devices]:
            await self._retain(client, self._config_topic(id), b"")
            del self._announced[id]
        for id, device in devices.items():
            known = self._announced.get(id)
            if known is not None and known.payload != device.payload:
                removed = entities_left_out(known.payload, device.payload)
                if removed != device.payload:
                    await self._retain(client, self._config_topic(id), json.dumps(removed))
            if everything or known is None or known.payload != device.payload:
                await self._retain(client, self._config_topic(id), json.dumps(device.payload))
            self._announced[id] = device

    def _config_topic(self, device: str) -> str:
        return f"{self._settings.discovery_prefix}/device/{device}/config"

    async def _publish_states(self, client: aiomqtt.Client) -> None:
        counts, now = await asyncio.to_thread(self._camera_states), self._now()
        found = {f"{camera}/state": state for camera, state in counts.items()}
        found |= {f"{camera}/now": state for camera, state in now.items()}
        for topic, state in found.items():
            text = json.dumps(state, separators=(",", ":"))
            if self._published.get(topic) != text:
                await self._retain(client, f"{self._base}/{topic}", text)
                self._published[topic] = text

    async def _publish_pictures(self, client: aiomqtt.Client) -> None:
        """The newest masked picture of each camera that is connected, where the settings let pictures be sent."""
        at = self._sender.clock.now()
        if not sends_pictures(self._settings) or at.monotonic - self._pictures_at < PICTURE_INTERVAL_S:
            return
        self._pictures_at, taken = at.monotonic, at.wall - PICTURE_AGE_S
        for camera in [camera for camera, state in self._now().items() if state.get("connected")]:
            with contextlib.suppress(PasserbyError, OSError):  # there is another one in a minute
                picture = await asyncio.to_thread(self._sender.media.read, "thumbnail", camera, taken, at.wall, taken)
                if picture is not None:
                    await self._retain(client, f"{self._base}/{camera}/picture", picture)

    async def _retain(self, client: aiomqtt.Client, topic: str, payload: str | bytes) -> None:
        await client.publish(topic, payload, qos=1, retain=True)


def sends_pictures(settings: MqttSettings) -> bool:
    """Masked pictures go to a broker that gets thumbnails of events, and to no other."""
    return Priority.THUMBNAILS in settings.send


def _acknowledged_keys(payload: bytes) -> list[str]:
    """The keys in an acknowledgement: one key, or a JSON list of them."""
    text = payload.decode(errors="replace")
    try:
        found = json.loads(text)
    except ValueError:
        return [text]
    return [key for key in found if isinstance(key, str)] if isinstance(found, list) else [str(found)]
