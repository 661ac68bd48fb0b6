"""Media of an event from the (masked) recordings: a thumbnail as JPEG, a clip as MP4."""

from __future__ import annotations

import shutil
from secrets import token_hex
from typing import Literal

from passerby.core.errors import StoreError
from passerby.sink.recording.export import export_recording
from passerby.sink.recording.thumbnail import middle_thumbnail
from passerby.store.recordings.index import Recordings

#: The folder, within the data folder, in which a clip is assembled.
SCRATCH_FOLDER = "outgoing"
FOLDER_PREFIX = "event-"
#: Longer side of a thumbnail in pixels, and its JPEG quality: it is sent once, and shown in other programs.
MAX_DIMENSION, QUALITY = 640, 80


class RecordedEventMedia:
    """Thumbnails and clips from the recordings of one site, for several destinations at once."""

    def __init__(self, recordings: Recordings) -> None:
        self._recordings = recordings
        for left in (recordings.database.folder.path / SCRATCH_FOLDER).glob(f"{FOLDER_PREFIX}*"):
            shutil.rmtree(left, ignore_errors=True)  # of a program that was killed

    def read(
        self, kind: Literal["thumbnail", "clip"], camera: str, start: float, end: float, at: float
    ) -> bytes | None:
        """A thumbnail at time `at`, or a clip from `start` to `end` (Unix seconds); None where nothing was recorded.

        If the resolution changed in between, the clip is the first of the files. Raises as `export_recording` does for
        other reasons.
        """
        if kind == "clip":
            return self._export_clip(camera, start, end)
        # A part lasts a second, so this range contains the requested time.
        data = self._export_clip(camera, at - 1.5, at + 1.5)
        return None if data is None else middle_thumbnail(data, MAX_DIMENSION, QUALITY)

    def _export_clip(self, camera: str, start: float, end: float) -> bytes | None:
        scratch = self._recordings.database.folder.path / SCRATCH_FOLDER
        # A folder of its own: MQTT and webhooks make theirs at the same time, of the same event.
        folder = scratch / f"{FOLDER_PREFIX}{token_hex(8)}"
        folder.mkdir(mode=0o750, parents=True)
        try:
            path = folder / "excerpt.mp4"
            export_recording(self._recordings, camera, start, end, path)
            return path.read_bytes()
        except (StoreError, FileNotFoundError):
            return None
        finally:
            shutil.rmtree(folder, ignore_errors=True)
