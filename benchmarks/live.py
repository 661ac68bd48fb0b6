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
from fractions import Fraction
from pathlib import Path

import av

from passerby.config.address import parse_address
from passerby.config.settings import Profile
from passerby.config.site import CameraSettings
from passerby.core.clock import Moment
from passerby.core.kinds import Detection
from passerby.core.media import Geometry
from passerby.core.raw_frame import RawFrame
from passerby.detect.frame_detector import FrameDetector
from passerby.detect.live.region_search import LiveFrame
from passerby.detect.schedule import Scope
from passerby.documents.status import CoverReason
from passerby.source.camera.capture import Camera
from passerby.source.video.file import VideoFile
from passerby.watch.factories import detector_factory
from passerby.watch.live_pipeline import LivePipeline, OutputFrame


class SimulatedDetector:
    """A clock that is advanced by hand, and detections that finish by it."""

    def __init__(self, settings: CameraSettings, interval: float, latency: float) -> None:
        self.at, self.interval, self.latency = 0.0, interval, latency
        self._load = detector_factory(settings)
        self._detector: FrameDetector | None = None
        self.problem: str | None = None
        self.ready_at: deque[float] = deque()

    def now(self) -> Moment:
        return Moment(self.at, self.at, True)

    def sleep(self, seconds: float) -> None:
        self.at += seconds

    @property
    def pending(self) -> int:
        while self.ready_at and self.ready_at[0] <= self.at:
            self.ready_at.popleft()
        return len(self.ready_at)

    def submit(self, frame: RawFrame, geometry: Geometry, scope: Scope) -> Future[list[Detection]]:
        self._detector = self._detector or self._load(geometry)
        future = DelayedResult(self, self._detector.detect(frame, scope))
        self.ready_at.append(future.ready_at)
        return future

    def open_frame(self, frame: RawFrame, geometry: Geometry) -> LiveFrame | None:
        return None if self._detector is None else self._detector.open_live_frame(frame)


class DelayedResult(Future[list[Detection]]):
    """A result that is known already, but not available before its time."""

    def __init__(self, simulation: SimulatedDetector, found: list[Detection]) -> None:
        super().__init__()
        self._simulation = simulation
        starts = max(simulation.at, simulation.ready_at[-1] if simulation.ready_at else 0.0)
        self.ready_at = starts + simulation.latency
        self.set_result(found)

    def done(self) -> bool:
        return self._simulation.at >= self.ready_at


def redact_live(
    source: Path, target: Path, interval: float, latency: float, profile: Profile
) -> Counter[CoverReason | None]:
    """Writes the output of a camera that plays `source`; the number of frames by why they are covered whole."""
    with VideoFile.open(source) as video:
        info = video.info.videos[0]
    frames = sum(1 for _ in VideoFile.open(source).frames())
    rate = info.frame_rate or Fraction(25)
    settings = CameraSettings(url=str(source), profile=profile, max_fps=min(60, float(rate)), max_dimension=3840)
    simulation = SimulatedDetector(settings, interval, latency)
    camera = Camera(parse_address(str(source)), simulation, max_fps=60, max_dimension=3840, sleep=simulation.sleep)
    reasons: Counter[CoverReason | None] = Counter()
    with av.open(str(target), "w") as out:
        stream = out.add_stream("libx264", rate=rate, options={"preset": "veryfast", "crf": "18"})
        stream.width, stream.height, stream.pix_fmt = info.geometry.width, info.geometry.height, "yuv420p"
        written = 0

        def write(output: OutputFrame) -> None:
            nonlocal written
            reasons[output.reason] += 1
            picture = output.frame.av_frame
            picture.pts, picture.time_base = written, 1 / rate
            written += 1
            out.mux(stream.encode(picture))

        pipeline: LivePipeline | None = None
        for _, captured in zip(range(frames), camera.frames(), strict=False):
            pipeline = pipeline or LivePipeline(
                captured.video, settings, simulation, search_clock=lambda: simulation.at
            )
            pipeline.add(captured, simulation.at)
            for output in pipeline.release_due(simulation.at):
                write(output)
        if pipeline is None:
            raise SystemExit(f"{source} has no frames.")
        pipeline.finish()
        while pipeline.has_buffered:
            simulation.at += 0.05
            for output in pipeline.release_due(simulation.at):
                write(output)
        out.mux(stream.encode(None))
    return reasons


def main(folder: Path, out: Path, interval: str = "1.0", latency: str = "0.5", profile: str = "fast") -> None:
    out.mkdir(parents=True, exist_ok=True)
    total: Counter[CoverReason | None] = Counter()
    for clip in json.loads((folder / "annotations.json").read_text())["videos"]:
        reasons = redact_live(
            folder / clip["file"], out / clip["file"], float(interval), float(latency), Profile(profile)
        )
        print(clip["file"], {str(reason): count for reason, count in reasons.items()}, flush=True)
        total += reasons
    print("all", {str(reason): count for reason, count in total.items()})


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
