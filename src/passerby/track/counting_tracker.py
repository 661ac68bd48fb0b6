"""Tracking for counts: detections and motion -> one track for each person or vehicle, forwards only.

Tracking for masks is generous: two tracks over one person mask it twice, and nothing is lost. Counting is the other way
round, so it has a tracker of its own. A track counts once it was detected often enough; it is kept for a while when
somebody stands in front; and a second one inside it must first prove to be somebody else. Position, size and motion
decide, never appearance.
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
from passerby.documents.count_records import CountedObject
from passerby.track.association import affinity
from passerby.track.flow_propagation import propagate


class ConfirmSettings(FrozenModel):
    """When a track counts. Ages are in seconds, so that it does not matter how often detectors run.

    `start_score` is the lowest score that starts a track, `keep_score` the lowest that keeps one. A track is confirmed
    after `min_hits` detections, of which the scores add up to `min_total_score`. A tentative one ends after
    `tentative_max_age_s` without a detection, a confirmed one after `max_age_s`. How well these values count is
    measured by benchmarks/counting.py (docs/design/counts.md); other values were not measured one by one.
    """

    start_score: float = 0.35
    keep_score: float = 0.15
    min_hits: int = 3
    min_total_score: float = 1.2
    tentative_max_age_s: float = 1.2
    max_age_s: float = 3.0


# docs/design/counts.md says what the figures below are for, and how well all of them together count
# (benchmarks/counting.py); they were not measured one by one.

#: A tentative track of which more than this share lies in a confirmed one, or that overlaps it by more than this
#: (intersection over union), is not counted beside it.
MAX_CONTAINMENT, MAX_IOU = 0.75, 0.5
#: Somebody who was occluded may have moved by so much of their own height, and so much more for each second, and is
#: resumed there.
BASE_DISPLACEMENT, MAX_DISPLACEMENT_PER_S = 0.15, 0.7
#: And may then appear larger or smaller by this factor.
MAX_SIZE_RATIO = 1.8
#: Expected travel of at least so much of their height is a heading to be kept; this is the least part of it to be made.
MIN_EXPECTED_TRAVEL, MIN_TRAVEL_RATIO = 0.25, 0.3
#: Who is at the edge of the frame and moves outwards by so much of their height a second is leaving it.
MIN_EXIT_SPEED = 0.15
#: Advantage of a confirmed track when two want the same detection.
CONFIRMED_BONUS = 0.2
#: A box this close to the edge of the frame is cut off by it. px
EDGE_PX = 2
#: A track ends when no more than this share of its box is in the frame.
MIN_VISIBLE_SHARE = 0.02


@dataclass(slots=True)
class _CountedTrack:
    """One track. `velocity` in pixels a second, from its detections; times in seconds of the caller's clock."""

    number: int
    box: Box
    last_hit_s: float
    last_hit_box: Box
    velocity: tuple[float, float] = (0.0, 0.0)
    hits: int = 1
    total_score: float = 0.0
    class_scores: dict[ObjectClass, float] = field(default_factory=dict)
    confirmed: bool = False

    @property
    def object_class(self) -> ObjectClass:
        return max(self.class_scores, key=lambda name: (self.class_scores[name], name))

    @property
    def is_person(self) -> bool:
        return self.object_class is ObjectClass.PERSON


