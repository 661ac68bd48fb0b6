"""The story of a file, top to bottom. Read this first.

A file is decoded twice. The first pass looks and follows, and ends in a plan: every track, known from before its first
sighting to after its last. The second pass paints what the plan says and writes it. Nothing is painted before all is
known, and nothing is passed on that the first pass has not seen.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from passerby.base.background import background
from passerby.base.errors import PlanError, SourceChanged
from passerby.base.kinds import Detection
from passerby.base.media import VideoInfo
from passerby.base.motion import MotionField
from passerby.base.plan import Analysed, Fingerprint, Plan, Track, VideoPlan, WeightsUsed
from passerby.base.progress import Progress, Silent
from passerby.base.report import QuickCheck, Report
from passerby.base.safe import SafeFrame
from passerby.base.schedule import Schedule
from passerby.base.settings import Settings
from passerby.detect.cadence import Cadence
from passerby.detect.look import Looker
from passerby.detect.motion import MotionEstimator
from passerby.detect.weights import Registry
from passerby.mask.painter import Painter
from passerby.mask.shapes import shape
from passerby.release import PROGRAM, make_report
from passerby.sink.container import container_for
from passerby.sink.encoding import Encoding, choose_encoding
from passerby.sink.output import OutputFile, write_text_atomically
from passerby.sink.video import VideoWriter
from passerby.source.file import VideoFile
from passerby.source.fingerprint import fingerprint
from passerby.source.pictures import picture_hash
from passerby.track.heads import with_heads, without_helpers
from passerby.track.tracker import Following, Tracker
from passerby.verify.quick import quick_check

#: Frames that motion may run ahead of a look that is still under way.
AHEAD = 8
#: Looks after which each model is shown the known pictures again (invariant 11).
ALIVE_EVERY = 500

#: A hash of every decoded frame of the first pass, in memory only.
Hashes = array  # of unsigned 64-bit integers


def redact(
    source: Path,
    output: Path,
    settings: Settings | None = None,
    *,
    plan: Plan | None = None,
    save_plan: Path | None = None,
    force: bool = False,
    verify: bool = True,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Report:
    """Write `source` to `output` with everything hidden that `settings` name, or that `plan` says.

    The source is never touched; `output` appears when it is whole, or not at all, and replaces a file of that name only
    with `force`; the plan is saved as `save_plan` before. `verify` decodes the result once and looks at it. `threads`
    are for inference, by default all processors; the plan does not depend on their number. Raises PasserbyError, in one
    of its kinds.
    """
    progress = progress or Silent()
    settings = plan.settings if plan is not None and settings is None else settings or Settings()
    with VideoFile.open(source) as video, OutputFile(output, force, source=source) as out:
        hashes: Hashes[int] | None = None
        edited = plan is not None
        if plan is None:
            plan, hashes = _analyse(video, settings, threads, progress)
        else:
            _belongs(plan, source)
        encoding = choose_encoding(video.info.videos[0], settings, container_for(output))
        covered, times = _render(video, plan, settings, hashes, out.part, encoding, container_for(output), progress)
        check = QuickCheck(ran=False)
        if verify:
            check = quick_check(out.part, output, plan, times, settings, threads, progress)
        report = make_report(video.info, output, out.part, plan, settings, encoding.encoder, covered, check, edited)
        if save_plan is not None:
            write_text_atomically(save_plan, plan.to_json(), force)
        out.commit()
    return report


def analyse(
    source: Path, settings: Settings | None = None, *, threads: int | None = None, progress: Progress | None = None
) -> Plan:
    """The first pass alone: look at the whole file and say what would be hidden in it."""
    with VideoFile.open(source) as video:
        return _analyse(video, settings or Settings(), threads, progress or Silent())[0]


@dataclass(slots=True)
class _Seen:
    """A frame of the first pass: its motion is known, its look may be under way."""

    index: int
    time: int
    motion: MotionField | None
    look: Future[list[Detection]] | None


def _analyse(video: VideoFile, settings: Settings, threads: int | None, progress: Progress) -> tuple[Plan, Hashes[int]]:
    info = video.info.videos[0]
    width, height = info.geometry.upright
    registry = Registry.load()
    looker = Looker(registry, info.geometry, settings.hide, threads=threads)
    rate = float(info.frame_rate) if info.frame_rate else 25.0
    tracker = Tracker(width, height, Following.at(rate))
    tracks: list[Track] = []
    times, hashes, cuts = array("q"), array("Q"), []

    progress.start(video.path.name, "analyse", info.frames_estimate)
    for seen in _watched(video, info, looker, hashes):
        times.append(seen.time)
        if seen.motion is None:
            cuts.append(seen.time)
        found = None if seen.look is None else without_helpers(with_heads(seen.look.result()), settings.hide)
        tracks += tracker.step(seen.index, seen.time, seen.motion, found)
        progress.advance(1)
    tracks += tracker.finish()
    progress.finish()

    sha256, size = fingerprint(video.path)
    plan = Plan(
        program=PROGRAM,
        source=Fingerprint(
            name=video.path.name, sha256=sha256, size=size, duration=video.info.duration, frames=len(times)
        ),
        settings=settings,
        weights=tuple(WeightsUsed(id=id, sha256=registry[id].sha256) for id in looker.weights),
        videos=(_video_plan(info, times, cuts[1:], tracks),),
    )
    return plan, hashes


def _watched(video: VideoFile, info: VideoInfo, looker: Looker, hashes: Hashes[int]) -> Iterator[_Seen]:
    """Every frame with its motion and, where one was due, its look, which runs beside the motion of the next frames."""
    motion, cadence = MotionEstimator(info.geometry), Cadence(info.frame_rate)
    pending: deque[_Seen] = deque()
    looks = 0
    with ThreadPoolExecutor(1, thread_name_prefix="passerby-look") as looking:
        for frame in background(video.frames()):
            hashes.append(picture_hash(frame))
            field, scene = motion.step(frame)
            due = cadence.due(scene)
            look = None
            if due is not None:
                if looks % ALIVE_EVERY == ALIVE_EVERY - 1:
                    looking.submit(looker.alive).result()
                looks += 1
                look = looking.submit(looker.look, frame, deep=due.deep)
            pending.append(_Seen(frame.index, frame.time, None if scene.cut else field, look))
            while len(pending) > AHEAD:
                yield pending.popleft()
        yield from pending


def _video_plan(info: VideoInfo, times: array[int], cuts: list[int], tracks: list[Track]) -> VideoPlan:
    width, height = info.geometry.upright
    in_order = sorted(tracks, key=lambda track: (track.start, track.kind, track.keyframes[0].box))
    seen: tuple[Analysed, ...] = ()
    if times:
        seen = (Analysed(first_frame=0, last_frame=len(times) - 1, first_time=times[0], last_time=times[-1]),)
    return VideoPlan(
        stream=info.stream,
        time_base=info.time_base,
        width=width,
        height=height,
        frames=len(times),
        analysed=seen,
        cuts=tuple(cuts),
        tracks=tuple(track.model_copy(update={"number": n}) for n, track in enumerate(in_order, 1)),
    )


def _belongs(plan: Plan, source: Path) -> None:
    sha256, _ = fingerprint(source)
    if plan.source.sha256 != sha256:
        raise PlanError(
            f"The plan was made for another file ({plan.source.name}, SHA-256 {plan.source.sha256[:16]}…), not for "
            f"{source}. Make a new one with: passerby redact {source} --save-plan"
        )


def _render(
    video: VideoFile,
    plan: Plan,
    settings: Settings,
    hashes: Hashes[int] | None,
    part: Path,
    encoding: Encoding,
    container: str,
    progress: Progress,
) -> tuple[int, array[int]]:
    """The second pass: paint and write. Returns how many frames were covered whole, and the times of all frames."""
    covered, times = 0, array("q")
    info = video.info.videos[0]
    progress.start(video.path.name, "render", plan.videos[0].frames)
    with VideoWriter(part, info, encoding, container) as writer:
        for safe in background(_painted(video, info, plan, settings, hashes, encoding.pixel_format)):
            writer.write(safe)
            covered += safe.covered
            times.append(safe.time)
            progress.advance(1)
    progress.finish()
    if len(times) != plan.videos[0].frames:
        raise SourceChanged(
            f"{video.path} gave {plan.videos[0].frames} frames when it was looked at and {len(times)} now. "
            "Nothing was written. Make sure that nobody writes to it, and run it again."
        )
    return covered, times


def _painted(
    video: VideoFile, info: VideoInfo, plan: Plan, settings: Settings, hashes: Hashes[int] | None, pixel_format: str
) -> Iterator[SafeFrame]:
    painter = Painter(info, pixel_format)
    schedule = Schedule(plan.tracks(0))
    for frame in background(video.frames()):
        same = hashes is None or (frame.index < len(hashes) and hashes[frame.index] == picture_hash(frame))
        if same and plan.videos[0].seen(frame.index, frame.time):
            here = schedule.at(frame.time)
            yield painter.paint(frame, [shape(showing, info.geometry, settings.style) for showing in here])
        else:
            yield painter.cover(frame)
