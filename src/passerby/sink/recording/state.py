"""State of the recording of one camera."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class WriterState:
    """Counters of one recording: parts (of a second) and bytes `stored`, parts `lost`, frames `dropped` for their
    timestamps. `failure` is why the newest part was not stored: `full`, `gone` (the data folder), `slow` or `failed`,
    and `message` explains it to a person; both are empty while recording works."""

    stored: int = 0
    bytes: int = 0
    lost: int = 0
    dropped: int = 0
    failure: str = ""
    message: str = ""

    def with_stored(self, size: int) -> WriterState:
        """One more part stored, of `size` bytes."""
        return replace(self, stored=self.stored + 1, bytes=self.bytes + size, failure="", message="")

    def with_lost(self, failure: str, message: str) -> WriterState:
        """One more part lost."""
        return replace(self, lost=self.lost + 1, failure=failure, message=message)

    def with_dropped(self, frames: int) -> WriterState:
        """`frames` were dropped so far."""
        return replace(self, dropped=frames)
