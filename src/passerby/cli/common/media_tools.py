"""What the pages of a site need from packages that the server does not import."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlsplit

from passerby.config.site import CameraSettings
from passerby.core.errors import CameraLost
from passerby.documents.recording_report import RecordingReport
from passerby.server.site.context import CameraCheck, DiscoveredCamera, DiscoveredStream
from passerby.sink.recording.export import export_recording
from passerby.sink.recording.thumbnail import fragment_thumbnail, jpeg_thumbnail
from passerby.source.camera.discovery import OnvifDevice, find_devices, list_streams
from passerby.source.camera.ptz import OnvifLogin, go_to_preset, list_presets
from passerby.store.recordings.index import Recordings
from passerby.watch.camera_check import check_camera

#: Longer side of the still of a checked camera, px.
MAX_STILL_SIDE = 960


class SiteTools:
    """Implements `server.site.context.MediaTools`."""

    def thumbnail(self, video: bytes, max_side: int) -> bytes:
        return fragment_thumbnail(video, max_side)

    def export_clip(
        self, recordings: Recordings, camera: str, start: float, end: float, output: Path
    ) -> Sequence[RecordingReport]:
        return export_recording(recordings, camera, start, end, output)

    def discover(
        self, timeout_s: float, host: str | None, user: str | None, password: str | None
    ) -> Sequence[DiscoveredCamera]:
        return [_discovered(device, user, password) for device in find_devices(timeout_s, host)]

    def check_camera(self, settings: CameraSettings) -> CameraCheck:
        result = check_camera(settings)
        if result.problem is not None or result.video is None or result.still is None:
            return CameraCheck(result.problem or "The camera delivered no picture.")
        width, height = result.video.geometry.display_size
        return CameraCheck(None, width, height, result.fps, jpeg_thumbnail(result.still.av_frame, MAX_STILL_SIDE))

    def presets(self, settings: CameraSettings) -> Sequence[tuple[str, str]]:
        return [(preset.token, preset.name) for preset in list_presets(_onvif_login(settings))]

    def go_to_preset(self, settings: CameraSettings, token: str) -> None:
        go_to_preset(_onvif_login(settings), token)


def _onvif_login(settings: CameraSettings) -> OnvifLogin:
    """At the host of its stream, with the same login."""
    password = None if settings.password is None else settings.password.get_secret_value()
    return OnvifLogin(urlsplit(settings.url).hostname or "", settings.onvif_port or 80, settings.user, password)


def _discovered(device: OnvifDevice, user: str | None, password: str | None) -> DiscoveredCamera:
    try:
        streams, problem = list_streams(device, user, password), None
    except CameraLost as error:
        streams, problem = [], str(error)
    found = tuple(DiscoveredStream(**asdict(stream)) for stream in streams)
    return DiscoveredCamera(name=device.name, host=device.host, streams=found, problem=problem)
