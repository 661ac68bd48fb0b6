"""Where thumbnails and clips of events come from when they are sent: the masked recordings."""

from __future__ import annotations

from typing import Literal, Protocol

MediaKind = Literal["thumbnail", "clip"]


class EventMedia(Protocol):
    """Reads from the recordings. Passed in by `watch`, which has them."""

    def read(self, kind: MediaKind, camera: str, start: float, end: float, at: float) -> bytes | None:
        """A JPEG of that camera `at` a time, or an MP4 from `start` to `end` (Unix seconds). None where nothing was
        recorded."""
        ...


class NoEventMedia:
    """For sites that record nothing."""

    def read(self, kind: MediaKind, camera: str, start: float, end: float, at: float) -> bytes | None:
        return None