class CountingTracker:
    """Tracks what is to be counted in one video of `width` by `height` displayed pixels."""

    def __init__(self, width: int, height: int, settings: ConfirmSettings | None = None) -> None:
        self._width, self._height = width, height
        self._settings = settings or ConfirmSettings()
        self._tracks: list[_CountedTrack] = []
        self._numbers = itertools.count(1)
        #: The time of the last frame on which detectors ran.
        self._last_detection_s: float | None = None

    def update(
        self, seconds: float, motion: MotionField | None, detections: Sequence[Detection] | None
    ) -> list[CountedObject] | None:
        """One frame at `seconds` of a monotonic clock: `motion` from the frame before, None where that is not known,
        `detections` when detectors ran on it. Returns who is there after a detector run, None between runs.
        """
        self._propagate(seconds, motion)
        if detections is None:
            return None
        keep_score = self._settings.keep_score
        self._associate(seconds, [d for d in detections if d.object_class is not None and d.score >= keep_score])
        self._last_detection_s = seconds
        self._tracks = [track for track in self._tracks if not self._is_expired(track, seconds)]
        self._confirm()
        return [
            CountedObject(
                track.number,
                track.object_class,
                self._relative(track.box),
                track.confirmed,
                track.last_hit_s == seconds,
            )
            for track in self._tracks
        ]

    def _propagate(self, seconds: float, motion: MotionField | None) -> None:
        """Tracks that were just detected move with the optical flow. Occluded ones go on as before, more and more
        slowly: the flow in their place is that of whoever occludes them."""
        detected = [track for track in self._tracks if track.last_hit_s == self._last_detection_s]
        if motion is not None:
            for track, (box, _) in zip(detected, propagate([track.box for track in detected], motion), strict=True):
                track.box = box
        for track in self._tracks:
            if motion is None or track.last_hit_s != self._last_detection_s:
                track.box = self._predicted(track, seconds)

    @staticmethod
    def _predicted(track: _CountedTrack, seconds: float) -> Box:
        """Where it would be if it had continued from its last detection, half as fast after each second."""
        factor = (1 - 0.5 ** (seconds - track.last_hit_s)) / math.log(2)
        return track.last_hit_box.translate(track.velocity[0] * factor, track.velocity[1] * factor)

    def _associate(self, seconds: float, detections: list[Detection]) -> None:
        start_score = self._settings.start_score
        taken: set[int] = set()
        unmatched = list(self._tracks)
        for confident in (True, False):  # in the manner of ByteTrack: confident detections choose first
            pairs = [
                (self._affinity(track, d, seconds) + CONFIRMED_BONUS * track.confirmed, i, j)
                for i, track in enumerate(unmatched)
                for j, d in enumerate(detections)
                if j not in taken and (d.score >= start_score) is confident
            ]
            matched: set[int] = set()
            for score, i, j in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2])):
                if score > CONFIRMED_BONUS * unmatched[i].confirmed and i not in matched and j not in taken:
                    self._add_hit(unmatched[i], detections[j], seconds)
                    matched.add(i)
                    taken.add(j)
            unmatched = [track for i, track in enumerate(unmatched) if i not in matched]
        for j, d in enumerate(detections):
            if j not in taken and d.score >= start_score and d.object_class is not None:
                scores = {d.object_class: d.score}
                self._tracks.append(
                    _CountedTrack(next(self._numbers), d.box, seconds, d.box, total_score=d.score, class_scores=scores)
                )

    def _affinity(self, track: _CountedTrack, d: Detection, seconds: float) -> float:
        """0: cannot be the same. A person is never a vehicle."""
        if d.object_class is None or (d.object_class is ObjectClass.PERSON) is not track.is_person:
            return 0.0
        if self._is_leaving(track) and not self._touches_edge(d.box):
            return 0.0
        # Where two pass each other, the flow in their place is that of both: where it would be by itself counts too.
        predicted = self._predicted(track, seconds)
        near = max(affinity(track.box, d.box), affinity(predicted, d.box))
        if near > 0:
            return near
        # Who enters the frame shows more at each detection, and who leaves it less: cut off by the edge, one is at
        # least as large as what is visible. But nobody far away is, a second later, somebody large at the edge.
        ratio = max(d.box.height, 1e-6) / max(track.last_hit_box.height, 1e-6)
        larger, smaller = ratio >= MAX_SIZE_RATIO, ratio <= 1 / MAX_SIZE_RATIO
        if (larger and not self._touches_edge(track.last_hit_box)) or (smaller and not self._touches_edge(d.box)):
            return 0.0
        if not self._keeps_heading(track, d, seconds):
            return 0.0
        heights = BASE_DISPLACEMENT + MAX_DISPLACEMENT_PER_S * (seconds - track.last_hit_s)
        reach = heights * max(d.box.height, track.last_hit_box.height)
        distance = min(math.dist(box.centre, d.box.centre) for box in (track.box, predicted)) / max(reach, 1e-6)
        return 0.1 * (1 - distance) if distance < 1 else 0.0

    def _keeps_heading(self, track: _CountedTrack, d: Detection, seconds: float) -> bool:
        """Has it covered at least a part of the expected travel? Who was walking and turns round while occluded is
        taken for somebody else; otherwise whoever walks out of the frame would come in again as the next one."""
        (sx, sy), (ex, ey) = track.last_hit_box.centre, self._predicted(track, seconds).centre
        x, y = d.box.centre
        travel = math.hypot(ex - sx, ey - sy)
        if travel < MIN_EXPECTED_TRAVEL * track.last_hit_box.height:
            return True
        return ((x - sx) * (ex - sx) + (y - sy) * (ey - sy)) / travel >= MIN_TRAVEL_RATIO * travel

    def _touches_edge(self, box: Box) -> bool:
        """Does it reach the edge of the frame?"""
        right, bottom = self._width - EDGE_PX, self._height - EDGE_PX
        return box.x1 < EDGE_PX or box.y1 < EDGE_PX or box.x2 > right or box.y2 > bottom

    def _add_hit(self, track: _CountedTrack, d: Detection, seconds: float) -> None:
        elapsed = seconds - track.last_hit_s
        if elapsed > 0:
            (ax, ay), (bx, by) = track.last_hit_box.centre, d.box.centre
            new = (bx - ax) / elapsed, (by - ay) / elapsed
            old = new if track.hits == 1 else track.velocity
            track.velocity = (old[0] + new[0]) / 2, (old[1] + new[1]) / 2
        track.box = track.last_hit_box = d.box
        track.last_hit_s = seconds
        track.hits += 1
        track.total_score += d.score
        if d.object_class is not None:
            track.class_scores[d.object_class] = track.class_scores.get(d.object_class, 0.0) + d.score

    def _is_expired(self, track: _CountedTrack, seconds: float) -> bool:
        visible = track.box.intersection(Box(0, 0, self._width, self._height))
        if visible <= MIN_VISIBLE_SHARE * track.box.area or (seconds > track.last_hit_s and self._is_leaving(track)):
            return True
        max_age_s = self._settings.max_age_s if track.confirmed else self._settings.tentative_max_age_s
        return seconds - track.last_hit_s > max_age_s

    def _is_leaving(self, track: _CountedTrack) -> bool:
        """Was it on its way out of the frame at its last detection? Whoever comes in there next is somebody else."""
        x1, y1, x2, y2 = track.last_hit_box
        speed = MIN_EXIT_SPEED * track.last_hit_box.height
        dx, dy = track.velocity
        return (
            (x1 < EDGE_PX and dx < -speed)
            or (x2 > self._width - EDGE_PX and dx > speed)
            or (y1 < EDGE_PX and dy < -speed)
            or (y2 > self._height - EDGE_PX and dy > speed)
        )

    def _confirm(self) -> None:
        settings = self._settings
        for track in self._tracks:
            if track.confirmed or track.hits < settings.min_hits or track.total_score < settings.min_total_score:
                continue
            confirmed = [other for other in self._tracks if other is not track and other.confirmed]
            rivals = [other.box for other in confirmed if other.is_person is track.is_person]
            if all(track.box.containment(box) <= MAX_CONTAINMENT and track.box.iou(box) <= MAX_IOU for box in rivals):
                track.confirmed = True

    def _relative(self, box: Box) -> Box:
        """In shares of the frame's width and height, clipped to it."""
        inside = box.clip(self._width, self._height)
        return Box(inside.x1 / self._width, inside.y1 / self._height, inside.x2 / self._width, inside.y2 / self._height)
