"""What the ways out have in common: the outbox, and what becomes of a message that is due."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Collection
from dataclasses import dataclass

from passerby.config.uplink import Budget, Priority
from passerby.core.clock import Clock
from passerby.store.outbox import Message, Outbox
from passerby.uplink.event_media import Pictures, What

#: Seconds between two looks into the outbox while nothing is due.
PAUSE = 1.0
#: What a picture is sent as.
TYPES = {Priority.THUMBNAILS: "image/jpeg", Priority.CLIPS: "video/mp4"}


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message as it is sent: JSON, or a picture of `type`, of which `told` is the JSON."""

    message: Message
    body: bytes
    type: str
    told: bytes

    @property
    def size(self) -> int:
        return len(self.message.topic) + len(self.body)


@dataclass(frozen=True, slots=True)
class Sender:
    """One destination's part of the outbox."""

    destination: str
    budget: Budget
    outbox: Outbox
    pictures: Pictures
    clock: Clock
    pause: float = PAUSE

    async def due(self) -> list[Parcel]:
        """What is to be sent now. A picture is read from the recordings, and is the last: they are large, so there is
        one at a time."""
        now = self.clock.now().wall
        found = []
        for message in await asyncio.to_thread(self.outbox.due, self.destination, self.budget, now):
            parcel = await asyncio.to_thread(self._packed, message)
            if message.camera is None:
                found.append(parcel)
            elif await self._has_room(parcel):
                return [*found, parcel]
            else:
                why = "there is no room for it in today's bytes"
                await asyncio.to_thread(self.outbox.failed, self.destination, message, why, now, 0)
        return found

    async def delivered(self, *parcels: Parcel) -> None:
        await self._call(self.outbox.delivered, {parcel.message.id: parcel.size for parcel in parcels})

    async def told(self, *parcels: Parcel) -> None:
        """About to be sent; the receiver will have to say that it has them."""
        await self._call(self.outbox.told, {parcel.message.id: parcel.size for parcel in parcels})

    async def heard(self, keys: Collection[str]) -> None:
        """The receiver says that it has these."""
        await asyncio.to_thread(self.outbox.heard, self.destination, keys)

    async def failed(self, parcel: Parcel, problem: str, wait: float = 0.0) -> None:
        now = self.clock.now().wall
        await asyncio.to_thread(self.outbox.failed, self.destination, parcel.message, problem, now, parcel.size, wait)

    async def _call(self, what: Callable[[str, dict[int, int], float], None], sizes: dict[int, int]) -> None:
        await asyncio.to_thread(what, self.destination, sizes, self.clock.now().wall)

    async def _has_room(self, parcel: Parcel) -> bool:
        now, priority = self.clock.now().wall, parcel.message.priority
        return await asyncio.to_thread(self.outbox.room, self.destination, self.budget, priority, now, parcel.size)

    def _packed(self, message: Message) -> Parcel:
        if message.camera is None or message.start is None or message.end is None:
            return Parcel(message, message.body, "application/json", message.body)
        about = json.loads(message.body)
        what: What = "thumbnail" if message.priority is Priority.THUMBNAILS else "clip"
        picture = self.pictures.read(what, message.camera, message.start, message.end, about["event"]["at"])
        if picture is None:
            told = json.dumps({**about, "missing": True}, separators=(",", ":")).encode()
            return Parcel(message, told, "application/json", told)
        return Parcel(message, picture, TYPES[message.priority], message.body)
