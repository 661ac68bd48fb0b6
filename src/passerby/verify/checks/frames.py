"""One run through one video track of the released file: everything that needs its pictures, in one decode."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from itertools import repeat

import numpy as np

from passerby.config.settings import Style
from passerby.core.background import background
from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.core.media import Geometry
from passerby.core.model import FrozenModel
from passerby.core.progress import Progress
from passerby.core.raw_frame import RawFrame
from passerby.detect.model import AT_ONCE
from passerby.detect.preprocess import Picture, colour, fitted, luma
from passerby.documents.plan import Plan
from passerby.documents.trim import Trims
from passerby.documents.verification_report import Check, VideoSeen
from passerby.track.active_tracks import Schedule, Showing
from passerby.verify.checks.blank_regions import Blackness, blackness
from passerby.verify.checks.findings import Suspects
from passerby.verify.checks.independent_detectors import ALL, Eyes, Sighting, Turn
from passerby.verify.checks.mask_dropouts import Holes
from passerby.verify.checks.masks import MaskCheck
from passerby.verify.checks.residual_correlation import AgainstOriginal
from passerby.verify.checks.sighting_fusion import MOST_BLACK, Confirming, worth
from passerby.verify.released_file import Opened

#: A frame with more black than this shows nothing.
ALL_BLACK = 0.985
#: Looks after which each model is shown the known pictures again (invariant 11).
ALIVE_EVERY = 500
#: Share of what was seen that lies under a planned mask and so is not seen.
UNDER = 0.5
#: Matroska keeps milliseconds: a moment may be this far (s) from the plan's.
ROUNDED = {"matroska": 0.001, "webm": 0.001}
#: A still is looked at whole, and in parts of this size where it is larger.
PART = 1600
#: Seconds that one frame of an animation is taken to last where sightings are put together.
MOVING = 0.1


#: What looks are for, in turn. The two that see the smallest faces best are in one: models that agree in one picture
#: say more than models that saw the thing at different times.
TURNS = (
    Turn(small=True, others=False, face_sizes=(1280,)),
    Turn(small=False, others=True, face_sizes=(640,), plate_sizes=(640,)),
    Turn(small=False, others=False, face_sizes=(640, 320)),
    Turn(small=False, others=True, face_sizes=(320,), plate_sizes=(320,)),
)


class WatchSettings(FrozenModel):
    """`interval` seconds between two looks; the first one goes as far as looks go, those after it take `turns`. Every
    `compared`-th frame is compared with the original. `longest` is the longer side of the picture that models are
    shown, px."""

    interval: float = 0.28
    turns: tuple[Turn, ...] = TURNS
    compared: int = 3
    longest: int = 1920


@dataclass(slots=True)
class Told:
    """What is known besides the file: what was to be hidden, and how; the plan and the original where given."""

    hide: tuple[Kind, ...]
    style: Style
    plan: Plan | None = None
    original: Opened | None = None


@dataclass(slots=True)
class Watched:
    """What one run came to."""

    seen: VideoSeen
    masks: int = 0
    compared: int = 0
    unanalysed: int = 0
    places: int = 0


@dataclass(slots=True)
class _Look:
    """A look that is under way, and what has to be known of its frame to judge it."""

    index: int
    moment: float
    dark: Blackness
    hidden: Sequence[Box]
    found: Future[list[Sighting]]


class Watch:
    """One run. `run` does everything."""

    def __init__(
        self,
        opened: Opened,
        video: int,
        told: Told,
        eyes: Eyes,
        suspects: Suspects,
        settings: WatchSettings | None = None,
    ) -> None:
        self._opened, self._video, self._told, self._eyes, self._suspects = opened, video, told, eyes, suspects
        self._settings = settings or WatchSettings()
        self._info = opened.videos[video]
        self._full = bool(self._info.colour.full_range)
        self._plan = told.plan if told.plan is not None and video < len(told.plan.videos) else None
        base = self._info.time_base if self._plan is None else self._plan.videos[video].time_base
        self._trims = Trims(() if self._plan is None else self._plan.trim, base)
        self._masks = MaskCheck(video, told.style, self._full, suspects)
        self._against = AgainstOriginal(video, told.style, suspects)
        self._confirming, self._holes = Confirming(), Holes()
        self._looking = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="passerby-look")
        self._under_way: deque[_Look] = deque()
        self._next_look = float("-inf")
        self._looks = self._places = 0

    def run(self, progress: Progress, name: str) -> Watched:
        """Decode the track to its end. Raises SourceError, DetectorError as what it calls does."""
        with self._looking:
            return self._run(progress, name)

    def _run(self, progress: Progress, name: str) -> Watched:
        frames = black = unanalysed = 0
        schedule = Schedule(self._plan.tracks(self._video)) if self._plan is not None else None
        progress.start(name, "check", self._info.frames_estimate)
        width, height = self._info.geometry.upright
        for frame, original in self._pairs():
            geometry = self._opened.geometry(self._video, frame)
            seconds = float(frame.time * self._info.time_base)
            dark = blackness(frame, geometry, self._full)
            here = self._here(schedule, frame)
            hidden = [key.box for _, key in here] if self._told.style is not Style.SOLID else []
            if self._plan is not None and not self._analysed(frame) and dark.share < ALL_BLACK:
                unanalysed += 1
                self._suspects.see(
                    Check.COVERAGE, "a frame was not analysed, and is not covered", self._video, frame.index, seconds,
                    track=0,
                )  # fmt: skip
            self._look(frame, geometry, seconds, dark, hidden)
            self._compare(frame, original, geometry, seconds, here, dark)
            frames += 1
            black += dark.share >= ALL_BLACK
            progress.advance(1)
        while self._under_way:
            self._judge(self._under_way.popleft())
        progress.finish()
        self._tell_things()
        self._against.finish()
        told = self._plan is not None and self._opened.still is None and not self._trims
        if told and self._plan is not None and frames != self._plan.videos[self._video].frames:
            wanted = self._plan.videos[self._video].frames
            self._suspects.tell(
                Check.COVERAGE, f"the plan knows {wanted} frames, the file shows {frames}", video=self._video
            )
        seen = VideoSeen(width=width, height=height, frames=frames, looked_at=self._looks, black=black)
        return Watched(seen, self._masks.measured, self._against.measured, unanalysed, self._places)

    def _pairs(self) -> Iterator[tuple[RawFrame, RawFrame | None]]:
        """Each frame, with the one of the original that belongs to it."""
        ours = background(self._opened.frames(self._video))
        original = self._told.original
        if original is None or self._video >= len(original.videos):
            yield from zip(ours, repeat(None), strict=False)
            return
        others = (frame for frame in background(original.frames(self._video)) if self._kept(frame))
        for frame in ours:
            other = next(others, None)
            if other is None:
                self._suspects.tell(Check.SOURCE, "the file goes on after the original's end", video=self._video)
                yield frame, None
                for rest in ours:
                    yield rest, None
                return
            yield frame, other
        if self._opened.still is None and next(others, None) is not None:
            self._suspects.tell(Check.SOURCE, "the file ends before the original does", video=self._video)

    def _kept(self, frame: RawFrame) -> bool:
        """Is this frame of the original in the release?"""
        assert self._told.original is not None
        base = self._told.original.videos[self._video].time_base
        return self._trims.written(round(frame.time * base / self._trims.time_base)) is not None

    def _here(self, schedule: Schedule | None, frame: RawFrame) -> list[Showing]:
        """What the plan hides in this frame. Where times were rounded, only what surely shows."""
        if schedule is None or self._plan is None:
            return []
        base = self._plan.videos[self._video].time_base
        slack = Fraction(ROUNDED.get(self._opened.info.container, 0)).limit_denominator(10**6)
        time = frame.time * self._info.time_base
        ticks, early, late = (self._trims.source(round((time + by) / base)) for by in (0, -slack, slack))
        return [(t, key) for t, key in schedule.at(ticks) if not slack or (t.start <= early and late <= t.end)]

    def _analysed(self, frame: RawFrame) -> bool:
        assert self._plan is not None
        video = self._plan.videos[self._video]
        if self._trims:  # ordinals are the release's own
            time = self._trims.source(round(frame.time * self._info.time_base / video.time_base))
            return any(run.first_time <= time <= run.last_time for run in video.analysed)
        # By ordinal alone: times are compared by the quick check, and may be rounded by the container.
        return any(run.first_frame <= frame.index <= run.last_frame for run in video.analysed)

    # Looking

    def _look(
        self, frame: RawFrame, geometry: Geometry, seconds: float, dark: Blackness, hidden: Sequence[Box]
    ) -> None:
        due = self._opened.still is not None or seconds >= self._next_look
        gone = self._holes.step(dark, seconds) if self._opened.still is None and self._told.style is Style.SOLID else []
        if due:
            self._next_look = seconds + self._settings.interval - 1e-6
            moment = seconds * MOVING if self._opened.still is not None else seconds
            found = self._looking.submit(self._sightings, frame, geometry, self._turn())
            self._under_way.append(_Look(frame.index, moment, dark, hidden, found))
            self._looks += 1
            while len(self._under_way) > AT_ONCE:  # no more: each holds a frame
                self._judge(self._under_way.popleft())
            if self._looks % ALIVE_EVERY == 0:
                self._eyes.alive()
        for one in gone:
            picture, scale = self._picture(frame, geometry)
            place = Box(*(v / scale for v in one.place))
            for kind in (k for k in _likely(one.place) if k in self._told.hide):
                self._places += 1
                seen = self._eyes.close(picture, place, kind)
                if seen is None:
                    continue
                box = Box(*(v * scale for v in seen.box))
                if self._shows(box, dark, hidden) and one.look(worth(seen), box):
                    what = f"a {kind} shows where its mask is gone"
                    self._suspects.see(Check.HOLES, what, self._video, frame.index, one.start, kind, box, seen.score)

    def _turn(self) -> Turn:
        if self._opened.still is not None or not self._looks:
            return ALL
        return self._settings.turns[self._looks % len(self._settings.turns)]

    def _judge(self, look: _Look) -> None:
        """What a look saw, once it is done; looks are judged in their order."""
        shown = [s for s in look.found.result() if self._shows(s.box, look.dark, look.hidden)]
        self._confirming.look(shown, look.index, look.moment)
        if self._opened.still is not None and not self._opened.still.info.animated:
            self._confirming.page_ends()

    def _sightings(self, frame: RawFrame, geometry: Geometry, turn: Turn) -> list[Sighting]:
        picture, scale = self._picture(frame, geometry)
        found = self._eyes.look(picture, turn)
        for one in found:
            one.box = Box(*(v * scale for v in one.box))
        if self._opened.still is not None and max(geometry.upright) > PART * 1.2:
            found += self._in_parts(colour(frame, geometry, geometry.upright))
        return found

    def _in_parts(self, picture: Picture) -> Iterator[Sighting]:
        height, width = picture.shape[:2]
        step = PART * 3 // 4
        for top in range(0, max(1, height - PART // 4), step):
            for left in range(0, max(1, width - PART // 4), step):
                part = np.ascontiguousarray(picture[top : top + PART, left : left + PART])
                for one in self._eyes.look(part):
                    one.box = one.box.translate(left, top)
                    yield one

    def _picture(self, frame: RawFrame, geometry: Geometry) -> tuple[Picture, float]:
        """The picture that models are shown, and the factor back to displayed pixels."""
        size = fitted(geometry, self._settings.longest)
        return colour(frame, geometry, size), geometry.upright[0] / size[0]

    @staticmethod
    def _shows(box: Box, dark: Blackness, hidden: Sequence[Box]) -> bool:
        """Is it seen, and not taken for something by a model that sees a mask? Black masks are seen to be there; of
        weak ones only the plan knows (`hidden`)."""
        return dark.inside(box) <= MOST_BLACK and not any(box.containment(mask) > UNDER for mask in hidden)

    def _tell_things(self) -> None:
        for thing in self._confirming.things():
            _, frame, seconds, box = thing.best
            factor = 1 / MOVING if self._opened.still is not None else 1.0
            self._suspects.see(
                thing.check,
                f"a {thing.kind} shows",
                self._video,
                frame,
                thing.start * factor,
                thing.kind,
                box,
                max(thing.scores.values()),
                until=thing.end * factor,
            )
            self._suspects.best_at(seconds * factor)

    # Masks

    def _compare(
        self,
        frame: RawFrame,
        original: RawFrame | None,
        geometry: Geometry,
        seconds: float,
        here: Sequence[Showing],
        dark: Blackness,
    ) -> None:
        against = original is not None and frame.index % self._settings.compared == 0 and dark.share < ALL_BLACK
        if not here and not against:
            return
        picture = luma(frame, geometry, geometry.upright)
        if here:
            self._masks.step(picture, here, frame.index, seconds)
        if against and original is not None:
            other_geometry = self._told.original.geometry(self._video, original)  # type: ignore[union-attr]
            other = luma(original, other_geometry, geometry.upright)
            if self._plan is not None:
                self._against.planned(picture, other, here, frame.index, seconds)
            else:
                self._against.changed(picture, other, frame.index, seconds)


def _likely(place: Box) -> tuple[Kind, ...]:
    """What a mask of this shape may have hidden: heads are not much wider than high, plates are."""
    if place.width < 1.2 * place.height:
        return (Kind.FACE,)
    return (Kind.PLATE,) if place.width > 2 * place.height else (Kind.FACE, Kind.PLATE)
