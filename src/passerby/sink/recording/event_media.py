"""What an event shows, from the recordings, and so masked: a moment as JPEG, a stretch as MP4."""

from __future__ import annotations

import io
from contextlib import suppress
from pathlib import Path
from typing import Literal

import av
from PIL import Image

from passerby.core.errors import StoreError
from passerby.sink.recording.export import join, report_path
from passerby.store.recordings.index import Recordings

#: The folder, within the data folder, in which a stretch is put together.
FOLDER = "outgoing"
#: Longer side of a thumbnail, px, and its quality.
LONGEST, QUALITY = 640, 80


class Excerpts:
    """Of the recordings of one site. For one thread."""

    def __init__(self, recordings: Recordings) -> None:
        self._recordings = recordings

    def read(
        self, what: Literal["thumbnail", "clip"], camera: str, start: float, end: float, at: float
    ) -> bytes | None:
        """A thumbnail `at` a moment, or a clip from `start` to `end` (Unix seconds); None where nothing was recorded.

        A clip is the first file where the picture changed its size in between. Raises as `join` does for other reasons.
        """
        if what == "clip":
            return self._joined(camera, start, end)
        # A part is a second long, so a little on both sides has the moment in it.
        data = self._joined(camera, at - 1.5, at + 1.5)
        return None if data is None else _picture(data)

    def _joined(self, camera: str, start: float, end: float) -> bytes | None:
        folder = self._recordings.database.folder.path / FOLDER
        folder.mkdir(mode=0o750, exist_ok=True)
        path = folder / "excerpt.mp4"
        try:
            join(self._recordings, camera, start, end, path, force=True)
            return path.read_bytes()
        except (StoreError, FileNotFoundError):
            return None
        finally:
            for made in folder.glob("excerpt*"):
                _remove(made, report_path(made))


def _remove(*paths: Path) -> None:
    for path in paths:
        with suppress(FileNotFoundError):
            path.unlink()


def _picture(data: bytes) -> bytes:
    """The frame in the middle of a film, as JPEG without anything else."""
    with av.open(io.BytesIO(data), "r") as container:
        frames = list(container.decode(video=0))
    image: Image.Image = frames[len(frames) // 2].to_image()  # type: ignore[no-untyped-call]
    image.thumbnail((LONGEST, LONGEST))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
