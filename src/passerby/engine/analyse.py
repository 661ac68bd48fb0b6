"""The first pass: look at a whole file, follow what was seen, and say in a plan where everything is.

Looks run in threads beside the motion of later frames; the tracker takes both in order, so the plan does not depend on
how many threads there are.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain

from passerby.config.settings import Settings
from passerby.core.background import background
from passerby.core.kinds import Detection, Kind
from passerby.core.media import SourceInfo, VideoInfo
from passerby.core.motion import MotionField
from passerby.core.progress import Progress
from passerby.detect.frame_detector import LOOKS, Looker
from passerby.detect.model import AT_ONCE, Detectors
from passerby.detect.optical_flow import MotionEstimator
from passerby.detect.schedule import CADENCES, Cadence
from passerby.detect.weights import Registry
from passerby.documents.plan import Analysed, Fingerprint, Plan, Track, VideoPlan, WeightsUsed
from passerby.engine.report import PROGRAM
from passerby.source.fingerprint import fingerprint, printable
from passerby.source.video.file import VideoFile
from passerby.source.video.frame_hash import picture_hash
from passerby.track.confirmation import THRESHOLDS, Evidence
from passerby.track.head_boxes import with_heads, without_helpers
from passerby.track.regions import fixed_tracks, left_alone
from passerby.track.segments import Followed, Looked, Span, Stretches
from passerby.track.stitching import sewn
from passerby.track.tracker import Following, Tracker

#: Frames that motion may run ahead of a look that is still under way, and looks that may be under way or wait: enough
#: for the next ones to begin beside it. Every look that waits holds a frame, and where each frame is a new scene, each
#: is looked at.
AHEAD, WAITING = 64, 6
#: Frame intervals without a frame after which motion is not trusted: frames were lost, and what is shown is elsewhere.
GAP = 3
#: Looks after which each model is shown the known pictures again (invariant 11).
ALIVE_EVERY = 500

#: A hash of every decoded frame, in memory only: the second pass is to see the same.
Hashes = array  # of unsigned 64-bit integers


def look_through(
    video: VideoFile, settings: Settings, detectors: Detectors, progress: Progress
) -> tuple[Plan, list[Hashes[int]]]:
    """The plan of a file, and the hashes of each video track's frames. Raises PasserbyError, in one of its kinds."""
    looked = [look(video, number, Span(), settings, detectors, progress) for number in range(len(video.info.videos))]
    plan = as_plan(video.info, fingerprint(video.path), settings, detectors.registry, [[one] for one in looked])
    return plan, [one.hashes for one in looked]


def look(
    video: VideoFile, number: int, span: Span, settings: Settings, detectors: Detectors, progress: Progress
) -> Looked:
    """What is found in a span of one video track, as it is told in track/segments.py."""
    info = video.info.videos[number]
    looker = Looker(detectors, info.geometry, settings.hide, LOOKS[settings.profile])
    stretches = Stretches(info.time_base)
    done = Looked(span)
    followed: dict[int, Tracker] = {}
    progress.start(printable(video.path), "analyse", info.frames_estimate if span == Span() else None)
    for seen in _watched(video, number, looker, settings, stretches, span):
        if seen.stretch < span.first:
            done.before = seen.time, seen.hash
            continue
        begins = _take(done, seen)
        found = None if seen.look is None else _wanted(seen.found(), settings, float(seen.time * info.time_base))
        if begins:
            followed[seen.stretch] = _follower(info, stretches, seen.stretch, done)
        for stretch, tracker in list(followed.items()):
            if stretch < seen.stretch and stretches.alone(seen.stretch, seen.time):
                deque(followed.pop(stretch).finish(), 0)
                continue
            motion = None if begins and stretch == seen.stretch else seen.motion
            deque(tracker.step(seen.index, seen.time, motion, found, seen.searched), 0)
        progress.advance(1)
    for tracker in followed.values():
        deque(tracker.finish(), 0)
    looker.ready()  # also where there was nothing to look at
    done.weights = tuple(looker.weights)
    progress.finish()
    return done


def _follower(info: VideoInfo, stretches: Stretches, stretch: int, done: Looked) -> Tracker:
    """Follows what is in a stretch, and notes what it finds."""
    found = done.tracks[stretch] = []

    def ended(track: Track, evidence: Evidence) -> None:
        # What is not sure by itself is of use only where another stretch may have seen the same.
        if evidence.enough(THRESHOLDS[track.kind]) or stretches.meets(stretch, track.start, track.end):
            found.append(Followed(track, evidence.best, evidence.total, evidence.sightings, evidence.looks))

    return Tracker(*info.geometry.upright, Following.at(float(info.frame_rate or 25)), ended)


