"""The first pass: look at a whole file, follow what was seen, and say in a plan where everything is.

Looks run in threads beside the motion of later frames; the tracker takes both in order, so the plan does not depend on
how many threads there are.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from passerby.base.background import background
from passerby.base.kinds import Detection, Kind
from passerby.base.motion import MotionField
from passerby.base.plan import Analysed, Fingerprint, Plan, Track, VideoPlan, WeightsUsed
from passerby.base.progress import Progress
from passerby.base.settings import Settings
from passerby.detect.cadence import CADENCES, Cadence
from passerby.detect.detector import AT_ONCE, Detectors
from passerby.detect.look import LOOKS, Looker
from passerby.detect.motion import MotionEstimator
from passerby.release import PROGRAM
from passerby.source.file import VideoFile
from passerby.source.fingerprint import fingerprint, printable
from passerby.source.pictures import picture_hash
from passerby.track.heads import with_heads, without_helpers
from passerby.track.regions import fixed_tracks, left_alone
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
    hashes: list[Hashes[int]] = [array("Q") for _ in video.info.videos]
    videos, weights = [], set()
    for number, info in enumerate(video.info.videos):
        looker = Looker(detectors, info.geometry, settings.hide, LOOKS[settings.profile])
        videos.append(_analyse_track(video, number, looker, settings, hashes[number], progress))
        looker.ready()  # also where there was nothing to look at
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
        found = None if seen.look is None else _wanted(seen.found(), settings, float(seen.time * info.time_base))
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


@dataclass(slots=True)
class _Seen:
    """A frame of the first pass: its motion is known, its look may be under way."""

    index: int
    time: int
    damaged: bool
    motion: MotionField | None
    look: tuple[Future[list[Detection]], ...] | None
    searched: frozenset[Kind] = frozenset()

    def found(self) -> list[Detection]:
        """What the look found, when its parts are done."""
        return [found for part in self.look or () for found in part.result()]

    @property
    def waits(self) -> bool:
        """Is the look still under way?"""
        return not all(part.done() for part in self.look or ())


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
                    look = tuple(looking.submit(part) for part in looker.parts(frame, due))
                    kinds = due.searched
                pending.append(_Seen(frame.index, frame.time, False, None if scene.cut else field, look, kinds))
            while len(pending) > AHEAD or sum(seen.waits for seen in pending) > WAITING:
                yield pending.popleft()
        yield from pending
