"""Checking a camera before it is used: connect, detect, mask, and return a still of what would be recorded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from passerby.config.site import CameraSettings
from passerby.core.clock import Clock, SystemClock
from passerby.core.media import Geometry, VideoInfo
from passerby.core.safe_frame import SafeFrame
from passerby.documents.status import CameraState
from passerby.watch.camera_worker import CameraWorker
from passerby.watch.capture_thread import CaptureThread, FrameSource
from passerby.watch.detector_thread import DetectorLike, DetectorThread
from passerby.watch.factories import detector_factory, open_camera
from passerby.watch.live_pipeline import OutputFrame
from passerby.watch.recorder_thread import RecorderThread

#: Seconds for a camera to give a frame that can be released masked. Loading the models takes the longest.
CHECK_TIMEOUT_S = 90.0
#: Delay of the pipeline during a check, seconds: a still need not be live, and a busy machine may catch up.
CHECK_DELAY_S = 6.0
#: Seconds of frames to choose from: in the first frames of a scene, parts may be covered that no detector run has seen.
CHOICE_S = 2.0
#: Seconds to wait for the first frame.
CONNECT_TIMEOUT_S = 15.0


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The result of a check: a masked `still` and the frame rate, or the `problem`."""

    problem: str | None
    video: VideoInfo | None = None
    fps: float = 0.0
    still: SafeFrame | None = None


def check_camera(
    settings: CameraSettings,
    clock: Clock | None = None,
    source: Callable[[CameraSettings, Clock], FrameSource] = open_camera,
    load_detector: Callable[[CameraSettings], Callable[[Geometry], DetectorLike]] = detector_factory,
) -> CheckResult:
    """Run a camera until frames are released masked, and choose the one of which least is covered because no detector
    run has seen it. It is released as every other: what is covered stays covered. Nothing is recorded."""
    clock = clock or SystemClock()
    settings = settings.model_copy(update={"delay": CHECK_DELAY_S})

    def now() -> float:
        return clock.now().monotonic

    best: tuple[VideoInfo, OutputFrame] | None = None
    best_until = float("inf")

    def choose(video: VideoInfo, output: OutputFrame) -> None:
        nonlocal best, best_until
        if output.reason is None and (best is None or output.unseen < best[1].unseen):
            best_until = now() + CHOICE_S if best is None else best_until
            best = video, output

    capture = CaptureThread(source(settings, clock), now=now)
    detector = DetectorThread(load_detector(settings), now)
    worker = CameraWorker(
        settings,
        capture,
        detector,
        RecorderThread(_null_writer),
        now=now,
        on_output=choose,
    )
    started = now()
    try:
        while now() - started < CHECK_TIMEOUT_S:
            worker.step()
            if best is not None and (best[1].unseen == 0 or now() >= best_until):
                return CheckResult(None, best[0], worker.stats.frame_rate(now()), best[1].frame)
            silent = worker.stats.frames == 0
            if detector.problem is not None or (
                silent and capture.state is CameraState.LOST and capture.problem is not None
            ):
                break
            if silent and now() - started > CONNECT_TIMEOUT_S:
                break
        return CheckResult(
            detector.problem
            or capture.problem
            or "No frame could be masked in time: the machine is too busy, or the camera sends too few frames."
        )
    finally:
        capture.stop()
        detector.close()


def _null_writer(video: VideoInfo) -> _NullWriter:
    return _NullWriter()


class _NullWriter:
    """Discards the frames of a check."""

    def write(self, frame: SafeFrame, at: object) -> None: ...

    def flush(self) -> None: ...

    def close(self) -> None: ...
