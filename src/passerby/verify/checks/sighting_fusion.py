"""Fusion of sightings over several detection passes: a weak one that is repeated counts, a single weak one does not.

Sightings close to each other, of about the same size, in consecutive passes are one candidate. That is all the tracking
there is: no motion model, no appearance, nothing kept longer than a second.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.documents.verification_report import Check
from passerby.verify.checks.independent_detectors import BODY, FACE, PLATE, SECOND_FACE, TEXT, Sighting

#: Seconds without a sighting after which a candidate ends.
MAX_GAP_S = 1.0
#: Between two sightings it may move by this many of its own sides, and change its size by this factor.
MAX_SHIFT, MAX_SCALE = 1.2, 2.2
#: Shorter side, px: smaller ones identify nobody (EN 62676-4: to observe takes about 10 px per face).
MIN_SIDE = 12
#: Highest black share of a box: models detect faces in and around black boxes. Half-covered faces score lower, and
#: count less.
MAX_BLACK = 0.45

#: By model: the score from which it counts, and its factor.
_MODEL_WEIGHTS: Mapping[str, tuple[float, float]] = {
    FACE: (0.0, 1.0),
    SECOND_FACE: (0.3, 0.75),
    PLATE: (0.0, 1.0),
    TEXT: (0.3, 0.75),
    BODY: (0.0, 1.0),
}


@dataclass(frozen=True, slots=True)
class FusionRule:
    """When a candidate of a kind is a finding: the weights of its sightings, less `offset` each, add up to `threshold`;
    a candidate with one sighting needs the weight `single`."""

    offset: float
    threshold: float
    single: float


FUSION_RULES: Mapping[Kind, FusionRule] = {
    Kind.FACE: FusionRule(offset=0.38, threshold=0.35, single=0.85),
    Kind.PLATE: FusionRule(offset=0.25, threshold=0.3, single=0.7),
    Kind.PERSON: FusionRule(offset=0.45, threshold=0.5, single=0.95),
    Kind.SCREEN: FusionRule(offset=0.35, threshold=0.5, single=0.9),
    Kind.TEXT: FusionRule(offset=0.15, threshold=0.3, single=0.45),
}


def weight(sighting: Sighting) -> float:
    """Weight of one sighting as evidence, by all models that detect it."""
    known = ((score, *_MODEL_WEIGHTS[id]) for id, score in sighting.scores.items() if id in _MODEL_WEIGHTS)
    return sum(max(0.0, score - min_score) * factor for score, min_score, factor in known)


@dataclass(slots=True)
class Candidate:
    """One object over time. `best` is its strongest sighting, and `scores` its highest score by model."""

    kind: Kind
    box: Box
    start: float
    end: float
    best: tuple[float, int, float, Box]  # weight, frame, seconds, box
    scores: dict[str, float]
    weights: list[float] = field(default_factory=list)
    #: No other frame can show it again: a still.
    single_frame: bool = False
    #: How often it was looked at again (verify/leak_search.py).
    looks: int = 0

    def is_finding(self, rules: Mapping[Kind, FusionRule]) -> bool:
        """By the rule for its kind."""
        rule = rules[self.kind]
        if len(self.weights) == 1:
            return self.weights[0] >= (rule.offset + rule.threshold if self.single_frame else rule.single)
        return sum(max(0.0, value - rule.offset) for value in self.weights) >= rule.threshold

    @property
    def check(self) -> Check:
        """The check it belongs to: that of the independent model, if that one contributed."""
        if self.kind is Kind.FACE:
            independent = self.scores.get(SECOND_FACE, 0) > _MODEL_WEIGHTS[SECOND_FACE][0]
            return Check.FACES if independent else Check.REDACTION_MODELS
        if self.kind is Kind.PLATE:
            return Check.PLATES if TEXT in self.scores else Check.REDACTION_MODELS
        return Check.OTHER_KINDS


class SightingFusion:
    """The sightings of one video track; `update` for every detection pass, in order."""

    def __init__(self, rules: Mapping[Kind, FusionRule] = FUSION_RULES) -> None:
        self._rules = rules
        self._open: list[Candidate] = []
        self._closed: list[Candidate] = []

    def update(self, sightings: Iterable[Sighting], frame: int, seconds: float) -> None:
        """The sightings of one pass, without those that lie under a mask."""
        still_open = [candidate for candidate in self._open if seconds - candidate.end <= MAX_GAP_S]
        self._closed += [candidate for candidate in self._open if candidate not in still_open]
        self._open = still_open
        taken: set[int] = set()
        for sighting in sorted(sightings, key=lambda s: -weight(s)):
            if sighting.box.shorter_side < MIN_SIDE:
                continue
            near = [
                (distance, n)
                for n, candidate in enumerate(self._open)
                if n not in taken
                and candidate.kind is sighting.kind
                and (distance := _distance(candidate.box, sighting.box)) < 1
            ]
            if near:
                number = min(near)[1]
                _add_sighting(self._open[number], sighting, frame, seconds)
            else:
                number = len(self._open)
                self._open.append(_new_candidate(sighting, frame, seconds))
            taken.add(number)

    def end_page(self) -> None:
        """End all candidates: what follows is another image (pages, photos)."""
        self._closed += [replace(candidate, single_frame=True) for candidate in self._open]
        self._open = []

    def open_candidates(self) -> tuple[Candidate, ...]:
        """Those that may go on."""
        return tuple(self._open)

    def candidates(self) -> Iterator[Candidate]:
        """The candidates that are findings, once all passes are done."""
        yield from (candidate for candidate in [*self._closed, *self._open] if candidate.is_finding(self._rules))


def _new_candidate(sighting: Sighting, frame: int, seconds: float) -> Candidate:
    value = weight(sighting)
    best = (value, frame, seconds, sighting.box)
    return Candidate(sighting.kind, sighting.box, seconds, seconds, best, dict(sighting.scores), [value])


def _add_sighting(candidate: Candidate, sighting: Sighting, frame: int, seconds: float) -> None:
    value = weight(sighting)
    candidate.box, candidate.end = sighting.box, seconds
    candidate.weights.append(value)
    for id, score in sighting.scores.items():
        candidate.scores[id] = max(score, candidate.scores.get(id, 0.0))
    if value > candidate.best[0]:
        candidate.best = (value, frame, seconds, sighting.box)


def _distance(a: Box, b: Box) -> float:
    """Below 1 when both may be the same object; less is likelier."""
    (ax, ay), (bx, by) = a.centre, b.centre
    side = max(a.width, a.height, b.width, b.height)
    ratio = max(a.area, 1e-9) / max(b.area, 1e-9)
    if not MAX_SCALE**-2 < ratio < MAX_SCALE**2:
        return 2.0
    return max(abs(ax - bx), abs(ay - by)) / (MAX_SHIFT * side)
