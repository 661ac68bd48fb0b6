"""Live redaction accuracy: `python benchmarks/live.py FOLDER OUT [INTERVAL [LATENCY [PROFILE]]]`.

Each clip of FOLDER is played as a camera, and the output frames are written to OUT under its own name, for
`passerby bench accuracy FOLDER --redacted OUT`. Time is simulated, so the machine's load does not matter: a detection
starts interval INTERVAL seconds (1.0), and its result arrives LATENCY seconds later (0.5).
"""

from __future__ import annotations

import json
import sys
from collections import Counter, deque
from concurrent.futures import Future
from pathlib import Path

import av

from passerby.config.address import parse_address
from passerby.config.settings import Profile
from passerby.config.site import CameraSettings
from passerby.core.clock import Moment
from passerby.source.camera.capture import Camera
from passerby.source.video.file import VideoFile
from passerby.watch.factories import detector_factory
from passerby.watch.live_pipeline import LivePipeline


class SimulatedDetector:
    """A clock that is advanced by hand, and detections that finish by it."""

    def __init__(self, settings, interval, latency):
        self.at, self.interval, self._latency = 0.0, interval, latency
        self._load, self._detector, self.problem = detector_factory(settings), None, None
        self._waiting = deque()
        self.detections = 0

    def now(self):
        return Moment(self.at, self.at, True)

    def sleep(self, seconds):
        self.at += seconds

    @property
    def pending(self):
        while self._waiting and self._waiting[0] <= self.at:
            self._waiting.popleft()
        return len(self._waiting)

    def submit(self, frame, geometry, scope):
        self._detector = self._detector or self._load(geometry)
        future = DelayedResult(self, self._detector.detect(frame, scope))
        self._waiting.append(future.ready)
        self.detections += 1
        return future


class DelayedResult(Future):
    """A result that is known already, but not available before its time."""

    def __init__(self, simulation, found):
        super().__init__()
        self._simulation = simulation
        self.ready = max(simulation.at, simulation._waiting[-1] if simulation._waiting else 0.0) + simulation._latency
        self.set_result(found)

    def done(self):
        return self._simulation.at >= self.ready


def redact_live(source: Path, target: Path, interval: float, latency: float, profile: Profile) -> Counter:
    with VideoFile.open(source) as video:
        info = video.info.videos[0]
    frames = sum(1 for _ in VideoFile.open(source).frames())
    rate = float(info.frame_rate or 25)
    settings = CameraSettings(url=str(source), profile=profile, max_fps=min(60, rate), max_dimension=3840)
    simulation = SimulatedDetector(settings, interval, latency)
    camera = Camera(parse_address(str(source)), simulation, max_fps=60, max_dimension=3840, sleep=simulation.sleep)
    reasons: Counter = Counter()
    with av.open(str(target), "w") as out:
        stream = out.add_stream("libx264", rate=info.frame_rate, options={"preset": "veryfast", "crf": "18"})
        stream.width, stream.height, stream.pix_fmt = info.geometry.width, info.geometry.height, "yuv420p"
        written = 0

        def write(output):
            nonlocal written
            reasons[output.reason] += 1
            picture = output.frame.picture
            picture.pts, picture.time_base = written, 1 / info.frame_rate
            written += 1
            out.mux(stream.encode(picture))

        pipeline = None
        for _, captured in zip(range(frames), camera.frames(), strict=False):
            pipeline = pipeline or LivePipeline(captured.video, settings, simulation)
            pipeline.add(captured, simulation.at)
            for output in pipeline.release_due(simulation.at):
                write(output)
        pipeline.finish()
        while pipeline.has_buffered:
            simulation.at += 0.05
            for output in pipeline.release_due(simulation.at):
                write(output)
        out.mux(stream.encode(None))
    return reasons


def main(folder: Path, out: Path, interval: float = 1.0, latency: float = 0.5, profile: str = "fast") -> None:
    out.mkdir(parents=True, exist_ok=True)
    total: Counter = Counter()
    for clip in json.loads((folder / "annotations.json").read_text())["videos"]:
        reasons = redact_live(
            folder / clip["file"], out / clip["file"], float(interval), float(latency), Profile(profile)
        )
        print(clip["file"], {str(reason): count for reason, count in reasons.items()}, flush=True)
        total += reasons
    print("all", {str(reason): count for reason, count in total.items()})


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
