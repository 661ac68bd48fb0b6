"""What the pages of a site need from rooms that the server does not know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from passerby.config.site import CameraSettings
from passerby.core.errors import CameraLost
from passerby.documents.recording_report import RecordingReport
from passerby.server.site.context import FoundCamera, FoundStream, Trial
from passerby.sink.recording.export import join
from passerby.sink.recording.thumbnail import glimpse, picture
from passerby.source.camera.discovery import Device, find_devices, streams_of
from passerby.store.recordings.index import Recordings
from passerby.watch.camera_check import try_camera

#: The longer side of the still of a camera that is tried, px.
STILL = 960


class SiteTools:
    """Joins, looks, finds and tries."""

    def glimpse(self, film: bytes, longest: int) -> bytes:
        return glimpse(film, longest)

    def clip(
        self, recordings: Recordings, camera: str, begins: float, ends: float, output: Path
    ) -> Sequence[RecordingReport]:
        return join(recordings, camera, begins, ends, output)

    def find(self, seconds: float, at: str | None, user: str | None, password: str | None) -> Sequence[FoundCamera]:
        return [_found(device, user, password) for device in find_devices(seconds, at)]

    def try_camera(self, settings: CameraSettings) -> Trial:
        tried = try_camera(settings)
        if tried.problem is not None or tried.video is None or tried.still is None:
            return Trial(tried.problem or "It gave no picture.")
        width, height = tried.video.geometry.upright
        return Trial(None, width, height, tried.frames_a_second, picture(tried.still.picture, STILL))


def _found(device: Device, user: str | None, password: str | None) -> FoundCamera:
    try:
        streams, problem = streams_of(device, user, password), None
    except CameraLost as error:
        streams, problem = [], str(error)
    told = tuple(FoundStream(**asdict(stream)) for stream in streams)
    return FoundCamera(name=device.name, host=device.host, streams=told, problem=problem)
