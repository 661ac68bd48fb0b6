"""Where thumbnails and clips come from when they are sent: the recordings, which are masked."""

from __future__ import annotations

from typing import Literal, Protocol

What = Literal["thumbnail", "clip"]


class Pictures(Protocol):
    """Reads from the recordings. Given by whoever knows them."""

    def read(self, what: What, camera: str, start: float, end: float, at: float) -> bytes | None:
        """A JPEG of that camera `at` a moment, or an MP4 from `start` to `end` (Unix seconds). None where nothing was
        recorded."""
        ...


class NoPictures:
    """Where nothing is recorded."""

    def read(self, what: What, camera: str, start: float, end: float, at: float) -> bytes | None:
        return None
