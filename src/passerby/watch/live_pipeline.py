"""The pipeline of one camera while its frame size stays the same: raw frames in, safe frames out after a short delay.

Every frame waits in a buffer for `delay` seconds. Meanwhile optical flow links it to its neighbours, the detector runs
on some of the frames, and the tracker propagates the boxes to all others, backwards in time too. When its delay is over
the frame is released: masked where the release gate allows it (release_gate.py), and covered whole where it does not.
Nothing else leaves, and no raw frame is kept.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from passerby.config.regions import Region
from passerby.config.settings import Style
from passerby.config.site import CameraSettings
from passerby.core.box import Box
from passerby.core.clock import Moment
from passerby.core.kinds import Detection, Kind
from passerby.core.media import Geometry, VideoInfo
from passerby.core.motion import MotionField
from passerby.core.raw_frame import RawFrame
from passerby.core.safe_frame import SafeFrame
from passerby.detect.live.region_search import LiveFrame
from passerby.detect.live_schedule import ScopeCycle
from passerby.detect.optical_flow import MotionEstimator
from passerby.detect.schedule import Scope
from passerby.documents.status import CoverReason
from passerby.mask.painter import Painter
from passerby.mask.shapes import Shape
from passerby.source.camera.capture import CapturedFrame
from passerby.track.head_boxes import add_head_boxes, keep_requested_kinds
from passerby.track.live_tracker import LiveTracker, TrackedObject, live_tracker_settings
from passerby.track.regions import suppress_in_keep_regions
from passerby.watch.region_monitor import DetectorRun, RegionMonitor
from passerby.watch.release_gate import FrameVerdict, ReleaseGate
from passerby.watch.search_budget import SearchBudget

#: Optical flow is not used across a gap longer than this: seconds, or that many frame intervals, whichever is longer.
MAX_GAP_S, MAX_GAP_FRAMES = 0.5, 3
#: Mean confidence of the flow (0 to 1) below which the forward-backward check fails in most of the frame. The flow is
#: not used then, whether or not a cut was detected.
MIN_MEAN_CONFIDENCE = 0.25
#: Detections that may be pending: the running one, and those on both sides of a cut.
MAX_PENDING_DETECTIONS = 3
#: Detector runs that must be this many seconds apart take so long that searches must save: half as many as when idle.
BUSY_INTERVAL_S = 0.8
#: Frames that may wait for a detection to finish before tracking is reset.
MAX_UNSETTLED_FRAMES = 600


class CountSink(Protocol):
    """What counts objects (`CameraCountSink`)."""

    def detection_started(self, frame: RawFrame, geometry: Geometry) -> None: ...
    def frame_processed(
        self, at: Moment, geometry: Geometry, motion: MotionField | None, found: Sequence[Detection] | None
    ) -> None: ...


class DetectorQueue(Protocol):
    """What runs the detector (`DetectorThread`; in tests, a fake)."""

    problem: str | None

    @property
    def pending(self) -> int: ...
    @property
    def interval(self) -> float: ...
    def submit(self, frame: RawFrame, geometry: Geometry, scope: Scope) -> Future[list[Detection]]: ...
    def open_frame(self, frame: RawFrame, geometry: Geometry) -> LiveFrame | None: ...


@dataclass(frozen=True, slots=True)
class OutputFrame:
    """A released frame. `reason` says why it is covered whole; None when it is masked. `unseen` is the share of it,
    0 to 1, that is covered because it changed and no detector run has seen it empty."""

    frame: SafeFrame
    captured_at: Moment
    reason: CoverReason | None
    unseen: float = 0.0


@dataclass(slots=True)
class _BufferedFrame:
    """A frame in the buffer. `index` counts the frames of this pipeline; `motion` is None where a scene begins.

    `frame` is dropped when it is released; the rest is needed for as long as detections are pending.
    """

    index: int
    time: int
    frame: RawFrame | None
    captured_at: Moment
    motion: MotionField | None
    verdict: FrameVerdict
    detection: Future[list[Detection]] | None = None
    scope: Scope | None = None
    image: LiveFrame | None = None
    #: The frames with the detector runs before and after it, as far as they have finished.
    between: tuple[int, ...] = ()
    #: What changed since these, in displayed pixels; None while that is not known.
    regions: list[Box] | None = None


class LivePipeline:
    """`add` each frame as it arrives, and take those whose delay is over from `release_due`. Not thread-safe."""

    def __init__(
        self,
        video: VideoInfo,
        settings: CameraSettings,
        detector: DetectorQueue,
        *,
        extra_kinds: Sequence[Kind] = (),
        on_tracks: Callable[[Moment, list[TrackedObject]], None] = lambda at, tracks: None,
        motion_estimator: Callable[[Geometry], MotionEstimator] = MotionEstimator,
        counter: CountSink | None = None,
        search_clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """`extra_kinds` are tracked besides those to be masked; `on_tracks` is called after every detection."""
        self.video = video
        self._settings, self._detector = settings, detector
        self._on_tracks, self._motion_estimator = on_tracks, motion_estimator
        self._counter = counter
        self._kinds = tuple(dict.fromkeys((*settings.hide, *extra_kinds)))
        width, height = video.geometry.display_size
        rate = float(video.frame_rate or 10)
        self._max_track_frames = round(3 * settings.delay * rate) + 10
        self._rate = rate
        self._tracker = self._new_tracker()
        self._painter = Painter(video, video.pixel_format)
        self._gate, self._scopes = ReleaseGate(), ScopeCycle()
        self._motion = motion_estimator(video.geometry)
        self._keep_regions = tuple(_region(polygon, width, height) for polygon in settings.keep_regions)
        self._regions = RegionMonitor(video.geometry, self._keep_regions)
        self._budget = SearchBudget(search_clock)
        self._hide_shapes = [
            Shape(0, Style.SOLID, np.array(_region(polygon, width, height).polygon))
            for polygon in settings.hide_regions
        ]
        self._max_gap_s = max(MAX_GAP_S, MAX_GAP_FRAMES / rate)
        self._buffer: deque[_BufferedFrame] = deque()
        #: Frames without a finished detection at or after them, whether or not they have been released.
        self._unsettled: deque[_BufferedFrame] = deque()
        self._index = 0
        self._newest: _BufferedFrame | None = None
        #: The newest frame with a detector run that gave a result.
        self._detected: _BufferedFrame | None = None
        self._last_detection_at = float("-inf")
        self._detect_next = True

    def add(self, captured: CapturedFrame, now: float) -> None:
        """Add the next frame, in order, at `now` (monotonic seconds)."""
        frame, at = captured.frame, captured.captured_at
        if len(self._unsettled) >= MAX_UNSETTLED_FRAMES:
            self._reset()
        # A frame that is already overdue is not processed, so that a machine that has fallen behind can catch up.
        overdue = at.monotonic + self._settings.delay <= now
        motion, linked, new_scene = self._motion_from_previous(frame, at, overdue)
        verdict = FrameVerdict(at.monotonic, linked, frame.damaged)
        buffered = _BufferedFrame(self._index, frame.time, frame, at, motion, verdict)
        if new_scene and not overdue and self._newest is not None:
            # So that the end of the old scene lies between two detections as well.
            self._request_detection(self._newest, first=False)
        self._detect_next = self._detect_next or new_scene
        self._index += 1
        self._newest = buffered
        self._buffer.append(buffered)
        self._unsettled.append(buffered)
        self._budget.earn(at.monotonic, busy=self._detector.interval > BUSY_INTERVAL_S)
        if not overdue and not frame.damaged:
            self._regions.add(buffered.index, frame, motion)
        due = at.monotonic - self._last_detection_at >= self._detector.interval and not self._detector.pending
        if not frame.damaged and not overdue and (due or self._detect_next):
            self._detect_next = not self._request_detection(buffered, first=motion is None)

    def release_due(self, now: float) -> list[OutputFrame]:
        """Release the frames whose delay is over at `now` (monotonic seconds), in order."""
        self._settle()
        released: list[OutputFrame] = []
        while self._buffer and self._buffer[0].captured_at.monotonic + self._settings.delay <= now:
            released.append(self._release(self._buffer.popleft()))
        return released

    def finish(self) -> None:
        """No more frames come: run the detector on the last one, so that those before it lie between two detections."""
        if self._newest is not None:
            self._request_detection(self._newest, first=False)

    def is_settled(self, now: float) -> bool:
        """Whether the detections that the frames wait for whose delay is over at `now` have finished."""
        self._settle()
        return not self._unsettled or self._unsettled[0].captured_at.monotonic + self._settings.delay > now

    @property
    def has_buffered(self) -> bool:
        """Whether frames wait in the buffer."""
        return bool(self._buffer)

    def _motion_from_previous(
        self, frame: RawFrame, at: Moment, overdue: bool
    ) -> tuple[MotionField | None, bool, bool]:
        """(motion from the previous frame, whether it is reliable, whether a new scene begins)."""
        if frame.damaged or overdue:
            self._motion = self._motion_estimator(self.video.geometry)
            return None, False, True
        previous = None if self._newest is None else self._newest.captured_at.monotonic
        if previous is not None and at.monotonic - previous > self._max_gap_s:
            self._motion = self._motion_estimator(self.video.geometry)
        field, scene = self._motion.estimate(frame)
        if field is None or scene.cut or not _reliable(field):
            return None, False, True
        return field, True, False

    def _request_detection(self, buffered: _BufferedFrame, first: bool) -> bool:
        """Submit a frame to the detector unless it already was. False when too many detections are pending."""
        if buffered.detection is not None or buffered.frame is None or buffered.verdict.damaged:
            return True
        if self._detector.pending >= MAX_PENDING_DETECTIONS:
            return False
        buffered.scope = self._scopes.next(first)
        buffered.detection = self._detector.submit(buffered.frame, self.video.geometry, buffered.scope)
        self._last_detection_at = buffered.captured_at.monotonic
        if self._counter is not None:
            self._counter.detection_started(buffered.frame, self.video.geometry)
        return True

    def _settle(self) -> None:
        """Process every detection that has finished, in order."""
        while (
            detected := next((buffered for buffered in self._unsettled if buffered.detection is not None), None)
        ) is not None:
            detection = detected.detection
            if detection is None or not detection.done():
                return
            frames: list[_BufferedFrame] = []
            while not frames or frames[-1] is not detected:
                frames.append(self._unsettled.popleft())
            self._track(frames, detection, detected.scope or Scope())

    def _track(self, frames: Sequence[_BufferedFrame], detection: Future[list[Detection]], scope: Scope) -> None:
        """Advance the tracker over the frames up to and including the one that `detection` ran on."""
        failed = None
        if detection.cancelled() or detection.exception() is not None:
            failed = CoverReason.MODELS if self._detector.problem is not None else CoverReason.FAILED
        last = frames[-1]
        for buffered in frames[:-1]:
            self._track_between(buffered, last if failed is None else None)
        found = None if failed is not None else self._maskable(detection.result())
        self._tracker.advance(last.index, last.time, last.motion, found, scope.searched_kinds, self._search)
        if failed is None:
            if self._detected is not None:
                self._detected.between = *self._detected.between, last.index
                last.between = (self._detected.index,)
            self._detected = last
            masked = [one.box for one in found or () if one.kind in self._settings.hide]
            self._regions.add_run(DetectorRun(last.index, masked))
        self._gate.settle((buffered.verdict for buffered in frames), failed)
        if failed is None:
            self._on_tracks(last.captured_at, self._tracker.tracked_objects())
        if self._counter is not None:
            for buffered in frames:
                detections = detection.result() if buffered is last and failed is None else None
                self._counter.frame_processed(buffered.captured_at, self.video.geometry, buffered.motion, detections)

    def _track_between(self, buffered: _BufferedFrame, after: _BufferedFrame | None) -> None:
        """Advance the tracker over a frame that the detector did not run on: what changed in it since the detector
        ran, before and after it, is searched."""
        found: list[Detection] | None = None
        if after is not None and self._detected is not None and buffered.motion is not None:
            buffered.between = self._detected.index, after.index
            buffered.regions = self._regions.regions(buffered.index, buffered.between)
            if buffered.regions and (image := self._image(buffered)) is not None:
                # A search that fails is none: what it should have seen is covered.
                with self._budget.spend(), suppress(Exception):
                    found = self._maskable(image.search_regions(buffered.regions))
        self._tracker.advance(buffered.index, buffered.time, buffered.motion, found, frozenset(), self._search)

    def _image(self, buffered: _BufferedFrame) -> LiveFrame | None:
        """A frame to be searched in parts, while it is still buffered and there is time for it."""
        if not self._budget.is_left or buffered.verdict.damaged:
            return None
        if buffered.image is None and buffered.frame is not None:
            buffered.image = self._detector.open_frame(buffered.frame, self.video.geometry)
        return buffered.image

    def _search(self, frame: int, kind: Kind, box: Box) -> list[Detection] | None:
        """See track/search/local_search.py. What looks as it did when the detector ran is not searched again."""
        if not self._buffer or not 0 <= frame - self._buffer[0].index < len(self._buffer):
            return None
        buffered = self._buffer[frame - self._buffer[0].index]
        around = box.expand(0.5)
        if buffered.regions is not None and not any(around.intersection(region) > 0 for region in buffered.regions):
            return None
        if (image := self._image(buffered)) is None:
            return None
        with self._budget.spend(), suppress(Exception):
            return image.search(kind, box)
        return None

    def _maskable(self, found: list[Detection]) -> list[Detection]:
        return suppress_in_keep_regions(
            keep_requested_kinds(add_head_boxes(found), self._kinds), self._keep_regions, 0.0
        )

    def _release(self, buffered: _BufferedFrame) -> OutputFrame:
        frame, buffered.frame, buffered.image, reason = buffered.frame, None, None, buffered.verdict.reason
        if buffered.between:  # later ones are compared with no frame before the first of these
            self._regions.forget(min(*buffered.between, buffered.index))
        else:
            self._regions.forget(buffered.index - self._max_track_frames)
        if frame is None:
            raise AssertionError("a frame is released once")
        if reason is None:
            masks, unseen, reason = self._hidden_parts(buffered)
            if reason is None:
                boxes = [*masks, *unseen]
                shapes = [Shape(n, Style.SOLID, _corners(box)) for n, box in enumerate(boxes, 1)]
                painted = self._painter.paint(frame, [*self._hide_shapes, *shapes])
                width, height = self.video.geometry.display_size
                share = min(1.0, sum(box.area for box in unseen) / (width * height))
                return OutputFrame(painted, buffered.captured_at, None, share)
        return OutputFrame(self._painter.cover(frame), buffered.captured_at, reason)

    def _hidden_parts(self, buffered: _BufferedFrame) -> tuple[list[Box], list[Box], CoverReason | None]:
        """(masks of a frame, what of it was not seen, why all of it must be covered), in displayed pixels."""
        try:
            hidden = self._tracker.hidden_boxes(buffered.index)
            runs = [DetectorRun(n, self._tracker.detected_boxes(n)) for n in buffered.between]
        except ValueError:  # it waited so long that the tracker has dropped it
            return [], [], CoverReason.LATE
        # A mask goes on for seconds where somebody was lost: not where two detector runs have seen that he is gone.
        masks = [
            mask.box
            for mask in hidden
            if not (mask.extended and self._regions.is_seen_empty(buffered.index, runs, mask.box))
        ]
        unseen = self._regions.cover(buffered.index, runs, masks)
        return masks, unseen or [], CoverReason.UNSEEN if unseen is None else None

    def _new_tracker(self) -> LiveTracker:
        settings = live_tracker_settings(self._rate, self._settings.delay)
        return LiveTracker(*self.video.geometry.display_size, settings, self._settings.hide, self._max_track_frames)

    def _reset(self) -> None:
        """Detections do not finish: stop waiting for them. All frames that waited are covered."""
        self._unsettled.clear()
        self._gate, self._tracker = ReleaseGate(), self._new_tracker()
        self._detected = None
        self._motion = self._motion_estimator(self.video.geometry)


def _reliable(field: MotionField) -> bool:
    return float(field.confidence.mean()) >= MIN_MEAN_CONFIDENCE


def _corners(box: Box) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.array([[box.x1, box.y1], [box.x2, box.y1], [box.x2, box.y2], [box.x1, box.y2]], np.float64)


def _region(polygon: Sequence[tuple[float, float]], width: int, height: int) -> Region:
    return Region(polygon=tuple((x * width, y * height) for x, y in polygon))
