"""A track that may still go on: where it is, how it moves, what speaks for it, and when it is searched for next."""

from __future__ import annotations

from dataclasses import dataclass, field

from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.track.confirmation import THRESHOLDS, TrackEvidence
from passerby.track.keyframes import KeyframeReducer, TrackPoint
from passerby.track.own_motion import OwnMotion
from passerby.track.search.search_cadence import SearchCadence

#: What a quick run detects is where a track is when it overlaps that much with where motion has taken it.
SAME_PLACE_IOU = 0.5
#: A track that so many crops in a row did not find takes detections for its own alone where they overlap it this much.
MIN_CROP_MISSES, MIN_TRUSTED_IOU = 2, 0.4


@dataclass(slots=True)
class ActiveTrack:
    """A track that may go on. `points` are those not yet final, the newest last.

    `own_motion` knows where it was last found, whether in a whole frame or in a crop, and how it moves; `first_miss` is
    the first frame after that in which a detector searched for it in vain, None while there is none. `number` is 0
    until one is assigned (track/live_tracker.py). `pattern` is what it looked like when it was last detected, where
    it is followed by that (track/search/pattern_following.py).
    """

    kind: Kind
    points: list[TrackPoint]
    own_motion: OwnMotion
    first_miss: int | None = None
    crop_misses: int = 0
    reducer: KeyframeReducer = field(default_factory=KeyframeReducer)
    evidence: TrackEvidence = field(default_factory=TrackEvidence)
    number: int = 0
    pattern: object | None = None
    cadence: SearchCadence = field(init=False)

    def __post_init__(self) -> None:
        self.cadence = SearchCadence(self.points[-1].frame)

    @property
    def box(self) -> Box:
        """Where it is in the newest frame, in displayed pixels."""
        return self.points[-1].box

    @property
    def last_hit(self) -> int:
        """The frame in which it was last found."""
        return self.own_motion.frame

    @property
    def age(self) -> int:
        """Frames since it was last found."""
        return self.points[-1].frame - self.last_hit

    @property
    def is_confirmed(self) -> bool:
        """Is what was found so far enough to mask it?"""
        return self.evidence.is_confirmed(THRESHOLDS[self.kind])

    def add_hit(self, frame: int, box: Box) -> None:
        """It was found in a frame."""
        self.own_motion.found(frame, box, self.points[-1].frame)
        self.cadence.last = max(self.cadence.last, frame)
        self.first_miss, self.crop_misses = None, 0
        self.evidence.own_motion = max(self.evidence.own_motion, self.own_motion.distance)

    def add_evidence(self, score: float, is_quick: bool) -> None:
        """A detector run detected it, a quick one or one of all detectors."""
        (self.evidence.add_quick_hit if is_quick else self.evidence.add_hit)(score)

    def is_doubtful(self, detection: Detection, is_quick: bool) -> bool:
        """Is this detection not quite where the track should be, and the track not where it should be (crops have not
        found it) or just seen there (a crop has, and the detection is of a quick run)?"""
        uncertain = self.crop_misses >= MIN_CROP_MISSES or (is_quick and self.age == 0)
        return uncertain and self.box.iou(detection.box) < MIN_TRUSTED_IOU

    @property
    def is_passed_over(self) -> bool:
        """Is motion trusted to have carried it since it was last found, so that it was not searched for in between?"""
        return not self.crop_misses and self.cadence.last == self.last_hit

    def is_carried_to(self, box: Box) -> bool:
        """Has motion taken it there since it was last found, without a search that missed it?"""
        return self.is_passed_over and self.box.iou(box) >= SAME_PLACE_IOU
