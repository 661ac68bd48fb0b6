"""The first pass: run detectors over a whole file, track what they detect, and record in a plan where everything is.

Detectors run in threads beside the optical flow of later frames; the tracker takes both in order, so the plan does not
depend on the number of threads.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial

from passerby.config.settings import Audio
from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.core.motion import MotionField
from passerby.core.prefetch import prefetch
from passerby.core.raw_frame import RawFrame
from passerby.detect.factory import DetectorFactory, FrameSchedule, FrameSearch, VideoDetector
from passerby.detect.images.pattern import LumaImage, Pattern, find_pattern, take_pattern
from passerby.detect.model import CONCURRENT_INFERENCES
from passerby.detect.optical_flow import MotionEstimator
from passerby.detect.schedule import FULL_SCOPE
from passerby.detect.still_scene import StillScene
from passerby.documents.plan import Plan
from passerby.engine.options import RunOptions
from passerby.engine.plan_builder import make_plan
from passerby.engine.speech import find_speech
from passerby.source.fingerprint import fingerprint, printable_name
from passerby.source.video.file import VideoFile
from passerby.source.video.frame_hash import frame_hash
from passerby.track.confirmation import TrackCandidate
from passerby.track.head_boxes import add_head_boxes, keep_requested_kinds
from passerby.track.regions import kept_visible, suppress_in_keep_regions
from passerby.track.search.pattern_following import FOLLOWED_KINDS
from passerby.track.segments import AnalysisResult, SegmentGrid, SegmentRange
from passerby.track.tracker import Tracker, TrackerSettings

#: Frames that optical flow may be ahead of a detector run that has not finished, and detector runs that may be running
#: or waiting: enough for the next ones to start beside it. Every waiting run holds a frame, and where each frame is a
#: new scene, detectors run on each.
MAX_FRAMES_AHEAD, MAX_PENDING_DETECTIONS = 16, 6
#: Frames whose motion is known, and that wait for the tracker: it searches crops while later ones are prepared.
FRAMES_WAITING = 4
#: Frame intervals without a frame after which motion is not trusted: frames were lost, and what they show has moved.
MAX_GAP_FRAMES = 3
#: Detector runs after which each model is given the known-answer test again (invariant 11): at two runs a second, every
#: four minutes of video.
TEST_INTERVAL = 500

#: How far back a new track is searched for in crops, seconds and at least frames: each frame is kept for as long.
BUFFER_S, MIN_BUFFER_FRAMES = 0.6, 8

#: A hash of every decoded frame, in memory only: the second pass must decode the same.
Hashes = array  # of unsigned 64-bit integers


def analyse_file(video: VideoFile, options: RunOptions, detectors: DetectorFactory) -> tuple[Plan, list[Hashes[int]]]:
    """The plan of a file, and the hashes of each video track's frames. Raises PasserbyError, in one of its kinds."""
    settings = options.effective_settings
    tracks = range(len(video.info.videos))
    results = [analyse_track(video, number, SegmentRange(), options, detectors) for number in tracks]
    speech = None
    if settings.audio is Audio.REMOVE_VOICES or options.search_speech:
        speech = find_speech(video.path, video.info, detectors.registry, options.progress)
    plan = make_plan(
        video.info, fingerprint(video.path), settings, detectors.registry, [[result] for result in results], speech
    )
    return plan, [result.hashes for result in results]


