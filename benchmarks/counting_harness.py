"""Counting on recorded footage: the same components as behind a camera, fed from a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from passerby.config.counting_config import CountingSettings
from passerby.config.timetable import Schedules
from passerby.core.clock import Moment
from passerby.core.kinds import Kind
from passerby.counting.camera_counter import CameraCounter
from passerby.detect.frame_detector import FrameDetector
from passerby.detect.model import Detectors
from passerby.detect.optical_flow import MotionEstimator
from passerby.detect.weights import Registry
from passerby.documents.count_records import CountBin, CountedObject
from passerby.source.video.file import VideoFile
from passerby.track.counting_tracker import CountingTracker

#: Assumed start of each video, Unix seconds: a whole minute.
BEGIN = 1_800_000_000


@dataclass(frozen=True)
class CountResult:
    """The counts of one video: its bins, the number of confirmed tracks, and of those confirmed at each detection."""

    bins: list[CountBin]
    tracks: int
    confirmed_at: list[tuple[float, int]]

    def line(self, name: str) -> tuple[int, int]:
        """Crossings of all object classes, forward and backward."""
        lines = [line for item in self.bins for line in item.lines if line.line == name]
        return sum(line.forward for line in lines), sum(line.backward for line in lines)


def detect_bodies(
    path: Path, every: int, detectors: Detectors, stride: int = 1
) -> Iterator[tuple[float, list[CountedObject]]]:
    """Detections at every `every`-th frame: the time in the video, and the tracked bodies. Only every `stride`-th frame
    is used, as of a camera with a lower frame rate."""
    with VideoFile.open(path) as video:
        info = video.info.videos[0]
        detector = FrameDetector(detectors, info.geometry, {Kind.PERSON, Kind.VEHICLE})
        motion, bodies = MotionEstimator(info.geometry), CountingTracker(*info.geometry.display_size)
        for frame in video.frames(0):
            if frame.index % stride:
                continue
            field, change = motion.estimate(frame)
            seconds = float(frame.time * info.time_base)
            found = detector.detect(frame) if frame.index % every == 0 else None
            bodies_seen = bodies.update(seconds, None if change.cut else field, found)
            if bodies_seen is not None:
                yield seconds, bodies_seen


def count(
    path: Path, counting: CountingSettings, every: int, detectors: Detectors | None = None, stride: int = 1
) -> CountResult:
    """Count in a video, with detection at every `every`-th frame."""
    detectors = detectors or Detectors(Registry.load())
    with VideoFile.open(path) as video:
        width, height = video.info.videos[0].geometry.display_size
    counter = CameraCounter("video", counting, width / height, Schedules([], ZoneInfo("UTC")))
    tracks: set[int] = set()
    confirmed_at = []
    for seconds, bodies_seen in detect_bodies(path, every, detectors, stride):
        counter.update(Moment(seconds, BEGIN + seconds, True), bodies_seen)
        confirmed = {item.track for item in bodies_seen if item.confirmed}
        tracks |= confirmed
        confirmed_at.append((seconds, len(confirmed)))
    counter.close()
    return CountResult(counter.take_bins(), len(tracks), confirmed_at)
