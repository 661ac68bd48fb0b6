"""The pipeline for a still, top to bottom: the sibling of engine/video.py for photos, scans and animations.

The steps are the same: detect, make a plan, mask what the plan says, write, check. A page of a TIFF or a frame of an
animation is a frame, and its time is its number. Pages are analysed one by one; frames of an animation are tracked as
in a video, so that nobody shows in the one frame where nobody was detected.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from pathlib import Path

from passerby.config.settings import Settings
from passerby.core.errors import PlanError, SourceChanged
from passerby.core.progress import Progress
from passerby.core.safe_frame import SafeFrame
from passerby.core.version import PROGRAM
from passerby.detect.factory import StillDetectorCache
from passerby.detect.optical_flow import MotionEstimator
from passerby.detect.still_detector import StillDetector
from passerby.detect.weights import Registry
from passerby.documents.kept import KeptDetection, kept_spans
from passerby.documents.plan import AnalysedRange, Plan, Track, VideoPlan
from passerby.documents.plan_parts.made_from import Fingerprint, WeightsUsed
from passerby.documents.report import QuickCheck, Report
from passerby.engine.options import RunOptions
from passerby.engine.plan_builder import check_belongs
from passerby.engine.report import RenderResult, make_report
from passerby.mask.painter import Painter
from passerby.mask.shapes import to_shape
from passerby.sink.output_file import OutputFile, unreadable_output
from passerby.sink.still.writer import check_suffix, write_still
from passerby.source.fingerprint import fingerprint, printable_name
from passerby.source.still.file import StillFile
from passerby.source.video.frame_hash import frame_hash
from passerby.track.confirmation import TrackCandidate
from passerby.track.head_boxes import add_head_boxes, keep_requested_kinds
from passerby.track.mask_schedule import MaskSchedule
from passerby.track.regions import kept_visible, region_tracks, suppress_in_keep_regions
from passerby.track.still_selection import select_tracks
from passerby.track.tracker import Tracker, TrackerSettings
from passerby.verify.still_self_check import check_still

#: Frames a second of an animation that does not give the duration of its frames: browsers play it at this rate.
DEFAULT_FRAME_RATE = 10.0


def redact(source: Path, output: Path, options: RunOptions) -> Report:
    """Write the still `source` to `output`, in the source's format, as `passerby.engine.api.redact` says. Raises
    PasserbyError, in one of its kinds."""
    settings, progress, plan = options.effective_settings, options.progress, options.plan
    with StillFile.open(source) as still:
        check_suffix(output, still.info.kind)
        with OutputFile(output, options.force, source=source) as out:
            hashes = None
            if plan is None:
                plan, hashes = _analyse(still, options)
            else:
                _check_plan(plan, still)
            written = _render(still, plan, settings, hashes, out.temp_path, progress)
            check = QuickCheck(ran=False)
            if options.verify:
                with unreadable_output(output):
                    check = check_still(out.temp_path, printable_name(output), plan, still.info, settings, progress)
            info, edited = still.info.reported_source(settings.keep_times), options.plan is not None
            report = make_report(
                info,
                output,
                out.temp_path,
                plan,
                settings,
                written,
                check,
                edited,
                timed=False,
                default_reasons=options.default_reasons,
            )
            options.commit(out, plan, report)
    return report


def analyse(source: Path, options: RunOptions) -> Plan:
    """The analysis alone: the plan of what would be masked in a still."""
    with StillFile.open(source) as still:
        return _analyse(still, options)[0]


def _analyse(still: StillFile, options: RunOptions) -> tuple[Plan, array[int]]:
    settings, progress = options.effective_settings, options.progress
    detector = (options.still_detectors or StillDetectorCache()).get(settings, options.threads)
    info, registry = still.info.source.videos[0], Registry.load()
    hashes = array("Q")
    progress.start(printable_name(still.path), "analyse", len(still.info.pages))
    find_tracks = _track_animation if still.info.animated else _detect_pages
    kept: list[KeptDetection] = []
    tracks = find_tracks(still, settings, detector, hashes, kept, progress)
    tracks += region_tracks(settings.hide_regions, range(len(hashes)), info.time_base)
    progress.finish()
    width, height = info.geometry.display_size
    last = len(hashes) - 1
    sha256, size = fingerprint(still.path)
    plan = Plan(
        program=PROGRAM,
        source=Fingerprint(
            name=printable_name(still.path),
            sha256=sha256,
            size=size,
            duration=still.info.source.duration,
            frames=last + 1,
        ),
        settings=settings,
        weights=tuple(WeightsUsed(id=registry[id].id, sha256=registry[id].sha256) for id in sorted(detector.weights)),
        videos=(
            VideoPlan(
                stream=0,
                time_base=info.time_base,
                width=width,
                height=height,
                frames=last + 1,
                analysed=(AnalysedRange(first_frame=0, last_frame=last, first_time=0, last_time=last),),
                tracks=tuple(track.model_copy(update={"number": n}) for n, track in enumerate(tracks, 1)),
                kept=kept_spans(kept, 0),
            ),
        ),
    ).sealed()
    return plan, hashes


def _detect_pages(
    still: StillFile,
    settings: Settings,
    detector: StillDetector,
    hashes: array[int],
    kept: list[KeptDetection],
    progress: Progress,
) -> list[Track]:
    """Page by page: pages are independent of each other."""
    tracks: list[Track] = []
    for frame in still.frames():
        hashes.append(frame_hash(frame))
        detections = detector.detect(frame, panorama=still.info.panorama, heartbeat=lambda: progress.advance(0))
        size = frame.av_frame.width, frame.av_frame.height
        found, visible = select_tracks(detections, settings, size, frame.time)
        tracks += found
        kept += [(frame.time, region, kind) for region, kind in visible]
        progress.advance(1)
    return tracks


def _track_animation(
    still: StillFile,
    settings: Settings,
    detector: StillDetector,
    hashes: array[int],
    kept: list[KeptDetection],
    progress: Progress,
) -> list[Track]:
    """Frame by frame, as in a video: what is detected in one is propagated to its neighbours."""
    geometry = still.info.source.videos[0].geometry
    seconds = still.info.source.duration
    frame_rate = len(still.info.pages) / seconds if seconds else DEFAULT_FRAME_RATE
    tracker = Tracker(*geometry.display_size, TrackerSettings.for_frame_rate(frame_rate))
    motion = MotionEstimator(geometry)
    ended: list[TrackCandidate] = []
    for frame in still.frames():
        hashes.append(frame_hash(frame))
        field, scene = motion.estimate(frame)
        requested = keep_requested_kinds(add_head_boxes(detector.detect(frame)), settings.hide)
        visible = kept_visible(requested, settings.keep_regions, frame.time)
        kept += [(frame.time, region, kind) for region, kind in visible]
        detections = suppress_in_keep_regions(requested, settings.keep_regions, frame.time)
        ended += tracker.update(frame.index, frame.time, None if scene.cut else field, detections)
        progress.advance(1)
    ended += tracker.finish()
    return [candidate.track for candidate in ended if candidate.is_confirmed]


def _check_plan(plan: Plan, still: StillFile) -> None:
    check_belongs(plan, still.path, still.info.source.videos)
    if plan.trim:
        raise PlanError(f"{still.path} is a still, which has no time to cut out. Remove `trim` from the plan.")


def _render(
    still: StillFile, plan: Plan, settings: Settings, hashes: array[int] | None, part: Path, progress: Progress
) -> RenderResult:
    """The second pass: mask and write."""
    covered, times = array("q"), array("q")

    def count_frames() -> Iterator[SafeFrame]:
        for safe in _masked_frames(still, plan, settings, hashes):
            if safe.covered:
                covered.append(safe.time)
            times.append(safe.time)
            progress.advance(1)
            yield safe

    progress.start(printable_name(still.path), "render", plan.videos[0].frames)
    write_still(part, count_frames(), still.info, settings.keep_times)
    progress.finish()
    if len(times) != plan.videos[0].frames:
        raise SourceChanged(
            f"{still.path} had {plan.videos[0].frames} pages when it was analysed and has {len(times)} now. "
            "Nothing was written. Make sure that nothing writes to it, and run it again."
        )
    return RenderResult([still.info.kind.value], len(times), [covered], [times], [], [])


def _masked_frames(still: StillFile, plan: Plan, settings: Settings, hashes: array[int] | None) -> Iterator[SafeFrame]:
    info = still.info.source.videos[0]
    schedule, painters = MaskSchedule(plan.tracks(0)), dict[str, Painter]()
    for frame in still.frames():
        form = frame.av_frame.format.name
        painter = painters.setdefault(form, Painter(info, form))
        same = hashes is None or (frame.index < len(hashes) and hashes[frame.index] == frame_hash(frame))
        if same and plan.videos[0].is_analysed(frame.index, frame.time):
            masks = schedule.at(frame.time)
            yield painter.paint(frame, [to_shape(scheduled, info.geometry, settings.style) for scheduled in masks])
        else:
            yield painter.cover(frame)
