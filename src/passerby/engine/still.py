"""The story of a still, top to bottom: the sibling of engine/video.py for photos, scans and animations.

It is the same story: look, make a plan, paint what the plan says, write, check. A page of a TIFF or a frame of an
animation is a frame, and its time is its number. Pages are looked at one by one; frames of an animation are followed as
in a film, so that nobody shows in the one frame where nobody was found.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from pathlib import Path

from passerby.config.settings import Settings
from passerby.core.errors import PlanError, SourceChanged
from passerby.core.progress import Progress, Silent
from passerby.core.safe_frame import SafeFrame
from passerby.detect.optical_flow import MotionEstimator
from passerby.detect.still_detector import StillLooker
from passerby.detect.weights import Registry
from passerby.documents.plan import Analysed, Fingerprint, Plan, Track, VideoPlan, WeightsUsed
from passerby.documents.report import QuickCheck, Report
from passerby.engine.report import PROGRAM, Written, make_report
from passerby.mask.painter import Painter
from passerby.mask.shapes import shape
from passerby.sink.output_file import OutputFile, write_text_atomically
from passerby.sink.still.writer import check_name, write_still
from passerby.source.fingerprint import fingerprint, printable
from passerby.source.still.file import StillFile
from passerby.source.video.frame_hash import picture_hash
from passerby.track.active_tracks import Schedule
from passerby.track.head_boxes import with_heads, without_helpers
from passerby.track.regions import fixed_tracks, left_alone
from passerby.track.still_selection import hidden_in
from passerby.track.tracker import Following, Tracker
from passerby.verify.still_self_check import check_still

#: Frames a second of an animation that does not say how long its frames last: what browsers show it at.
UNSTATED_RATE = 10.0


class Lookers:
    """What looked at the last still looks at the next one too, if it is to look for the same: models take seconds to
    load."""

    def __init__(self) -> None:
        self._looker: StillLooker | None = None
        self._for: object = None

    def of(self, settings: Settings, threads: int | None = None) -> StillLooker:
        """What looks at stills with these settings."""
        wanted = (settings.hide, settings.profile, threads)
        if self._looker is None or wanted != self._for:
            self._looker = None  # else both would be in memory
            self._looker, self._for = StillLooker.of(settings, threads), wanted
        return self._looker

    def forget(self) -> None:
        """Give the memory back."""
        self._looker = None


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
    lookers: Lookers | None = None,
) -> Report:
    """Write the still `source` to `output`, in the source's format, with everything hidden that `settings` name, or
    that `plan` says. Promises, arguments and errors are those of `passerby.engine.video.redact`.

    `lookers` spare loading the models for each of many files.
    """
    progress, lookers = progress or Silent(), lookers or Lookers()
    settings = plan.settings if plan is not None and settings is None else settings or Settings()
    with StillFile.open(source) as still:
        check_name(output, still.info.kind)
        with OutputFile(output, force, source=source) as out:
            hashes, edited = None, plan is not None
            if plan is None:
                plan, hashes = _analyse(still, settings, lookers.of(settings, threads), progress)
            else:
                _belongs(plan, still)
            written = _render(still, plan, settings, hashes, out.part, progress)
            check = QuickCheck(ran=False)
            if verify:
                check = check_still(out.part, printable(output), plan, still.info, settings, progress)
            report = make_report(
                still.info.told(settings.keep_times), output, out.part, plan, settings, written, check, edited
            )
            if save_plan is not None:
                write_text_atomically(save_plan, plan.to_json(), force)
            out.commit()
    return report


def analyse(
    source: Path, settings: Settings | None = None, *, threads: int | None = None, progress: Progress | None = None
) -> Plan:
    """The look alone: what would be hidden in a still."""
    settings = settings or Settings()
    with StillFile.open(source) as still:
        return _analyse(still, settings, StillLooker.of(settings, threads), progress or Silent())[0]


def _analyse(still: StillFile, settings: Settings, looker: StillLooker, progress: Progress) -> tuple[Plan, array[int]]:
    info, registry = still.info.source.videos[0], Registry.load()
    hashes = array("Q")
    progress.start(printable(still.path), "analyse", len(still.info.pages))
    find = _followed if still.info.animated else _found
    tracks = list(find(still, settings, looker, hashes, progress))
    tracks += fixed_tracks(settings.hide_regions, range(len(hashes)), info.time_base)
    progress.finish()
    width, height = info.geometry.upright
    last = len(hashes) - 1
    sha256, size = fingerprint(still.path)
    plan = Plan(
        program=PROGRAM,
        source=Fingerprint(
            name=printable(still.path), sha256=sha256, size=size, duration=still.info.source.duration, frames=last + 1
        ),
        settings=settings,
        weights=tuple(WeightsUsed(id=id, sha256=registry[id].sha256) for id in sorted(looker.weights)),
        videos=(
            VideoPlan(
                stream=0,
                time_base=info.time_base,
                width=width,
                height=height,
                frames=last + 1,
                analysed=(Analysed(first_frame=0, last_frame=last, first_time=0, last_time=last),),
                tracks=tuple(track.model_copy(update={"number": n}) for n, track in enumerate(tracks, 1)),
            ),
        ),
    )
    return plan, hashes


def _found(
    still: StillFile, settings: Settings, looker: StillLooker, hashes: array[int], progress: Progress
) -> Iterator[Track]:
    """Page by page: pages have nothing to do with each other."""
    for frame in still.frames():
        hashes.append(picture_hash(frame))
        found = looker.look(frame, panorama=still.info.panorama, beat=lambda: progress.advance(0))
        size = frame.picture.width, frame.picture.height
        yield from hidden_in(found, settings, size, frame.time)
        progress.advance(1)


def _followed(
    still: StillFile, settings: Settings, looker: StillLooker, hashes: array[int], progress: Progress
) -> Iterator[Track]:
    """Frame by frame, as in a film: what is found in one is carried to its neighbours."""
    geometry = still.info.source.videos[0].geometry
    seconds = still.info.source.duration
    rate = len(still.info.pages) / seconds if seconds else UNSTATED_RATE
    tracker, motion = Tracker(*geometry.upright, Following.at(rate)), MotionEstimator(geometry)
    for frame in still.frames():
        hashes.append(picture_hash(frame))
        field, scene = motion.step(frame)
        found = without_helpers(with_heads(looker.look(frame)), settings.hide)
        found = left_alone(found, settings.keep_regions, frame.time)
        yield from tracker.step(frame.index, frame.time, None if scene.cut else field, found)
        progress.advance(1)
    yield from tracker.finish()


def _belongs(plan: Plan, still: StillFile) -> None:
    sha256, _ = fingerprint(still.path)
    if plan.source.sha256 != sha256 or len(plan.videos) != 1:
        raise PlanError(
            f"The plan was made for another file ({plan.source.name}, SHA-256 {plan.source.sha256[:16]}…), not for "
            f"{still.path}. Make a new one with: passerby redact {still.path} --save-plan"
        )
    if plan.trim:
        raise PlanError(f"{still.path} is a still, which has no time to leave out. Take `trim` out of the plan.")


def _render(
    still: StillFile, plan: Plan, settings: Settings, hashes: array[int] | None, part: Path, progress: Progress
) -> Written:
    """The second pass: paint and write."""
    covered, times = 0, array("q")

    def counted() -> Iterator[SafeFrame]:
        nonlocal covered
        for safe in _painted(still, plan, settings, hashes):
            covered += safe.covered
            times.append(safe.time)
            progress.advance(1)
            yield safe

    progress.start(printable(still.path), "render", plan.videos[0].frames)
    write_still(part, counted(), still.info, settings.keep_times)
    progress.finish()
    if len(times) != plan.videos[0].frames:
        raise SourceChanged(
            f"{still.path} gave {plan.videos[0].frames} pages when it was looked at and {len(times)} now. "
            "Nothing was written. Make sure that nobody writes to it, and run it again."
        )
    return Written([still.info.kind.value], len(times), covered, [times], [], [])


def _painted(still: StillFile, plan: Plan, settings: Settings, hashes: array[int] | None) -> Iterator[SafeFrame]:
    info = still.info.source.videos[0]
    schedule, painters = Schedule(plan.tracks(0)), dict[str, Painter]()
    for frame in still.frames():
        form = frame.picture.format.name
        painter = painters.setdefault(form, Painter(info, form))
        same = hashes is None or (frame.index < len(hashes) and hashes[frame.index] == picture_hash(frame))
        if same and plan.videos[0].seen(frame.index, frame.time):
            here = schedule.at(frame.time)
            yield painter.paint(frame, [shape(showing, info.geometry, settings.style) for showing in here])
        else:
            yield painter.cover(frame)
