"""Bodies to be counted: detections and motion -> one track for each body, forwards only.

Following for hiding is generous: two tracks over one person hide it twice, and nothing is lost. Counting is the other
way round, so it follows for itself. A track counts when it was seen often enough; it is kept for a while when somebody
stands before it; and a second one inside it has to show first that it is somebody else. Place, size and motion decide,
never looks.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from passerby.core.box import Box
from passerby.core.kinds import Detection, ObjectClass
from passerby.core.model import FrozenModel
from passerby.core.motion import MotionField
from passerby.documents.count_records import Body
from passerby.track.association import affinity
from passerby.track.flow_propagation import carry


class Confirming(FrozenModel):
    """When a body counts. Times are seconds, so that it does not matter how often it is looked.

    `begin` is the lowest score that begins a track, `keep` the lowest that keeps one. A track counts after `sightings`
    looks that saw it, of which the scores add up to `total`. One that does not count yet ends after `doubted` seconds
    unseen, one that counts after `patience`.
    """

    begin: float = 0.35
    keep: float = 0.15
    sightings: int = 3
    total: float = 1.2
    doubted: float = 1.2
    patience: float = 3.0


#: A box of which more than this share lies in that of a body that counts is not counted beside it.
WITHIN = 0.75
#: Somebody who was out of sight may have gone on by so much of their own height a second, and be taken up again there.
STRIDE = 0.7
#: And may then look larger or smaller by this factor.
SIZE = 1.8
#: A way of so much of their height is one that they would have gone on, and this is the least part of it.
WAY, GONE_ON = 0.25, 0.3
#: Who is at the rim of the picture and moves outwards by so much of their height a second is leaving it.
OUTWARD = 0.15


@dataclass(slots=True)
class _Followed:
    """One track. `speed` in pixels a second, of those looks that saw it."""

    number: int
    box: Box
    seen_at: float
    seen_box: Box
    speed: tuple[float, float] = (0.0, 0.0)
    sightings: int = 1
    total: float = 0.0
    sorts: dict[ObjectClass, float] = field(default_factory=dict)
    counts: bool = False

    @property
    def sort(self) -> ObjectClass:
        return max(self.sorts, key=lambda sort: (self.sorts[sort], sort))


class Bodies:
    """Follows what is to be counted in one picture of `width` by `height` displayed pixels."""

    def __init__(self, width: int, height: int, settings: Confirming | None = None) -> None:
        self._width, self._height = width, height
        self._settings = settings or Confirming()
        self._bodies: list[_Followed] = []
        self._numbers = itertools.count(1)
        #: When the last frame was that was looked at.
        self._looked: float | None = None

    def step(self, seconds: float, motion: MotionField | None, found: Sequence[Detection] | None) -> list[Body] | None:
        """One frame at `seconds` of a clock that only goes forward: `motion` from the frame before, None where that is
        not known, `found` when it was looked at. Those who are there, after a look; None between looks.
        """
        self._carry_on(seconds, motion)
        if found is None:
            return None
        self._sight(seconds, [d for d in found if d.sort is not None and d.score >= self._settings.keep])
        self._looked = seconds
        self._bodies = [body for body in self._bodies if not self._over(body, seconds)]
        self._confirm()
        return [
            Body(body.number, body.sort, self._share(body.box), body.counts, body.seen_at == seconds)
            for body in self._bodies
        ]

    def _carry_on(self, seconds: float, motion: MotionField | None) -> None:
        """Who was just seen goes with the motion of the picture. Who is hidden goes on as before, more and more slowly:
        the motion in their place is that of whoever hides them."""
        seen = [body for body in self._bodies if body.seen_at == self._looked]
        if motion is not None:
            for body, (box, _) in zip(seen, carry([body.box for body in seen], motion), strict=True):
                body.box = box
        for body in self._bodies:
            if motion is None or body.seen_at != self._looked:
                body.box = self._expected(body, seconds)

    @staticmethod
    def _expected(body: _Followed, seconds: float) -> Box:
        """Where it would be, had it gone on from where it was seen last, half as fast after each second."""
        far = (1 - 0.5 ** (seconds - body.seen_at)) / math.log(2)
        return body.seen_box.translate(body.speed[0] * far, body.speed[1] * far)

    def _sight(self, seconds: float, found: list[Detection]) -> None:
        taken: set[int] = set()
        left = list(self._bodies)
        for strong in (True, False):  # in the manner of ByteTrack: the sure ones choose first
            pairs = [
                (self._affinity(body, d, seconds) + (0.2 if body.counts else 0.0), i, j)
                for i, body in enumerate(left)
                for j, d in enumerate(found)
                if j not in taken and (d.score >= self._settings.begin) is strong
            ]
            chosen: set[int] = set()
            for score, i, j in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2])):
                if score > 0.2 * left[i].counts and i not in chosen and j not in taken:
                    self._seen(left[i], found[j], seconds)
                    chosen.add(i)
                    taken.add(j)
            left = [body for i, body in enumerate(left) if i not in chosen]
        for j, d in enumerate(found):
            if j not in taken and d.score >= self._settings.begin and d.sort is not None:
                body = _Followed(next(self._numbers), d.box, seconds, d.box, total=d.score, sorts={d.sort: d.score})
                self._bodies.append(body)

    def _affinity(self, body: _Followed, d: Detection, seconds: float) -> float:
        """0: cannot be the same. A person is never a vehicle."""
        if d.sort is None or (d.sort is ObjectClass.PERSON) is not (body.sort is ObjectClass.PERSON):
            return 0.0
        if self._leaving(body) and not self._cut(d.box):
            return 0.0
        # Where two pass each other, the motion in their place is that of both: where it would be by itself counts too.
        expected = self._expected(body, seconds)
        near = max(affinity(body.box, d.box), affinity(expected, d.box))
        if near > 0:
            return near
        # Who comes into the picture shows more at each look, and who leaves it less: cut off by the rim, one is at
        # least as large as what is seen. But nobody far away is, a second later, somebody large at the rim.
        ratio = max(d.box.height, 1e-6) / max(body.seen_box.height, 1e-6)
        larger, smaller = ratio >= SIZE, ratio <= 1 / SIZE
        if (larger and not self._cut(body.seen_box)) or (smaller and not self._cut(d.box)):
            return 0.0
        if not self._ahead(body, d, seconds):
            return 0.0
        reach = (0.15 + STRIDE * (seconds - body.seen_at)) * max(d.box.height, body.seen_box.height)
        far = min(math.dist(place.centre, d.box.centre) for place in (body.box, expected)) / max(reach, 1e-6)
        return 0.1 * (1 - far) if far < 1 else 0.0

    def _ahead(self, body: _Followed, d: Detection, seconds: float) -> bool:
        """Has it gone on at least a part of the way that it would have? Who was walking and turns round unseen is taken
        for another; else whoever walks out of the picture would come in again as the next one."""
        (sx, sy), (ex, ey), (x, y) = body.seen_box.centre, self._expected(body, seconds).centre, d.box.centre
        way = math.hypot(ex - sx, ey - sy)
        if way < WAY * body.seen_box.height:
            return True
        return ((x - sx) * (ex - sx) + (y - sy) * (ey - sy)) / way >= GONE_ON * way

    def _cut(self, box: Box) -> bool:
        """Does it reach the rim of the picture?"""
        return box.x1 < 2 or box.y1 < 2 or box.x2 > self._width - 2 or box.y2 > self._height - 2

    def _seen(self, body: _Followed, d: Detection, seconds: float) -> None:
        gone = seconds - body.seen_at
        if gone > 0:
            (ax, ay), (bx, by) = body.seen_box.centre, d.box.centre
            new = (bx - ax) / gone, (by - ay) / gone
            old = new if body.sightings == 1 else body.speed
            body.speed = (old[0] + new[0]) / 2, (old[1] + new[1]) / 2
        body.box = body.seen_box = d.box
        body.seen_at = seconds
        body.sightings += 1
        body.total += d.score
        if d.sort is not None:
            body.sorts[d.sort] = body.sorts.get(d.sort, 0.0) + d.score

    def _over(self, body: _Followed, seconds: float) -> bool:
        picture = Box(0, 0, self._width, self._height)
        if body.box.overlap(picture) <= 0.02 * body.box.area or (seconds > body.seen_at and self._leaving(body)):
            return True
        return seconds - body.seen_at > (self._settings.patience if body.counts else self._settings.doubted)

    def _leaving(self, body: _Followed) -> bool:
        """Was it on its way out of the picture when it was last seen? Whoever comes in there next is somebody else."""
        x1, y1, x2, y2 = body.seen_box
        least = OUTWARD * body.seen_box.height
        dx, dy = body.speed
        return (
            (x1 < 2 and dx < -least)
            or (x2 > self._width - 2 and dx > least)
            or (y1 < 2 and dy < -least)
            or (y2 > self._height - 2 and dy > least)
        )

    def _confirm(self) -> None:
        need = self._settings
        for body in self._bodies:
            if body.counts or body.sightings < need.sightings or body.total < need.total:
                continue
            others = [other for other in self._bodies if other is not body and other.counts]
            same = [other for other in others if (other.sort is ObjectClass.PERSON) is (body.sort is ObjectClass.PERSON)]
            if all(body.box.containment(other.box) <= WITHIN and body.box.iou(other.box) <= 0.5 for other in same):
                body.counts = True

    def _share(self, box: Box) -> Box:
        inside = box.clipped(self._width, self._height)
        return Box(inside.x1 / self._width, inside.y1 / self._height, inside.x2 / self._width, inside.y2 / self._height)
