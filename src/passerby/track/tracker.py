"""Detections and motion, frame by frame -> tracks without a gap.

A track is carried on by motion in every frame and set right by every look that sees it. When a look sees it, the
detection is also carried back to the look before, and both paths are covered: whatever happened between two looks lies
between them. A track reaches back before its first sighting and on after its last one (invariant 6), and no track
crosses a cut. The same code serves files and, behind a short ring of frames, cameras: it never looks further back than
`Following.ring`, and a place older than that is final.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.core.model import FrozenModel
from passerby.core.motion import MotionField
from passerby.documents.plan import Track
from passerby.track.association import associate
from passerby.track.confirmation import THRESHOLDS, Evidence
from passerby.track.flow_propagation import carry
from passerby.track.keyframes import Path, Place


class Following(FrozenModel):
    """How far masks reach, in frames. `patience` is how long a track may go unseen and still be taken up again."""

    reach_back: int
    hold: int
    patience: int

    @property
    def ring(self) -> int:
        return self.patience + 1

    @classmethod
    def at(cls, frames_a_second: float) -> Following:
        """The same stretches of time at any frame rate: half a second before and after, a second and a half between."""
        return cls(
            reach_back=max(4, round(0.5 * frames_a_second)),
            hold=max(4, round(0.5 * frames_a_second)),
            patience=max(12, round(1.5 * frames_a_second)),
        )


class Padding(NamedTuple):
    """Room around what was found: shares of its width (on each side) and of its height, and pixels all around."""

    sides: float
    top: float
    bottom: float
    pixels: float = 2.0

    def around(self, box: Box, doubt: float) -> Box:
        dx, more = self.sides * box.width, self.pixels + doubt
        top, bottom = self.top * box.height, self.bottom * box.height
        return Box(box.x1 - dx - more, box.y1 - top - more, box.x2 + dx + more, box.y2 + bottom + more)


#: Face models box from brow to chin; hair and forehead tell who it is as well. Plates and text go to the last stroke.
PADDING = {
    Kind.FACE: Padding(0.18, 0.30, 0.15, 1.0),
    Kind.PLATE: Padding(0.12, 0.12, 0.12),
    Kind.PERSON: Padding(0.05, 0.05, 0.05),
    Kind.VEHICLE: Padding(0.0, 0.0, 0.0, 0.0),
    Kind.TEXT: Padding(0.08, 0.08, 0.08),
    Kind.SCREEN: Padding(0.05, 0.05, 0.05),
}
#: Doubt never makes a mask larger than this share of the thing's shorter side, on each side.
MOST_DOUBT = 0.35


@dataclass(frozen=True, slots=True)
class Step:
    """One frame as the tracker remembers it: `motion` led to it from the frame before, None after a cut."""

    frame: int
    time: int
    motion: MotionField | None


@dataclass(slots=True)
class Live:
    """A track that may go on. `places` are those not yet final, the newest last.

    `unseen_from` is the first frame after `last_seen` in which it was searched for in vain, None while there is none.
    `number` is 0 until somebody needs one (track/live_tracker.py).
    """

    kind: Kind
    places: list[Place]
    last_seen: int
    unseen_from: int | None = None
    path: Path = field(default_factory=Path)
    evidence: Evidence = field(default_factory=Evidence)
    number: int = 0

    @property
    def box(self) -> Box:
        return self.places[-1].box


class Tracker:
    """Follows everything in one video track of `width` by `height` displayed pixels."""

    def __init__(
        self, width: int, height: int, following: Following, ended: Callable[[Track, Evidence], None] | None = None
    ) -> None:
        """`ended` is told of every track that has ended, with what speaks for it, also of those for which that is not
        enough."""
        self._told = ended
        self._width, self._height = width, height
        self._following = following
        self._steps: deque[Step] = deque(maxlen=following.ring)
        self._live: list[Live] = []
        self._numbers = itertools.count(1)
        #: The frame in which each kind was last searched for.
        self._searched: dict[Kind, int] = {}

    def step(
        self,
        frame: int,
        time: int,
        motion: MotionField | None,
        found: Sequence[Detection] | None,
        searched: Collection[Kind] = frozenset(Kind),
    ) -> Iterator[Track]:
        """One frame: `motion` from the frame before (None begins a new scene), `found` when it was looked at.

        `searched` are the kinds that the look would have found wherever they are: only of these does it count as
        evidence when a track was not seen. Yields the tracks that have ended for good.
        """
        if motion is None:
            yield from self._close(self._live)
            self._live = []
            self._steps.clear()
            self._searched.clear()
        self._steps.append(Step(frame, time, motion))
        self._carry_on(frame, time, motion)
        if found is not None:
            self._sight(found, searched)
        over = [live for live in self._live if self._over(live)]
        self._live = [live for live in self._live if not self._over(live)]
        yield from self._close(over)
        for live in self._live:
            self._settle(live)

    def finish(self) -> Iterator[Track]:
        """The end of the file ends every track."""
        yield from self._close(self._live)
        self._live = []

    def _carry_on(self, frame: int, time: int, motion: MotionField | None) -> None:
        if motion is None:
            return
        carried = carry([live.box for live in self._live], motion)
        for live, (box, doubt) in zip(self._live, carried, strict=True):
            last = live.places[-1]
            live.places.append(Place(frame, time, box, 0.0, last.origin, last.doubt + doubt))

    def _sight(self, found: Sequence[Detection], searched: Collection[Kind]) -> None:
        """Take a look's detections into the tracks they belong to, and begin tracks with the others."""
        now = self._steps[-1]
        seen_again: list[tuple[Live, Place]] = []
        begun: list[tuple[Live, int]] = []
        for kind, need in THRESHOLDS.items():
            mine = [live for live in self._live if live.kind is kind]
            seen = [d for d in found if d.kind is kind and d.score >= need.keep]
            pairs, fresh = associate([live.box for live in mine], seen, need.certain)
            for i, live in enumerate(mine):
                if i in pairs:
                    seen_again.append((live, _place(now, seen[pairs[i]])))
                elif kind in searched:
                    self._miss(live)
            unsearched = now.frame - self._searched.get(kind, now.frame)
            reach = max(self._following.reach_back, unsearched)
            begun += [(_begin(now, seen[j]), reach) for j in fresh if seen[j].score >= need.weak]
            if kind in searched:
                self._searched[kind] = now.frame
        self._confirm(seen_again)
        self._reach_back(begun)

    @property
    def _picture(self) -> Box:
        return Box(0.0, 0.0, self._width, self._height)

    def _confirm(self, sightings: Sequence[tuple[Live, Place]]) -> None:
        """Cover both ways from the last sighting to this one: the old box carried on and the new one carried back."""
        frames = [place.frame - live.last_seen - 1 for live, place in sightings]
        backs = self._carried_back([place for _, place in sightings], frames)
        for (live, here), back in zip(sightings, backs, strict=True):
            live.evidence.seen(here.score)
            if here.score < THRESHOLDS[live.kind].certain:
                here.carried = live.box
            live.places[-1] = here
            earlier = {place.frame: i for i, place in enumerate(live.places)}
            for carried in back:
                i = earlier.get(carried.frame)
                if i is None:
                    break
                place = live.places[i]
                doubt = min(place.doubt, carried.doubt)
                both = place.box.hull(carried.box)
                live.places[i] = Place(carried.frame, carried.time, both, 0.0, here.origin, doubt)
            live.last_seen, live.unseen_from = here.frame, None

    def _miss(self, live: Live) -> None:
        """It was searched for and not seen."""
        if live.unseen_from is None:
            live.unseen_from = live.places[-1].frame
        if live.box.containment(self._picture) > 0.5:
            live.evidence.missed()

    def _reach_back(self, begun: Sequence[tuple[Live, int]]) -> None:
        """New tracks, each carried back to where it may already have been before anyone saw it: at least to where its
        kind was searched for last."""
        backs = self._carried_back([live.places[0] for live, _ in begun], [reach for _, reach in begun])
        for (live, _), back in zip(begun, backs, strict=True):
            live.places[:0] = reversed(back)
            self._live.append(live)

    def _carried_back(self, places: Sequence[Place], frames: Sequence[int]) -> list[list[Place]]:
        """Each place, which is in the newest frame, carried back for up to so many frames, newest first."""
        backs: list[list[Place]] = [[] for _ in places]
        newest = list(places)
        steps = list(self._steps)
        for gone, (later, step) in enumerate(zip(reversed(steps), reversed(steps[:-1]), strict=False)):
            going = [i for i, place in enumerate(newest) if gone < frames[i] and place.box.overlap(self._picture) > 0]
            if not going or later.motion is None:
                break
            for i, (box, doubt) in zip(
                going, carry([newest[i].box for i in going], later.motion, back=True), strict=True
            ):
                newest[i] = Place(step.frame, step.time, box, 0.0, newest[i].origin, newest[i].doubt + doubt)
                backs[i].append(newest[i])
        return backs

    def _over(self, live: Live) -> bool:
        unseen = live.places[-1].frame - live.last_seen
        return unseen > self._following.patience or live.box.overlap(self._picture) <= 0

    def _settle(self, live: Live) -> None:
        """Places before the last sighting are final: nothing that comes can change them."""
        final = next(i for i, place in enumerate(live.places) if place.frame >= live.last_seen)
        self._write(live, live.places[:final])
        live.places = live.places[final:]

    def _close(self, tracks: Sequence[Live]) -> Iterator[Track]:
        for live in tracks:
            enough = live.evidence.enough(THRESHOLDS[live.kind])
            if not enough and self._told is None:
                continue
            last = max(live.last_seen + self._following.hold, live.unseen_from or live.places[-1].frame)
            self._write(live, [place for place in live.places if place.frame <= last])
            keyframes = live.path.finish()
            if not keyframes:
                continue
            track = Track(number=next(self._numbers) if enough else 0, kind=live.kind, keyframes=keyframes)
            if self._told is not None:
                self._told(track, live.evidence)
            if enough:
                yield track

    def _write(self, live: Live, places: Sequence[Place]) -> None:
        for place in places:
            box = padded(live.kind, place).clipped(self._width, self._height)
            if box.area > 0:
                live.path.add(place.time, box, place.score, place.origin)


def padded(kind: Kind, place: Place) -> Box:
    """What is to be covered of a thing: itself, room around it, and more where motion left doubt."""
    box = place.box if place.carried is None else place.box.hull(place.carried)
    return PADDING[kind].around(box, min(place.doubt, MOST_DOUBT * place.box.side))


def _place(now: Step, seen: Detection) -> Place:
    return Place(now.frame, now.time, seen.box, seen.score, seen.origin)


def _begin(now: Step, seen: Detection) -> Live:
    live = Live(seen.kind, [_place(now, seen)], now.frame)
    live.evidence.seen(seen.score)
    return live