def analyse_track(
    video: VideoFile, number: int, segments: SegmentRange, options: RunOptions, detectors: DetectorFactory
) -> AnalysisResult:
    """Analyse a range of segments of one video track; track/segments.py says what a segment is."""
    info, settings = video.info.videos[number], options.effective_settings
    detector = detectors.frame_detector(info.geometry, settings.hide, settings.profile)
    grid = SegmentGrid(info.time_base, options.segment_lengths)
    result = AnalysisResult(segments)
    trackers: dict[int, Tracker] = {}
    tracker_settings = TrackerSettings.for_frame_rate(float(info.frame_rate or 25))
    buffer = FrameBuffer(
        max(MIN_BUFFER_FRAMES, round(BUFFER_S * float(info.frame_rate or 25))),
        tracker_settings.buffer_frames if FOLLOWED_KINDS.intersection(settings.hide) else 0,
    )
    progress = options.progress
    progress.start(printable_name(video.path), "analyse", info.frames_estimate if segments == SegmentRange() else None)
    new_schedule = partial(detectors.schedule, info.frame_rate, settings.profile)
    with ExitStack() as stack:
        helper = stack.enter_context(ThreadPoolExecutor(CONCURRENT_INFERENCES - 1, thread_name_prefix="passerby-crops"))
        frames = prefetch(_analysed_frames(video, number, detector, new_schedule, grid, segments), FRAMES_WAITING)
        # The threads of a run that is cancelled end with it, and not when memory is collected.
        stack.enter_context(closing(frames))
        for state in frames:
            if state.segment < segments.first:
                result.frame_before = state.time, state.hash
                continue
            _record(result, state)
            buffer.add(state.index, state.image)
            starts = state.starts_segment and state.segment in segments
            if starts:
                trackers[state.segment] = Tracker(*info.geometry.display_size, tracker_settings, helper, buffer)
                result.candidates[state.segment] = []
            detections = None
            if state.detection_tasks is not None:
                seconds = float(state.time * info.time_base)
                requested = keep_requested_kinds(add_head_boxes(state.detections()), settings.hide)
                detections = suppress_in_keep_regions(requested, settings.keep_regions, seconds)
                if state.segment in segments:
                    kept = kept_visible(requested, settings.keep_regions, seconds)
                    result.kept += [(state.time, region, kind) for region, kind in kept]
            for index, tracker in list(trackers.items()):
                if index < state.segment and grid.overlap_ended(state.segment, state.time):
                    _add_candidates(result, grid, index, trackers.pop(index).finish())
                    continue
                motion = None if starts and index == state.segment else state.motion
                ended = tracker.update(
                    state.index, state.time, motion, detections, state.searched_kinds, buffer.search, state.is_quick
                )
                _add_candidates(result, grid, index, ended)
            progress.advance(1)
    for index, tracker in trackers.items():
        _add_candidates(result, grid, index, tracker.finish())
    detector.wait_until_ready()  # also where no detector had to run
    result.weights = tuple(detector.weights)
    progress.finish()
    return result


class FrameBuffer:
    """The newest frames: as they are for searches in crops of them, and the luma of more for patterns."""

    def __init__(self, frames: int, luma_frames: int = 0) -> None:
        self._frames: OrderedDict[int, FrameSearch] = OrderedDict()
        self._older: OrderedDict[int, LumaImage] = OrderedDict()
        self._max, self._max_luma = frames, luma_frames

    def add(self, index: int, image: FrameSearch | None) -> None:
        """Keep a frame; None for one that must not be searched (damage)."""
        if image is not None:
            self._frames[index] = image
        while self._frames and next(iter(self._frames)) <= index - self._max:
            number, oldest = self._frames.popitem(last=False)
            luma = oldest.luma() if self._max_luma else None
            if luma is not None:
                self._older[number] = luma
        while self._older and next(iter(self._older)) <= index - self._max_luma:
            self._older.popitem(last=False)

    def __contains__(self, frame: int) -> bool:
        return frame in self._frames

    def take_pattern(self, frame: int, box: Box) -> Pattern | None:
        """See track/search/pattern_following.py."""
        image = self._luma(frame)
        return None if image is None else take_pattern(image, box)

    def find_pattern(self, frame: int, pattern: object, box: Box) -> tuple[Box, float] | None:
        """See track/search/pattern_following.py."""
        assert isinstance(pattern, Pattern)  # the tracker does not know what it holds
        image = self._luma(frame)
        return None if image is None else find_pattern(image, pattern, box)

    def _luma(self, frame: int) -> LumaImage | None:
        image = self._frames.get(frame)
        return self._older.get(frame) if image is None else image.luma()

    def search(self, frame: int, kind: Kind, box: Box) -> list[Detection] | None:
        """See track/search/local_search.py."""
        image = self._frames.get(frame)
        return None if image is None else image.search(kind, box)


def _add_candidates(result: AnalysisResult, grid: SegmentGrid, index: int, ended: list[TrackCandidate]) -> None:
    """Keep the tracks of a segment that are confirmed, or that a neighbouring segment may confirm."""
    for candidate in ended:
        track = candidate.track
        if candidate.is_confirmed or grid.touches_overlap(index, track.start, track.end):
            result.candidates[index].append(candidate)


def _record(result: AnalysisResult, state: _FrameState) -> None:
    if state.segment not in result.segments:
        result.frames_after.append((state.time, state.hash))
        return
    if state.motion is None:
        result.cuts.append(state.time)
    result.times.append(state.time)
    result.hashes.append(state.hash)
    result.intact.append(not state.damaged)


