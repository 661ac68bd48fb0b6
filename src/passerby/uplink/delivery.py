"""What MQTT and webhooks share: the outbox of one destination, and the messages that are due in it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Collection
from dataclasses import dataclass

from passerby.config.uplink_destination import DestinationSettings, Priority
from passerby.core.clock import Clock
from passerby.core.errors import PasserbyError
from passerby.store.outbox import Message, Outbox
from passerby.uplink.event_media import EventMedia, MediaKind

#: Seconds between two polls of the outbox while nothing is due.
POLL_INTERVAL_S = 1.0
#: Content type of event media.
MEDIA_TYPES = {Priority.THUMBNAILS: "image/jpeg", Priority.CLIPS: "video/mp4"}


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """A message as it is sent: JSON, or event media of `content_type`, described by `metadata` (JSON)."""

    message: Message
    body: bytes
    content_type: str
    metadata: bytes

    @property
    def size(self) -> int:
        return len(self.message.topic) + len(self.body)


@dataclass(frozen=True, slots=True)
class Sender:
    """One destination's part of the outbox."""

    destination: str
    budget: DestinationSettings
    outbox: Outbox
    media: EventMedia
    clock: Clock
    poll_interval_s: float = POLL_INTERVAL_S

    async def due(self) -> list[OutboundMessage]:
        """The messages to send now. Event media are read from the recordings and come last: they are large, so one at
        a time."""
        now = self.clock.now().wall
        found = []
        for queued in await asyncio.to_thread(self.outbox.due, self.destination, self.budget, now):
            try:
                message = await asyncio.to_thread(self._build, queued)
            except (PasserbyError, OSError) as error:  # its picture cannot be made now: the connection is in order
                await asyncio.to_thread(self.outbox.failed, self.destination, queued, str(error), now, 0)
                continue
            if queued.camera is None:
                found.append(message)
            elif await self._fits_budget(message):
                return [*found, message]
            else:
                reason = "it exceeds what is left of today's budget"
                await asyncio.to_thread(self.outbox.failed, self.destination, queued, reason, now, 0)
        return found

    async def delivered(self, *messages: OutboundMessage) -> None:
        await self._call(self.outbox.delivered, {message.message.id: message.size for message in messages})

    async def mark_sent(self, *messages: OutboundMessage) -> None:
        """They are about to be sent; the receiver has to acknowledge them."""
        await self._call(self.outbox.mark_sent, {message.message.id: message.size for message in messages})

    async def acknowledged(self, keys: Collection[str]) -> None:
        """The receiver has acknowledged these, by their keys."""
        await asyncio.to_thread(self.outbox.acknowledged, self.destination, keys)

    async def failed(self, message: OutboundMessage, error: str, min_wait_s: float = 0.0) -> None:
        now = self.clock.now().wall
        await asyncio.to_thread(
            self.outbox.failed, self.destination, message.message, error, now, message.size, min_wait_s
        )

    async def _call(self, operation: Callable[[str, dict[int, int], float], None], sizes: dict[int, int]) -> None:
        await asyncio.to_thread(operation, self.destination, sizes, self.clock.now().wall)

    async def _fits_budget(self, message: OutboundMessage) -> bool:
        now, priority, size = self.clock.now().wall, message.message.priority, message.size
        return await asyncio.to_thread(self.outbox.fits_budget, self.destination, self.budget, priority, now, size)

    def _build(self, message: Message) -> OutboundMessage:
        if message.camera is None or message.start is None or message.end is None:
            return OutboundMessage(message, message.body, "application/json", message.body)
        metadata = json.loads(message.body)
        kind: MediaKind = "thumbnail" if message.priority is Priority.THUMBNAILS else "clip"
        media = self.media.read(kind, message.camera, message.start, message.end, metadata["event"]["time"])
        if media is None:
            missing = json.dumps({**metadata, "missing": True}, separators=(",", ":")).encode()
            return OutboundMessage(message, missing, "application/json", missing)
        return OutboundMessage(message, media, MEDIA_TYPES[message.priority], message.body)
