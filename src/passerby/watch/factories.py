"""What a camera's settings turn into: its capture, its detector, and the writer of its recordings."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

from passerby.config.site import CameraSettings, Site
from passerby.core.clock import Clock
from passerby.core.kinds import Kind
from passerby.core.media import Geometry, VideoInfo
from passerby.detect.frame_detector import FrameDetector, required_models
from passerby.detect.live_schedule import LIVE_PROFILES
from passerby.detect.model import Detectors
from passerby.detect.weights import Registry
from passerby.sink.recording.writer import RecordingWriter
from passerby.source.camera.capture import Camera
from passerby.store.recordings.index import Recordings
from passerby.store.recordings.part import Part
from passerby.watch.recorder_thread import FrameWriter
from passerby.watch.retention import ChangingPolicy, retention_of


def open_camera(settings: CameraSettings, clock: Clock, listener: socket.socket | None = None) -> Camera:
    """The camera that the settings describe. Connects when its frames are read."""
    return Camera(
        settings.address(),
        clock,
        udp=settings.transport == "udp",
        max_fps=settings.max_fps,
        max_dimension=settings.max_dimension,
        listener=listener,
    )


def detector_factory(settings: CameraSettings) -> Callable[[Geometry], FrameDetector]:
    """A function that loads the models of a camera for a frame geometry. It raises PasserbyError where they are missing
    or fail the known-answer test."""

    def load(geometry: Geometry) -> FrameDetector:
        detectors = Detectors(Registry.load(), threads=1)
        detector = FrameDetector(detectors, geometry, _kinds(settings), LIVE_PROFILES[settings.profile])
        detector.wait_until_ready()
        detector.prepare_live_frames()
        return detector

    return load


def _kinds(settings: CameraSettings) -> tuple[Kind, ...]:
    return *settings.hide, *settings.counting.required_kinds


def weights_in_use(site: Site) -> dict[str, str]:
    """The hash of each model that the cameras of a site run on every frame, by its id. Raises WeightsError."""
    registry = Registry.load().items()
    used = {
        id for camera in site.cameras.values() for id in required_models(_kinds(camera), LIVE_PROFILES[camera.profile])
    }
    return {id: entry.sha256 for id, entry in registry if id in used}


def part_writer_factory(
    site: Site, camera: str, live: Callable[[Part], None] | None = None, policy: ChangingPolicy | None = None
) -> Callable[[VideoInfo, CameraSettings], FrameWriter]:
    """A function that makes a writer of one camera's parts for a frame size. The store is opened on the first call,
    which raises as Recordings.open does until it succeeds. `live` is called with each part; `policy` is that of the
    site, where it may change."""
    opened: list[Recordings] = []

    def make(video: VideoInfo, settings: CameraSettings) -> FrameWriter:
        if not opened:
            opened.append(Recordings.open(Path(site.data), retention_of(site)))
            if policy is not None:
                policy.add(opened[0].retention)
        return RecordingWriter(
            camera,
            opened[0],
            width=video.geometry.width,
            height=video.geometry.height,
            frame_rate=float(video.frame_rate or settings.max_fps),
            quality=settings.quality,
            live=live,
        )

    return make
