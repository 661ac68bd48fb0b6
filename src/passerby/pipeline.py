"""The story of a file, top to bottom. Read this first.

A file is decoded twice. The first pass looks and follows, and ends in a plan: every track, known from before its first
sighting to after its last. The second pass paints what the plan says and writes it, with the sound where that is
wanted. Nothing is painted before all is known, and nothing is passed on that the first pass has not seen. A file may
have several video tracks: the first pass takes one after the other, the second all side by side.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from heapq import merge
from pathlib import Path

from passerby.base.background import background
from passerby.base.errors import PlanError, SourceChanged
from passerby.base.kinds import Detection, Kind
from passerby.base.motion import MotionField
from passerby.base.plan import Analysed, Fingerprint, Plan, Track, VideoPlan, WeightsUsed
from passerby.base.progress import Progress, Silent
from passerby.base.report import QuickCheck, Report
from passerby.base.safe import SafeFrame
from passerby.base.schedule import Schedule
from passerby.base.settings import Audio, Settings
from passerby.base.trim import Trims
from passerby.detect.cadence import CADENCES, Cadence
from passerby.detect.detector import AT_ONCE, Detectors
from passerby.detect.look import LOOKS, Looker
from passerby.detect.motion import MotionEstimator
from passerby.detect.weights import Registry
from passerby.mask.painter import Painter
from passerby.mask.shapes import shape
from passerby.release import PROGRAM, Written, make_report
from passerby.sink.container import container_for
from passerby.sink.encoding import Encoding, choose_encoding, held
from passerby.sink.output import OutputFile, write_text_atomically
from passerby.sink.sound import sound_track
from passerby.sink.video import VideoWriter
from passerby.source.audio import SoundFile, playable
from passerby.source.file import VideoFile
from passerby.source.fingerprint import fingerprint, printable
from passerby.source.pictures import picture_hash
from passerby.track.heads import with_heads, without_helpers
from passerby.track.regions import fixed_tracks, left_alone
from passerby.track.tracker import Following, Tracker
from passerby.verify.quick import quick_check

#: Frames that motion may run ahead of a look that is still under way: enough for several more to begin beside it.
AHEAD = 64
#: Frame intervals without a frame after which motion is not trusted: frames were lost, and what is shown is elsewhere.
GAP = 3
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
        encodings = [choose_encoding(info, settings, container_for(output)) for info in video.info.videos]
        hashes: list[Hashes[int]] | None = None
        edited, detectors = plan is not None, Detectors(Registry.load(), threads)
        if plan is None:
            plan, hashes = _analyse(video, settings, detectors, progress)
        else:
            _belongs(plan, video)
        written = _render(video, plan, settings, hashes, out.part, encodings, container_for(output), progress)
        if (smaller := held(encodings, written.bit_rates)) is not None:
            written = _render(video, plan, settings, hashes, out.part, smaller, container_for(output), progress)
        check = QuickCheck(ran=False)
        if verify:
            check = quick_check(out.part, output, plan, written.times, settings, detectors, progress)
        report = make_report(video.info, output, out.part, plan, settings, written, check, edited)
        if save_plan is not None:
            write_text_atomically(save_plan, plan.to_json(), force)
        out.commit()
    return report


def analyse(
    source: Path, settings: Settings | None = None, *, threads: int | None = None, progress: Progress | None = None
) -> Plan:
    """The first pass alone: look at the whole file and say what would be hidden in it."""
    with VideoFile.open(source) as video:
        return _analyse(video, settings or Settings(), Detectors(Registry.load(), threads), progress or Silent())[0]


@dataclass(slots=True)
class _Seen:
    """A frame of the first pass: its motion is known, its look may be under way."""

    index: int
    time: int
    damaged: bool
    motion: MotionField | None
    look: Future[list[Detection]] | None
    searched: frozenset[Kind] = frozenset()


def _analyse(
    video: VideoFile, settings: Settings, detectors: Detectors, progress: Progress
) -> tuple[Plan, list[Hashes[int]]]:
    hashes: list[Hashes[int]] = [array("Q") for _ in video.info.videos]
    videos, weights = [], set()
    for number, info in enumerate(video.info.videos):
        looker = Looker(detectors, info.geometry, settings.hide, LOOKS[settings.profile])
        videos.append(_analyse_track(video, number, looker, settings, hashes[number], progress))
        weights |= set(looker.weights)
    sha256, size = fingerprint(video.path)
    plan = Plan(
        program=PROGRAM,
        source=Fingerprint(
            name=printable(video.path), sha256=sha256, size=size, duration=video.info.duration, frames=videos[0].frames
        ),
        settings=settings,
        weights=tuple(WeightsUsed(id=id, sha256=detectors.registry[id].sha256) for id in sorted(weights)),
        videos=tuple(videos),
    )
    return plan, hashes


def _analyse_track(
    video: VideoFile, number: int, looker: Looker, settings: Settings, hashes: Hashes[int], progress: Progress
) -> VideoPlan:
    info = video.info.videos[number]
    width, height = info.geometry.upright
    tracker = Tracker(width, height, Following.at(float(info.frame_rate or 25)))
    tracks: list[Track] = []
    times, cuts, whole = array("q"), [], []
    progress.start(printable(video.path), "analyse", info.frames_estimate)
    cadence = Cadence(info.frame_rate, CADENCES[settings.profile])
    for seen in _watched(video, number, looker, cadence, hashes):
        times.append(seen.time)
        whole.append(not seen.damaged)
        if seen.motion is None:
            cuts.append(seen.time)
        found = None if seen.look is None else _wanted(seen.look.result(), settings, float(seen.time * info.time_base))
        tracks += tracker.step(seen.index, seen.time, seen.motion, found, seen.searched)
        progress.advance(1)
    tracks += tracker.finish()
    tracks += fixed_tracks(settings.hide_regions, times, info.time_base)
    progress.finish()
    in_order = sorted(tracks, key=lambda track: (track.start, track.kind, track.keyframes[0].box))
    return VideoPlan(
        stream=info.stream,
        time_base=info.time_base,
        width=width,
        height=height,
        frames=len(times),
        analysed=Analysed.runs(times, whole),
        cuts=tuple(cuts[1:]),
        tracks=tuple(track.model_copy(update={"number": n}) for n, track in enumerate(in_order, 1)),
    )


def _wanted(found: list[Detection], settings: Settings, seconds: float) -> list[Detection]:
    """What is to be followed of one look: heads added, helpers and what is in kept regions left out."""
    return left_alone(without_helpers(with_heads(found), settings.hide), settings.keep_regions, seconds)


def _watched(video: VideoFile, number: int, looker: Looker, cadence: Cadence, hashes: Hashes[int]) -> Iterator[_Seen]:
    """Every frame with its motion and, where one was due, its look, which runs beside the motion of the next frames."""
    info = video.info.videos[number]
    motion = MotionEstimator(info.geometry)
    longest = GAP / ((info.frame_rate or 25) * info.time_base)
    pending: deque[_Seen] = deque()
    looks, before = 0, None
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="passerby-look") as looking:
        for frame in background(video.frames(number)):
            hashes.append(picture_hash(frame))
            if before is not None and frame.time - before > longest:
                motion = MotionEstimator(info.geometry)
            before = frame.time
            if frame.damaged:  # it will be covered whole; to follow what it shows would lead masks astray
                motion = MotionEstimator(info.geometry)
                pending.append(_Seen(frame.index, frame.time, True, None, None))
            else:
                field, scene = motion.step(frame)
                due = cadence.due(scene)
                look, kinds = None, frozenset[Kind]()
                if due is not None:
                    if looks % ALIVE_EVERY == ALIVE_EVERY - 1:
                        looking.submit(looker.alive).result()
                    looks += 1
                    look, kinds = looking.submit(looker.look, frame, due), due.searched
                pending.append(_Seen(frame.index, frame.time, False, None if scene.cut else field, look, kinds))
            while len(pending) > AHEAD:
                yield pending.popleft()
        yield from pending


def _belongs(plan: Plan, video: VideoFile) -> None:
    sha256, _ = fingerprint(video.path)
    if plan.source.sha256 != sha256 or len(plan.videos) != len(video.info.videos):
        raise PlanError(
            f"The plan was made for another file ({plan.source.name}, SHA-256 {plan.source.sha256[:16]}…), not for "
            f"{video.path}. Make a new one with: passerby redact {video.path} --save-plan"
        )


def _render(
    video: VideoFile,
    plan: Plan,
    settings: Settings,
    hashes: list[Hashes[int]] | None,
    part: Path,
    encodings: list[Encoding],
    container: str,
    progress: Progress,
) -> Written:
    """The second pass: paint and write, all tracks side by side in order of time."""
    info = video.info
    covered, times = 0, [array("q") for _ in info.videos]
    progress.start(printable(video.path), "render", sum(seen.frames for seen in plan.videos))
    with ExitStack() as stack:
        wanted = [] if settings.audio is Audio.REMOVE else [s for s in info.sounds if playable(video.path, s)]
        files = [stack.enter_context(SoundFile(video.path, info, sound)) for sound in wanted]
        trims = [Trims(plan.trim, track.time_base) for track in info.videos]
        sounds = [sound_track(file, settings.audio, plan.audio, container, trims[0].seconds) for file in files]
        created = info.created if settings.keep_times else None
        tracks = list(zip(info.videos, encodings, strict=True))
        writer = stack.enter_context(VideoWriter(part, tracks, container, sounds, created))
        painted = [_painted(video, n, plan, settings, hashes, encoding) for n, encoding in enumerate(encodings)]
        for _, number, safe in merge(*painted, key=lambda one: one[:2]):
            times[number].append(safe.time)
            shown = trims[number].written(safe.time)
            if shown is not None:
                writer.write(safe, number, shown)
                covered += safe.covered
            progress.advance(1)
    progress.finish()
    if [len(track) for track in times] != [seen.frames for seen in plan.videos]:
        raise SourceChanged(
            f"{video.path} gave {plan.videos[0].frames} frames when it was looked at and {len(times[0])} now. "
            "Nothing was written. Make sure that nobody writes to it, and run it again."
        )
    cut = [f"{start:.2f} to {end:.2f} s were left out, as the plan says" for start, end in trims[0].seconds]
    notes = cut + [note for encoding in encodings for note in encoding.notes] + [s.note for s in sounds if s.note]
    if settings.audio is not Audio.REMOVE and len(sounds) < len(info.sounds):
        notes.append(f"{len(info.sounds) - len(sounds)} tracks of sound were left out: nothing of them can be played")
    encoders = [encoding.encoder for encoding in encodings]
    tallies = [video.tallies[n] for n in sorted(video.tallies)]
    return Written(encoders, covered, times, tallies, notes, writer.bit_rates)


def _painted(
    video: VideoFile,
    number: int,
    plan: Plan,
    settings: Settings,
    hashes: list[Hashes[int]] | None,
    encoding: Encoding,
) -> Iterator[tuple[Fraction, int, SafeFrame]]:
    """(seconds, number of the track, frame) of one track."""
    info, known = video.info.videos[number], None if hashes is None else hashes[number]
    painter = Painter(info, encoding.pixel_format)
    schedule = Schedule(plan.tracks(number))

    def paint() -> Iterator[SafeFrame]:
        for frame in background(video.frames(number)):
            same = known is None or (frame.index < len(known) and known[frame.index] == picture_hash(frame))
            if same and not frame.damaged and plan.videos[number].seen(frame.index, frame.time):
                here = schedule.at(frame.time)
                yield painter.paint(frame, [shape(showing, info.geometry, settings.style) for showing in here])
            else:
                yield painter.cover(frame)

    for safe in background(paint()):
        yield safe.time * info.time_base, number, safe
