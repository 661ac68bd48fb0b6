"""How it goes with the recording of one camera."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class WriterState:
    """How it goes: parts (of a second) and bytes that were `stored`, parts that were `lost`, frames that were `dropped`
    for their time. `trouble` is why the newest part was not stored: `full`, `gone` (the data folder), `slow` or
    `failed`, and `message` says it to a person; both are empty when all is well."""

    stored: int = 0
    bytes: int = 0
    lost: int = 0
    dropped: int = 0
    trouble: str = ""
    message: str = ""

    def and_stored(self, size: int) -> WriterState:
        """One part more, of so many bytes."""
        return replace(self, stored=self.stored + 1, bytes=self.bytes + size, trouble="", message="")

    def and_lost(self, trouble: str, message: str) -> WriterState:
        """One part less."""
        return replace(self, lost=self.lost + 1, trouble=trouble, message=message)

    def with_dropped(self, frames: int) -> WriterState:
        """So many frames were dropped up to now."""
        return replace(self, dropped=frames)
