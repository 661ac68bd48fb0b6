"""Everything that a site sends, in a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from passerby.config.counting_config import CountingSettings
from passerby.config.fleet.credentials import FleetCredentials
from passerby.config.fleet.uplink import FLEET_DESTINATION
from passerby.config.uplink import UplinkSettings
from passerby.core.clock import Clock, SystemClock
from passerby.documents.status import CameraHealth
from passerby.store.counts.events_and_counts import CountStore
from passerby.store.database import Database
from passerby.store.outbox import Outbox
from passerby.uplink.camera_state import CameraTotalsReader
from passerby.uplink.delivery import POLL_INTERVAL_S, Sender
from passerby.uplink.event_media import EventMedia, NoEventMedia
from passerby.uplink.fleet.https import FleetHttpsUplink
from passerby.uplink.fleet.mqtt import FleetMqttUplink
from passerby.uplink.homeassistant import discovery_messages
from passerby.uplink.metrics import CountsCollector, serve
from passerby.uplink.mqtt import MqttUplink, sends_pictures
from passerby.uplink.presence import presence
from passerby.uplink.webhooks import WebhookUplink

#: Seconds before a channel that failed with an unexpected error runs again.
RESTART_S = 5.0


class Channel(Protocol):
    """One destination. `run` sends until `stop` is set; `problem`: why it cannot, None while it can."""

    problem: str | None

    async def run(self, stop: asyncio.Event) -> None: ...


class Uplink:
    """Sends what is due until it is closed. What is not sent by then is sent after the next start."""

    def __init__(
        self,
        site: str,
        settings: UplinkSettings,
        cameras: Mapping[str, CountingSettings],
        database: Database,
        *,
        media: EventMedia | None = None,
        clock: Clock | None = None,
        poll_interval_s: float = POLL_INTERVAL_S,
    ) -> None:
        """Raises UsageError where the credentials of a fleet cannot be used."""
        self._outbox = Outbox(database)
        self._cameras, self._present = dict(cameras), dict[str, Mapping[str, object]]()
        self._mqtt: MqttUplink | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        states = CameraTotalsReader(CountStore(database, site))
        channels: list[Channel] = []

        def sender(destination: str) -> Sender:
            fleet = {} if settings.fleet is None else {FLEET_DESTINATION: settings.fleet.destination}
            budget = {**settings.destinations(), **fleet}[destination]
            return Sender(
                destination, budget, self._outbox, media or NoEventMedia(), clock or SystemClock(), poll_interval_s
            )

        if settings.mqtt is not None:
            prefix = settings.mqtt.prefix
            pictures = sends_pictures(settings.mqtt)
            self._mqtt = MqttUplink(
                site,
                settings.mqtt,
                sender("mqtt"),
                lambda: discovery_messages(prefix, site, self._cameras, pictures=pictures),
                states.as_json,
                lambda: self._present,
            )
            channels.append(self._mqtt)
        channels += [WebhookUplink(hook, sender(f"webhook:{hook.name}")) for hook in settings.webhooks]
        if settings.fleet is not None:
            credentials = FleetCredentials.read(Path(settings.fleet.credentials))
            to_fleet = FleetMqttUplink if settings.fleet.by == "mqtt" else FleetHttpsUplink
            channels.append(to_fleet(credentials, sender(FLEET_DESTINATION)))
        self._channels = channels
        self._stop: Callable[[], None] = lambda: None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="passerby-uplink", daemon=True)
        self.metrics_port: int | None = None
        self._stop_metrics: Callable[[], None] = lambda: None
        if settings.prometheus is not None:
            collector = CountsCollector(site, CameraTotalsReader(CountStore(database, site)), self._outbox)
            self.metrics_port, self._stop_metrics = serve(settings.prometheus, collector)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def problems(self) -> list[str]:
        """Why messages cannot be sent, for `passerby status`; empty while they can."""
        return [channel.problem for channel in self._channels if channel.problem is not None]

    def apply(self, cameras: Mapping[str, CountingSettings]) -> None:
        """The site has these cameras and zones from now on: whoever was told of others is told. From any thread."""
        self._cameras = dict(cameras)
        self._present = {name: state for name, state in self._present.items() if name in cameras}
        if self._mqtt is not None and self._loop is not None:
            with contextlib.suppress(RuntimeError):  # it has ended
                self._loop.call_soon_threadsafe(self._mqtt.changed)

    def update(self, cameras: Mapping[str, CameraHealth]) -> None:
        """What is so at each camera now. From any thread."""
        self._present = {name: presence(camera) for name, camera in cameras.items()}

    def start(self) -> None:
        self._thread.start()
        self._ready.wait()

    def close(self) -> None:
        """Stops sending. What was sent and not acknowledged is sent again after the next start, under the same key."""
        if self._thread.is_alive():
            self._stop()
            self._thread.join(timeout=30)
        self._stop_metrics()

    async def _run(self) -> None:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        self._loop = loop

        def request_stop() -> None:
            loop.call_soon_threadsafe(stop.set)

        self._stop = request_stop
        self._ready.set()
        async with asyncio.TaskGroup() as group:
            for channel in self._channels:
                group.create_task(_run_forever(channel, stop))


async def _run_forever(channel: Channel, stop: asyncio.Event) -> None:
    """An error in one channel must not end the others, nor the channel itself."""
    while not stop.is_set():
        try:
            await channel.run(stop)
        except Exception as error:  # a full disk, a busy database: reported, and tried again
            channel.problem = f"{type(error).__name__}: {error}"
            try:
                async with asyncio.timeout(RESTART_S):
                    await stop.wait()
            except TimeoutError:
                continue
