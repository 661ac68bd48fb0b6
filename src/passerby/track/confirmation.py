"""Confirming a track: evidence over the whole track decides, so that low score thresholds do not mask walls.

A face with a low score that persists is a face; one with a high score that is detected once in passing is masked all
the same. A low score, once, with nothing before or after it, is a false positive.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from passerby.core.kinds import Kind
from passerby.core.model import FrozenModel
from passerby.documents.plan import Track


class ConfirmationThreshold(FrozenModel):
    """What a track of one kind needs in order to be masked. Scores are 0 to 1, and sums of them.

    `start_score` is the lowest score that starts a track, `keep_score` the lowest that is associated with one. A single
    detection of `certain_score` confirms it; otherwise the scores of all detections must add up to `total_score`, and
    at least `hit_ratio` of the detector runs that should have found it must have done so. What moves on its own, not as
    the camera does, is confirmed from `moving_score` on, in crops as in whole frames: walls and posters do not walk.
    """

    keep_score: float
    start_score: float
    certain_score: float
    total_score: float
    hit_ratio: float
    moving_score: float = float("inf")


#: Scores of faces and plates are sums over several detectors and input sizes for one frame (detect/fusion.py).
#: docs/design/tracking.md says how these values were found, and what others gave.
THRESHOLDS: Mapping[Kind, ConfirmationThreshold] = {
    Kind.FACE: ConfirmationThreshold(
        keep_score=0.15, start_score=0.15, certain_score=0.5, total_score=1.6, hit_ratio=0.5, moving_score=1.2
    ),
    Kind.PLATE: ConfirmationThreshold(
        keep_score=0.0, start_score=0.1, certain_score=0.4, total_score=0.6, hit_ratio=0.5
    ),
    Kind.PERSON: ConfirmationThreshold(
        keep_score=0.2, start_score=0.2, certain_score=0.4, total_score=0.8, hit_ratio=0.4
    ),
    Kind.VEHICLE: ConfirmationThreshold(
        keep_score=0.2, start_score=0.2, certain_score=0.4, total_score=0.8, hit_ratio=0.4
    ),
    Kind.TEXT: ConfirmationThreshold(
        keep_score=0.3, start_score=0.5, certain_score=0.7, total_score=1.0, hit_ratio=0.4
    ),
    Kind.SCREEN: ConfirmationThreshold(
        keep_score=0.2, start_score=0.2, certain_score=0.4, total_score=0.8, hit_ratio=0.4
    ),
}


#: How far a track must have moved otherwise than its surroundings do, in sizes of its own, to count as moving, and in
#: how many frames it must have been found.
MIN_OWN_MOTION, MIN_MOVING_HITS = 1.5, 4


#: Score of a single quick run that confirms a face: who passes between two runs of all detectors is in none of them.
QUICK_CERTAIN_SCORE = 0.65


@dataclass(slots=True)
class TrackEvidence:
    """What detections say for and against one track, as they come in: `hits` are detector runs that found it, `misses`
    those that searched for it in vain. `crop_score` and `crop_hits` are of searches in crops around it, `own_motion`
    how far it has come otherwise than its surroundings, in sizes of its own. Quick runs, which cannot miss anything,
    count like crops; `quick_score` is the best of them."""

    best_score: float = 0.0
    total_score: float = 0.0
    hits: int = 0
    misses: int = 0
    crop_score: float = 0.0
    crop_hits: int = 0
    own_motion: float = 0.0
    quick_score: float = 0.0

    def add_hit(self, score: float) -> None:
        """A detection was associated with the track."""
        self.best_score = max(self.best_score, score)
        self.total_score += score
        self.hits += 1

    def add_crop_hit(self, score: float) -> None:
        """It was found in a crop around where it should be."""
        self.crop_score += score
        self.crop_hits += 1

    def add_quick_hit(self, score: float) -> None:
        """A quick run detected it (detect/faces/second_model.py)."""
        self.quick_score = max(self.quick_score, score)
        self.add_crop_hit(score)

    def add_miss(self) -> None:
        """A detector run that should have found it did not."""
        self.misses += 1

    def hit_often_enough(self, threshold: ConfirmationThreshold) -> bool:
        """Was it found in the share of detector runs that `threshold` asks for?"""
        return self.hits >= threshold.hit_ratio * (self.hits + self.misses)

    def is_confirmed(self, threshold: ConfirmationThreshold) -> bool:
        """Is this enough to mask the whole track?"""
        if self.best_score >= threshold.certain_score or self.quick_score >= QUICK_CERTAIN_SCORE:
            return True
        if self.total_score >= threshold.total_score and self.hit_often_enough(threshold):
            return True
        moving = self.own_motion >= MIN_OWN_MOTION and self.hits + self.crop_hits >= MIN_MOVING_HITS
        return moving and self.total_score + self.crop_score >= threshold.moving_score

    def combined_with(self, other: TrackEvidence) -> TrackEvidence:
        """The evidence of two tracks of the same object."""
        return TrackEvidence(
            max(self.best_score, other.best_score),
            self.total_score + other.total_score,
            self.hits + other.hits,
            self.misses + other.misses,
            self.crop_score + other.crop_score,
            self.crop_hits + other.crop_hits,
            max(self.own_motion, other.own_motion),
            max(self.quick_score, other.quick_score),
        )


@dataclass(frozen=True, slots=True)
class TrackCandidate:
    """A track that has ended, and its evidence: whether it is masked may still depend on what the next segment of a
    long video has detected (track/stitching.py). The number of an unconfirmed `track` is 0."""

    track: Track
    evidence: TrackEvidence

    @property
    def is_confirmed(self) -> bool:
        """Is its own evidence enough?"""
        return self.evidence.is_confirmed(THRESHOLDS[self.track.kind])
