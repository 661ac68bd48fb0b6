"""Counting on footage that is there: the same parts as behind a camera, fed from a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from passerby.config.counting_config import Counting
from passerby.config.timetable import Schedules
from passerby.core.clock import Moment
from passerby.core.kinds import Kind
from passerby.counting.camera_counter import Counter
from passerby.detect.frame_detector import Looker
from passerby.detect.model import Detectors
from passerby.detect.optical_flow import MotionEstimator
from passerby.detect.weights import Registry
from passerby.documents.count_records import Bin, Body
from passerby.source.video.file import VideoFile
from passerby.track.counting_tracker import Bodies

#: When the films are made to begin, Unix seconds: a whole minute.
BEGIN = 1_800_000_000


@dataclass(frozen=True)
class Counted:
    """What came of one film: its bins, how many tracks counted, and how many counted at each look."""

    bins: list[Bin]
    tracks: int
    at_looks: list[tuple[float, int]]

    def line(self, name: str) -> tuple[int, int]:
        """Crossings of everybody and everything, forward and back."""
        lines = [line for one in self.bins for line in one.lines if line.line == name]
        return sum(line.forward for line in lines), sum(line.back for line in lines)


def sightings(path: Path, every: int, detectors: Detectors, stride: int = 1) -> Iterator[tuple[float, list[Body]]]:
    """Looks at every so many frames: the time in the film, and who is there. Only every `stride`-th frame is taken, as
    of a camera that gives fewer."""
    with VideoFile.open(path) as video:
        info = video.info.videos[0]
        looker = Looker(detectors, info.geometry, {Kind.PERSON, Kind.VEHICLE})
        motion, bodies = MotionEstimator(info.geometry), Bodies(*info.geometry.upright)
        for frame in video.frames(0):
            if frame.index % stride:
                continue
            field, scene = motion.step(frame)
            seconds = float(frame.time * info.time_base)
            found = looker.look(frame) if frame.index % every == 0 else None
            seen = bodies.step(seconds, None if scene.cut else field, found)
            if seen is not None:
                yield seconds, seen


def count(path: Path, counting: Counting, every: int, detectors: Detectors | None = None, stride: int = 1) -> Counted:
    """Counts what a film shows, with a look at every so many frames."""
    detectors = detectors or Detectors(Registry.load())
    with VideoFile.open(path) as video:
        width, height = video.info.videos[0].geometry.upright
    counter = Counter("film", counting, width / height, Schedules([], ZoneInfo("UTC")))
    tracks: set[int] = set()
    at_looks = []
    for seconds, seen in sightings(path, every, detectors, stride):
        counter.see(Moment(seconds, BEGIN + seconds, True), seen)
        confirmed = {one.track for one in seen if one.confirmed}
        tracks |= confirmed
        at_looks.append((seconds, len(confirmed)))
    counter.close()
    return Counted(list(counter.bins()), len(tracks), at_looks)