def _take(done: Looked, seen: _Seen) -> bool:
    """Note a frame. Does a stretch of the span begin with it?"""
    if seen.stretch not in done.span:
        done.after.append((seen.time, seen.hash))
        return False
    if seen.motion is None:
        done.cuts.append(seen.time)
    done.times.append(seen.time)
    done.hashes.append(seen.hash)
    done.whole.append(not seen.damaged)
    return seen.begins


def as_plan(
    source: SourceInfo,
    file: tuple[str, int],
    settings: Settings,
    registry: Registry,
    looked: Sequence[Sequence[Looked]],
) -> Plan:
    """The plan of a film of which every span of every video track was looked at, in order. `file` is its SHA-256 and
    its size."""
    videos = [_as_video(info, settings, spans) for info, spans in zip(source.videos, looked, strict=True)]
    weights = {id for spans in looked for one in spans for id in one.weights}
    return Plan(
        program=PROGRAM,
        source=Fingerprint(
            name=printable(source.path),
            sha256=file[0],
            size=file[1],
            duration=source.duration,
            frames=videos[0].frames,
        ),
        settings=settings,
        weights=tuple(WeightsUsed(id=id, sha256=registry[id].sha256) for id in sorted(weights)),
        videos=tuple(videos),
    )


def _as_video(info: VideoInfo, settings: Settings, spans: Sequence[Looked]) -> VideoPlan:
    times = array("q", chain.from_iterable(one.times for one in spans))
    whole = [bool(good) for one in spans for good in one.whole]
    cuts = [time for one in spans for time in one.cuts]
    tracks = sewn({stretch: tracks for one in spans for stretch, tracks in one.tracks.items()})
    tracks += fixed_tracks(settings.hide_regions, times, info.time_base)
    in_order = sorted(tracks, key=lambda track: (track.start, track.kind, track.keyframes[0].box))
    width, height = info.geometry.upright
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


@dataclass(slots=True)
class _Seen:
    """A frame of the first pass: its motion is known, its look may be under way. `begins` a stretch, or not."""

    index: int
    time: int
    hash: int
    stretch: int
    begins: bool
    damaged: bool = False
    motion: MotionField | None = None
    look: tuple[Future[list[Detection]], ...] | None = None
    searched: frozenset[Kind] = frozenset()

    def found(self) -> list[Detection]:
        """What the look found, when its parts are done."""
        return [found for part in self.look or () for found in part.result()]

    @property
    def waits(self) -> bool:
        """Is the look still under way?"""
        return not all(part.done() for part in self.look or ())


def _watched(
    video: VideoFile, number: int, looker: Looker, settings: Settings, stretches: Stretches, span: Span
) -> Iterator[_Seen]:
    """Every frame of a span with its motion and, where one was due, its look, which runs beside the motion of the next
    frames. Before them come those that were decoded on the way to the first, after them those of the next span beside
    which this one is followed on."""
    info = video.info.videos[number]
    cadence = Cadence(info.frame_rate, CADENCES[settings.profile])
    motion = MotionEstimator(info.geometry)
    longest = GAP / ((info.frame_rate or 25) * info.time_base)
    pending: deque[_Seen] = deque()
    looks, before, stretch = 0, None, -1
    since = stretches.start(span.first) if span.first else None
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="passerby-look") as looking:
        for frame in background(video.frames(number, since)):
            here = stretches.number(frame.time)
            begins = here != stretch
            if begins:  # as if the film began here: who looks at this stretch alone looks at the same frames
                cadence = Cadence(info.frame_rate, CADENCES[settings.profile])
            stretch = here
            if span.beyond(here) and stretches.alone(here, frame.time):
                break
            seen = _Seen(frame.index, frame.time, picture_hash(frame), here, begins)
            pending.append(seen)
            if before is not None and frame.time - before > longest:
                motion = MotionEstimator(info.geometry)
            before = frame.time
            if frame.damaged:  # it will be covered whole; to follow what it shows would lead masks astray
                motion = MotionEstimator(info.geometry)
                seen.damaged = True
            else:
                field, scene = motion.step(frame)
                seen.motion = None if scene.cut else field
                due = cadence.due(scene) if here >= span.first else None
                if due is not None:
                    if looks % ALIVE_EVERY == ALIVE_EVERY - 1:
                        looking.submit(looker.alive).result()
                    looks += 1
                    seen.look = tuple(looking.submit(part) for part in looker.parts(frame, due))
                    seen.searched = due.searched
            while len(pending) > AHEAD or sum(seen.waits for seen in pending) > WAITING:
                yield pending.popleft()
        yield from pending
