"""Everything that goes out of one site, in one thread beside the rest."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

from passerby.config.counting_config import Counting
from passerby.config.uplink import UplinkSettings
from passerby.core.clock import Clock, SystemClock
from passerby.store.counts.events_and_counts import Counts
from passerby.store.database import Database
from passerby.store.outbox import Outbox
from passerby.uplink.camera_state import States
from passerby.uplink.delivery import PAUSE, Sender
from passerby.uplink.event_media import NoPictures, Pictures
from passerby.uplink.homeassistant import announcements
from passerby.uplink.metrics import Exposed, serve
from passerby.uplink.mqtt import MqttUplink
from passerby.uplink.webhooks import Webhooks


class Uplink:
    """Sends what is due until it is closed. What is not sent by then is sent after the next start."""

    def __init__(
        self,
        site: str,
        settings: UplinkSettings,
        cameras: Mapping[str, Counting],
        database: Database,
        *,
        pictures: Pictures | None = None,
        clock: Clock | None = None,
        pause: float = PAUSE,
    ) -> None:
        self._outbox = Outbox(database)
        states = States(Counts(database, site))
        ways: list[MqttUplink | Webhooks] = []

        def sender(destination: str) -> Sender:
            budget = settings.destinations()[destination]
            return Sender(destination, budget, self._outbox, pictures or NoPictures(), clock or SystemClock(), pause)

        if settings.mqtt is not None:
            prefix = settings.mqtt.prefix
            ways.append(
                MqttUplink(
                    site,
                    settings.mqtt,
                    sender("mqtt"),
                    lambda: announcements(prefix, site, cameras),
                    states.shown,
                )
            )
        ways += [Webhooks(hook, sender(f"webhook:{hook.name}")) for hook in settings.webhooks]
        self._ways = ways
        self._stop: Callable[[], None] = lambda: None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="passerby-uplink", daemon=True)
        self.metrics_port: int | None = None
        self._end_metrics: Callable[[], None] = lambda: None
        if settings.prometheus is not None:
            exposed = Exposed(site, States(Counts(database, site)), self._outbox)
            self.metrics_port, self._end_metrics = serve(settings.prometheus, exposed)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def problems(self) -> list[str]:
        """What keeps things from being sent, for `passerby status`; empty while nothing does."""
        return [way.problem for way in self._ways if way.problem is not None]

    def start(self) -> None:
        self._thread.start()
        self._ready.wait()

    def close(self) -> None:
        """Stops sending. What was sent and not confirmed is sent again next time, under the same id."""
        if self._thread.is_alive():
            self._stop()
            self._thread.join(timeout=30)
        self._end_metrics()

    async def _run(self) -> None:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()

        def end() -> None:
            loop.call_soon_threadsafe(stop.set)

        self._stop = end
        self._ready.set()
        async with asyncio.TaskGroup() as group:
            for way in self._ways:
                group.create_task(_kept_up(way, stop))


async def _kept_up(way: MqttUplink | Webhooks, stop: asyncio.Event) -> None:
    """A fault in one way out must not end the others, nor be the end of it."""
    while not stop.is_set():
        try:
            await way.run(stop)
        except Exception as error:  # a full disk, a database that is busy: said, and tried again
            way.problem = f"{type(error).__name__}: {error}"
            try:
                async with asyncio.timeout(5):
                    await stop.wait()
            except TimeoutError:
                continue
