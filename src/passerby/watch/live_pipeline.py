"""The story of a camera while its pictures keep one size: raw frames in, safe frames out, a short while later.

Every frame waits in the ring for `delay` seconds. Meanwhile motion joins it to its neighbours, looks say what is in
some of the frames, and the tracker carries that to all others, backwards too. When its time is up it leaves: with masks
where that is proven to be enough (ring.py), and covered whole where not. Nothing else leaves, and nothing is kept.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
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
from passerby.detect.live_schedule import Turns
from passerby.detect.optical_flow import MotionEstimator
from passerby.detect.schedule import Reach
from passerby.documents.status import Reason
from passerby.mask.painter import Painter
from passerby.mask.shapes import Shape
from passerby.source.camera.capture import Caught
from passerby.track.head_boxes import with_heads, without_helpers
from passerby.track.live_tracker import Followed, LiveTracker, following_live
from passerby.track.regions import left_alone
from passerby.watch.release_gate import Proof, Prover

#: Seconds without a frame after which motion is not trusted, or so many times the usual distance of two frames.
GAP, GAP_FRAMES = 0.5, 3
#: Mean trust (0 to 1) below which there-and-back-again does not meet in most of the picture: motion is not to be built
#: upon, cut or not.
TRUSTED = 0.25
#: Looks that may wait for each other: the one under way, and those at both sides of a cut.
MOST_WAITING = 3
#: Frames that may wait for a look before following begins anew.
MOST_FRAMES = 600


class Counts(Protocol):
    """Who counts (CameraCounting, or nobody)."""

    def glance(self, frame: RawFrame, geometry: Geometry) -> None: ...
    def passed(
        self, at: Moment, geometry: Geometry, motion: MotionField | None, found: Sequence[Detection] | None
    ) -> None: ...


class Asks(Protocol):
    """Who looks (Looking, or in tests something else)."""

    problem: str | None

    @property
    def busy(self) -> int: ...
    @property
    def pause(self) -> float: ...
    def look(self, frame: RawFrame, geometry: Geometry, reach: Reach) -> Future[list[Detection]]: ...


@dataclass(frozen=True, slots=True)
class Released:
    """A frame that left the ring. `reason` says why it is covered whole, None when it is not."""

    frame: SafeFrame
    at: Moment
    reason: Reason | None


@dataclass(slots=True)
class _Waiting:
    """A frame in the ring. `index` counts the frames of this stretch; `motion` is None where a scene begins.

    `frame` is let go of when it leaves; what followed from it is still needed while looks are waited for.
    """

    index: int
    time: int
    frame: RawFrame | None
    at: Moment
    motion: MotionField | None
    proof: Proof
    look: Future[list[Detection]] | None = None
    reach: Reach | None = None


class Stretch:
    """`add` each frame as it comes, and take what is due with `due`. Not for two threads at once."""

    def __init__(
        self,
        video: VideoInfo,
        settings: CameraSettings,
        looking: Asks,
        *,
        count: Sequence[Kind] = (),
        seen: Callable[[Moment, list[Followed]], None] = lambda at, followed: None,
        motion: Callable[[Geometry], MotionEstimator] = MotionEstimator,
        counts: Counts | None = None,
    ) -> None:
        """`count` are kinds that are followed beside those to be hidden; `seen` is told of every look that ends."""
        self.video = video
        self._settings, self._looking, self._seen, self._make_motion = settings, looking, seen, motion
        self._counts = counts
        self._wanted = tuple(dict.fromkeys((*settings.hide, *count)))
        width, height = video.geometry.upright
        rate = float(video.frame_rate or 10)
        self._kept = round(3 * settings.delay * rate) + 10
        self._rate = rate
        self._tracker = self._fresh()
        self._painter = Painter(video, video.pixel_format)
        self._prover, self._turns = Prover(), Turns()
        self._motion = motion(video.geometry)
        self._keep = tuple(_region(polygon, width, height) for polygon in settings.keep_regions)
        self._fixed = [
            Shape(0, Style.SOLID, np.array(_region(polygon, width, height).polygon))
            for polygon in settings.hide_regions
        ]
        self._longest_gap = max(GAP, GAP_FRAMES / rate)
        self._ring: deque[_Waiting] = deque()
        #: Frames that no finished look has passed yet, whether they have left the ring or not.
        self._open: deque[_Waiting] = deque()
        self._index = 0
        self._newest: _Waiting | None = None
        self._last_look = float("-inf")
        self._look_at_next = True

    def add(self, caught: Caught, now: float) -> None:
        """One frame, in order, at `now` (monotonic seconds)."""
        frame, at = caught.frame, caught.at
        if len(self._open) >= MOST_FRAMES:
            self._begin_anew()
        # A frame whose time is up already is spared all work, so that a machine that is behind can catch up.
        hopeless = at.monotonic + self._settings.delay <= now
        motion, joined, new_scene = self._joined(frame, at, hopeless)
        here = _Waiting(self._index, frame.time, frame, at, motion, Proof(at.monotonic, joined, frame.damaged))
        if new_scene and not hopeless and self._newest is not None:
            self._ask(self._newest, first=False)  # so that the end of the old scene lies between two looks as well
        self._look_at_next = self._look_at_next or new_scene
        self._index += 1
        self._newest = here
        self._ring.append(here)
        self._open.append(here)
        due = at.monotonic - self._last_look >= self._looking.pause and not self._looking.busy
        if not frame.damaged and not hopeless and (due or self._look_at_next):
            self._look_at_next = not self._ask(here, first=motion is None)

    def due(self, now: float) -> Iterator[Released]:
        """Frames whose time in the ring is up at `now` (monotonic seconds)."""
        self._settle()
        while self._ring and self._ring[0].at.monotonic + self._settings.delay <= now:
            yield self._release(self._ring.popleft())

    def end(self) -> None:
        """No more frames come: look at the last one, so that those before it lie between two looks."""
        if self._newest is not None:
            self._ask(self._newest, first=False)

    @property
    def waiting(self) -> bool:
        """Are there frames in the ring?"""
        return bool(self._ring)

    def _joined(self, frame: RawFrame, at: Moment, hopeless: bool) -> tuple[MotionField | None, bool, bool]:
        """(motion, is it trusted, does a scene begin) of a frame."""
        if frame.damaged or hopeless:
            self._motion = self._make_motion(self.video.geometry)
            return None, False, True
        before = None if self._newest is None else self._newest.at.monotonic
        if before is not None and at.monotonic - before > self._longest_gap:
            self._motion = self._make_motion(self.video.geometry)
        field, scene = self._motion.step(frame)
        if field is None or scene.cut or not _trusted(field):
            return None, False, True
        return field, True, False

    def _ask(self, here: _Waiting, first: bool) -> bool:
        """Have a frame looked at, if it was not. False when too much is waiting already."""
        if here.look is not None or here.frame is None or here.proof.damaged:
            return True
        if self._looking.busy >= MOST_WAITING:
            return False
        here.reach = self._turns.next(first)
        here.look = self._looking.look(here.frame, self.video.geometry, here.reach)
        self._last_look = here.at.monotonic
        if self._counts is not None:
            self._counts.glance(here.frame, self.video.geometry)
        return True

    def _settle(self) -> None:
        """Take in every look that has ended, in order."""
        while (looked := next((here for here in self._open if here.look is not None), None)) is not None:
            look = looked.look
            if look is None or not look.done():
                return
            passed: list[_Waiting] = []
            while not passed or passed[-1] is not looked:
                passed.append(self._open.popleft())
            self._follow(passed, look, looked.reach or Reach())

    def _follow(self, passed: Sequence[_Waiting], look: Future[list[Detection]], reach: Reach) -> None:
        failed = None
        if look.cancelled() or look.exception() is not None:
            failed = Reason.MODELS if self._looking.problem is not None else Reason.FAILED
        for here in passed[:-1]:
            self._tracker.advance(here.index, here.time, here.motion, None)
        last = passed[-1]
        found = None if failed is not None else self._hideable(look.result())
        self._tracker.advance(last.index, last.time, last.motion, found, reach.searched)
        self._prover.settle((here.proof for here in passed), failed)
        if failed is None:
            self._seen(last.at, self._tracker.followed())
        if self._counts is not None:
            for here in passed:
                looked = here is last and failed is None
                self._counts.passed(here.at, self.video.geometry, here.motion, look.result() if looked else None)

    def _hideable(self, found: list[Detection]) -> list[Detection]:
        return left_alone(without_helpers(with_heads(found), self._wanted), self._keep, 0.0)

    def _release(self, here: _Waiting) -> Released:
        frame, here.frame, reason = here.frame, None, here.proof.reason
        if frame is None:
            raise AssertionError("a frame leaves once")
        if reason is None:
            try:
                hidden = self._tracker.hidden(here.index)
            except ValueError:  # it stayed so long that it is forgotten
                reason = Reason.LATE
            else:
                shapes = [Shape(n, Style.SOLID, _corners(mask.box)) for n, mask in enumerate(hidden, 1)]
                return Released(self._painter.paint(frame, [*self._fixed, *shapes]), here.at, None)
        return Released(self._painter.cover(frame), here.at, reason)

    def _fresh(self) -> LiveTracker:
        following = following_live(self._rate, self._settings.delay)
        return LiveTracker(*self.video.geometry.upright, following, self._settings.hide, self._kept)

    def _begin_anew(self) -> None:
        """Looks do not come to an end: let go of what waits for them. All of it leaves covered."""
        self._open.clear()
        self._prover, self._tracker = Prover(), self._fresh()
        self._motion = self._make_motion(self.video.geometry)


def _trusted(field: MotionField) -> bool:
    return float(field.trust.mean()) >= TRUSTED


def _corners(box: Box) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.array([[box.x1, box.y1], [box.x2, box.y1], [box.x2, box.y2], [box.x1, box.y2]], np.float64)


def _region(polygon: Sequence[tuple[float, float]], width: int, height: int) -> Region:
    return Region(polygon=tuple((x * width, y * height) for x, y in polygon))
