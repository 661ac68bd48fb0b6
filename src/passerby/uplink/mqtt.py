"""MQTT: what is due is published, the state of each camera is kept at the broker, and Home Assistant is told of them.

Topics, below PREFIX/SITE: `status` (online or offline, retained; the broker says offline when the line breaks),
`CAMERA/counts`, `CAMERA/event`, `CAMERA/thumbnail` and `CAMERA/clip` (what the outbox holds, repeats aside),
`CAMERA/state` (the newest minute and the totals, retained), and `received`, to which a receiver may publish ids.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import ssl
from collections.abc import Callable, Sequence

import aiomqtt

from passerby.config.uplink import Mqtt
from passerby.uplink.delivery import Parcel, Sender
from passerby.uplink.homeassistant import Announcement

#: Seconds before the first new try to connect, doubled at each up to the longest.
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
#: Seconds that the broker has to say that it has a message.
PATIENCE = 20.0
#: Seconds of silence after which the broker tells others that the line is broken.
KEEPALIVE = 30

#: The state of every camera by name, as it is to be shown: called whenever the outbox is looked into.
Shown = Callable[[], dict[str, dict[str, object]]]


class MqttUplink:
    """One broker. `announce` gives what is told to Home Assistant; `states` the state of each camera."""

    def __init__(
        self, site: str, settings: Mqtt, sender: Sender, announce: Callable[[], list[Announcement]], states: Shown
    ) -> None:
        self._settings, self._sender = settings, sender
        self._announce, self._states = announce, states
        self._site = site
        self._base = f"{settings.prefix}/{site}"
        self._again = asyncio.Event()
        self._shown: dict[str, str] = {}
        #: Ids that the receiver says it has, and that are not yet taken out of the outbox.
        self._heard: set[str] = set()
        #: What is wrong with the connection, None while it stands.
        self.problem: str | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set: connect, again and again."""
        pause = FIRST_PAUSE
        while not stop.is_set():
            try:
                async with self._client() as client:
                    self.problem, pause = None, FIRST_PAUSE
                    await self._serve(client, stop)
            except (aiomqtt.MqttError, OSError, TimeoutError) as error:
                self.problem = f"{self._settings.host}:{self._settings.port}: {error or type(error).__name__}"
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(pause * (0.5 + random.random() / 2)):
                        await stop.wait()
                pause = min(2 * pause, LONGEST_PAUSE)

    def _client(self) -> aiomqtt.Client:
        s = self._settings
        return aiomqtt.Client(
            s.host,
            s.port,
            username=s.user,
            password=None if s.password is None else s.password.get_secret_value(),
            identifier=f"passerby-{self._site}",
            tls_context=ssl.create_default_context() if s.tls else None,
            will=aiomqtt.Will(f"{self._base}/status", "offline", qos=1, retain=True),
            keepalive=KEEPALIVE,
            timeout=PATIENCE,
        )

    async def _serve(self, client: aiomqtt.Client, stop: asyncio.Event) -> None:
        await client.subscribe(f"{self._settings.discovery_prefix}/status", qos=1)
        if self._settings.confirm == "receiver":
            await client.subscribe(f"{self._base}/received", qos=1)
        self._again.set()
        listening = asyncio.create_task(self._listen(client))
        stopping = asyncio.create_task(stop.wait())
        working = asyncio.create_task(self._work(client))
        try:
            done, _ = await asyncio.wait({listening, stopping, working}, return_when=asyncio.FIRST_COMPLETED)
            for task in done - {stopping}:
                task.result()  # raises what has ended it
            await client.publish(f"{self._base}/status", "offline", qos=1, retain=True, timeout=2)
        finally:
            for task in (listening, stopping, working):
                task.cancel()
            await asyncio.gather(listening, stopping, working, return_exceptions=True)

    async def _listen(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            payload = bytes(message.payload) if isinstance(message.payload, bytes | bytearray) else b""
            if message.topic.matches(f"{self._settings.discovery_prefix}/status"):
                if payload == b"online":  # Home Assistant has started, and knows nothing yet
                    self._again.set()
            elif message.topic.matches(f"{self._base}/received"):
                self._heard.update(_keys(payload))

    async def _work(self, client: aiomqtt.Client) -> None:
        while True:
            if self._again.is_set():
                self._again.clear()
                await self._tell_all(client)
            await self._show(client)
            if self._heard:
                heard, self._heard = self._heard, set()
                await self._sender.heard(heard)
            parcels = await self._sender.due()
            await self._publish(client, parcels)
            if not parcels:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._sender.pause):
                        await self._again.wait()

    async def _publish(self, client: aiomqtt.Client, parcels: Sequence[Parcel]) -> None:
        """One after the other, so that what is most urgent is there first; written down together."""
        if not parcels:
            return
        if self._settings.confirm == "receiver":
            await self._sender.told(*parcels)
        arrived: list[Parcel] = []
        try:
            for parcel in parcels:
                topic = f"{self._base}/{parcel.message.topic}"
                if parcel.told is not parcel.body:  # a picture: what it is of comes before it
                    await client.publish(f"{topic}/about", parcel.told, qos=1)
                await client.publish(topic, parcel.body, qos=1)
                arrived.append(parcel)
        finally:
            if self._settings.confirm == "broker" and arrived:
                await self._sender.delivered(*arrived)

    async def _tell_all(self, client: aiomqtt.Client) -> None:
        self._shown.clear()
        if self._settings.home_assistant:
            for announcement in await asyncio.to_thread(self._announce):
                topic = f"{self._settings.discovery_prefix}/device/{announcement.id}/config"
                await client.publish(topic, json.dumps(announcement.payload), qos=1, retain=True)
        await client.publish(f"{self._base}/status", "online", qos=1, retain=True)

    async def _show(self, client: aiomqtt.Client) -> None:
        for camera, state in (await asyncio.to_thread(self._states)).items():
            text = json.dumps(state, separators=(",", ":"))
            if self._shown.get(camera) != text:
                await client.publish(f"{self._base}/{camera}/state", text, qos=1, retain=True)
                self._shown[camera] = text


def _keys(payload: bytes) -> list[str]:
    """What a receiver has: one id, or a JSON list of them."""
    text = payload.decode(errors="replace")
    try:
        found = json.loads(text)
    except ValueError:
        return [text]
    return [key for key in found if isinstance(key, str)] if isinstance(found, list) else [str(found)]
