"""One camera, from captured frame to recording. Read this first, then live_pipeline.py.

One thread captures, one runs the detector, one records. The thread of `CameraWorker` connects them: it feeds captured
frames to the live pipeline and passes on those that the pipeline releases, masked or covered whole. No failure of the
camera, the models or the disk ends it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from passerby.config.site import CameraSettings
from passerby.core.clock import Moment
from passerby.core.kinds import Kind
from passerby.core.media import VideoInfo
from passerby.documents.status import CameraStatus
from passerby.track.live_tracker import TrackedObject
from passerby.watch.camera_stats import CameraStats
from passerby.watch.capture_thread import CaptureThread
from passerby.watch.detector_thread import DetectorThread
from passerby.watch.live_pipeline import CountSink, LivePipeline, OutputFrame
from passerby.watch.recorder_thread import RecorderThread

#: Seconds between two checks for frames whose delay is over: a fifth of a frame interval at 10 fps.
TICK_S = 0.02


class CameraWorker:
    """One running camera: call `step` repeatedly, then `drain`."""

    def __init__(
        self,
        settings: CameraSettings,
        capture: CaptureThread,
        detector: DetectorThread,
        recorder: RecorderThread,
        *,
        extra_kinds: Sequence[Kind] = (),
        on_tracks: Callable[[Moment, list[TrackedObject]], None] = lambda at, tracks: None,
        on_output: Callable[[VideoInfo, OutputFrame], None] = lambda video, output: None,
        now: Callable[[], float] = time.monotonic,
        counter: CountSink | None = None,
    ) -> None:
        """`extra_kinds` are tracked besides those to be masked; `on_tracks` is called after every detection,
        `on_output` for every released frame."""
        self._settings, self._capture, self._detector, self._recorder = settings, capture, detector, recorder
        self._extra_kinds, self._on_tracks, self._on_output, self._now = extra_kinds, on_tracks, on_output, now
        self._counter = counter
        #: The current pipeline last; those before it still have frames to release.
        self._pipelines: list[LivePipeline] = []
        self.stats = CameraStats()

    def step(self, tick: float = TICK_S) -> None:
        """Take a frame if one arrives within `tick` seconds, and release those whose delay is over."""
        captured = self._capture.next_frame(tick)
        if captured is not None:
            self.stats.frame_received(captured.captured_at.monotonic)
            self._pipeline_for(captured.video).add(captured, self._now())
        for pipeline in self._pipelines:
            for output in pipeline.release_due(self._now()):
                self._emit(pipeline.video, output)
        self._pipelines = [pipeline for pipeline in self._pipelines[:-1] if pipeline.has_buffered] + self._pipelines[
            -1:
        ]

    def drain(self, timeout: float) -> None:
        """Stop capturing, release the remaining frames within `timeout` seconds, and close everything."""
        self._capture.stop()
        for pipeline in self._pipelines[-1:]:
            pipeline.finish()
        until = self._now() + timeout
        while self._now() < until and any(pipeline.has_buffered for pipeline in self._pipelines):
            self.step()
        self._detector.close()
        self._recorder.close()

    def status(self) -> CameraStatus:
        """The current state of the camera."""
        now, stats, capture, detector = self._now(), self.stats, self._capture, self._detector
        geometry = self._pipelines[-1].video.geometry if self._pipelines else None
        return CameraStatus(
            state=capture.state,
            problem=capture.problem or detector.problem or self._recorder.problem,
            width=None if geometry is None else geometry.width,
            height=None if geometry is None else geometry.height,
            fps=round(stats.frame_rate(now), 2),
            last_frame_age=_rounded(stats.last_frame_age(now)),
            frames=stats.frames,
            output_frames=stats.written,
            dropped=capture.dropped + self._recorder.dropped,
            covered=dict(stats.covered),
            covered_share=round(stats.covered_share(now), 4),
            unseen_frames=stats.unseen_frames,
            unseen_share=round(stats.unseen_share(now), 4),
            covered_now=stats.covered_now,
            unseen_now=round(stats.unseen_now, 4),
            latency=_rounded(stats.latency),
            detector_runs=detector.detections,
            detector_seconds=_rounded(detector.mean_duration),
            detector_interval=_rounded(detector.interval),
            connections=capture.connections,
            memory=_resident_bytes(),
            recording=_state_dict(self._recorder.state),
        )

    def _pipeline_for(self, video: VideoInfo) -> LivePipeline:
        """The pipeline for frames like this one; another size starts another pipeline."""
        if not self._pipelines or self._pipelines[-1].video is not video:
            if self._pipelines:
                self._pipelines[-1].finish()
            self._pipelines.append(
                LivePipeline(
                    video,
                    self._settings,
                    self._detector,
                    extra_kinds=self._extra_kinds,
                    on_tracks=self._on_tracks,
                    counter=self._counter,
                )
            )
        return self._pipelines[-1]

    def _emit(self, video: VideoInfo, output: OutputFrame) -> None:
        self.stats.frame_released(output.captured_at.monotonic, self._now(), output.reason, output.unseen)
        self._on_output(video, output)
        self._recorder.write(video, output.frame, output.captured_at)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _resident_bytes() -> int:
    """Resident memory of this process, bytes."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * 4096


def _state_dict(state: object) -> dict[str, Any]:
    """The state of a writer, whatever its type, as plain values."""
    if state is None:
        return {}
    if hasattr(state, "model_dump"):
        return dict(state.model_dump(mode="json"))
    fields = getattr(state, "__dataclass_fields__", None)
    return {name: getattr(state, name) for name in fields} if fields else {"state": str(state)}