@dataclass(slots=True)
class _FrameState:
    """A frame of the first pass: its motion is known, its detections may still be running."""

    index: int
    time: int
    hash: int
    segment: int
    starts_segment: bool
    damaged: bool = False
    image: FrameSearch | None = None
    motion: MotionField | None = None
    detection_tasks: tuple[Future[list[Detection]], ...] | None = None
    searched_kinds: frozenset[Kind] = frozenset()
    is_quick: bool = False

    def detections(self) -> list[Detection]:
        """Everything detected, once all tasks have finished."""
        return [detection for task in self.detection_tasks or () for detection in task.result()]

    @property
    def is_pending(self) -> bool:
        """Are its detectors still running?"""
        return not all(task.done() for task in self.detection_tasks or ())


def _analysed_frames(
    video: VideoFile,
    number: int,
    detector: VideoDetector,
    new_schedule: Callable[[], FrameSchedule],
    grid: SegmentGrid,
    segments: SegmentRange,
) -> Iterator[_FrameState]:
    """Every frame of a range of segments with its motion and, where detectors were due, its detections, which run
    beside the motion of the next frames. Before them come those that were decoded on the way to the first, after them
    those of the next segment into which tracking overlaps."""
    info = video.info.videos[number]
    motion = MotionEstimator(info.geometry)
    max_gap = MAX_GAP_FRAMES / ((info.frame_rate or 25) * info.time_base)
    pending: deque[_FrameState] = deque()
    schedule, still = new_schedule(), StillScene()
    runs, time_before, segment_before = 0, None, -1
    start = grid.start_of(segments.first) if segments.first else None
    last: tuple[_FrameState, RawFrame] | None = None

    def search_whole(state: _FrameState, frame: RawFrame) -> None:
        """The last frame of a scene: whoever came in since the last detector run is in no later one (invariant 12)."""
        if state.detection_tasks is None or state.searched_kinds != FULL_SCOPE.searched_kinds:
            state.detection_tasks = tuple(pool.submit(task) for task in detector.tasks(frame, FULL_SCOPE))
            state.searched_kinds, state.is_quick = FULL_SCOPE.searched_kinds, False

    with ThreadPoolExecutor(CONCURRENT_INFERENCES, thread_name_prefix="passerby-detect") as pool:
        for frame in prefetch(video.frames(number, start)):
            segment = grid.index_at(frame.time)
            starts_segment = segment != segment_before
            if starts_segment:  # as if the video began here: the same frames as when this segment is analysed alone
                schedule, still = new_schedule(), StillScene()
            segment_before = segment
            if segments.is_past(segment) and grid.overlap_ended(segment, frame.time):
                break
            state = _FrameState(frame.index, frame.time, frame_hash(frame), segment, starts_segment)
            pending.append(state)
            if time_before is not None and frame.time - time_before > max_gap:
                motion = MotionEstimator(info.geometry)
            time_before = frame.time
            if frame.damaged:  # it will be covered whole; tracking what it shows would lead masks astray
                motion = MotionEstimator(info.geometry)
                state.damaged = True
            else:
                state.image = detector.open_frame(frame)
                field, scene = motion.estimate(frame)
                state.motion = None if scene.cut else field
                if scene.cut and last is not None and last[0] in pending:
                    search_whole(*last)
                scope = schedule.due(scene) if segment >= segments.first else None
                seconds = float(frame.time * info.time_base)
                if scope is not None:
                    tasks = still.earlier(scope, seconds, scene.cells, scene.cut)
                    if tasks is None:
                        if runs % TEST_INTERVAL == TEST_INTERVAL - 1:
                            pool.submit(detector.run_known_answer_test).result()
                        runs += 1
                        tasks = tuple(pool.submit(task) for task in detector.tasks(frame, scope))
                        still.ran(scope, seconds, scene.cells, tasks)
                    state.detection_tasks = tuple(tasks)
                    state.searched_kinds, state.is_quick = scope.searched_kinds, scope.quick
            last = None if frame.damaged else (state, frame)
            # The newest stays: it may turn out to be the last one before a cut.
            while len(pending) > 1 and (
                len(pending) > MAX_FRAMES_AHEAD
                or sum(waiting.is_pending for waiting in pending) > MAX_PENDING_DETECTIONS
            ):
                yield pending.popleft()
        else:  # the end of the file, not of the range
            if last is not None:
                search_whole(*last)
        yield from pending
