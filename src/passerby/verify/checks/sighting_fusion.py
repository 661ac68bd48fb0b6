"""What several looks saw, put together: a weak sighting that comes again counts, a weak one in passing does not.

Sightings near each other, of about the same size, in looks that follow each other are taken for one thing. That is all
the following there is: no motion, no appearance, nothing kept beyond a second.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.documents.verification_report import Check
from passerby.verify.checks.independent_detectors import BODY, FACE, PLATE, SECOND_FACE, TEXT, Sighting

#: Seconds without a sighting after which a thing is another one.
APART = 1.0
#: It may have moved by this many of its own sides, and changed its size by this factor.
MOVED, RESIZED = 1.2, 2.2
#: Sides below this (px) identify nobody (EN 62676-4: to observe takes about 10 px a face).
SMALLEST = 12
#: How black a box may be: models see faces in and around black boxes. Half-covered faces score less, and count less.
MOST_BLACK = 0.45

#: By model: from which score on it counts, and how much.
_WORTH: Mapping[str, tuple[float, float]] = {
    FACE: (0.0, 1.0),
    SECOND_FACE: (0.3, 0.75),
    PLATE: (0.0, 1.0),
    TEXT: (0.3, 0.75),
    BODY: (0.0, 1.0),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """When a kind of thing is suspicious: sightings whose worth, less `doubt` each, adds up to `enough`; a single one
    must be worth `alone`."""

    doubt: float
    enough: float
    alone: float


RULES: Mapping[Kind, Rule] = {
    Kind.FACE: Rule(doubt=0.38, enough=0.35, alone=0.85),
    Kind.PLATE: Rule(doubt=0.25, enough=0.3, alone=0.7),
    Kind.PERSON: Rule(doubt=0.45, enough=0.5, alone=0.95),
    Kind.SCREEN: Rule(doubt=0.35, enough=0.5, alone=0.9),
    Kind.TEXT: Rule(doubt=0.15, enough=0.3, alone=0.45),
}


def worth(sighting: Sighting) -> float:
    """How much one sighting says, by all models that see it."""
    return sum(max(0.0, score - _WORTH[id][0]) * _WORTH[id][1] for id, score in sighting.scores.items() if id in _WORTH)


@dataclass(slots=True)
class Thing:
    """One thing over time. `best` is where it was seen best, and `scores` its best by model."""

    kind: Kind
    box: Box
    start: float
    end: float
    best: tuple[float, int, float, Box]  # worth, frame, seconds, box
    scores: dict[str, float]
    worths: list[float] = field(default_factory=list)
    #: There can be no second look at it.
    once: bool = False

    @property
    def suspicious(self) -> bool:
        rule = RULES[self.kind]
        if len(self.worths) == 1:
            return self.worths[0] >= (rule.doubt + rule.enough if self.once else rule.alone)
        return sum(max(0.0, one - rule.doubt) for one in self.worths) >= rule.enough

    @property
    def check(self) -> Check:
        """Which look it belongs to: the second one's, when that took part."""
        if self.kind is Kind.FACE:
            return Check.FACES if self.scores.get(SECOND_FACE, 0) > _WORTH[SECOND_FACE][0] else Check.FIRST_MODELS
        if self.kind is Kind.PLATE:
            return Check.PLATES if TEXT in self.scores else Check.FIRST_MODELS
        return Check.OTHERS


class Confirming:
    """Told of every look at one video track, in order."""

    def __init__(self) -> None:
        self._open: list[Thing] = []
        self._closed: list[Thing] = []

    def look(self, sightings: Iterable[Sighting], frame: int, seconds: float) -> None:
        """What one look saw, without what is hidden (`not_hidden`)."""
        still_open = [thing for thing in self._open if seconds - thing.end <= APART]
        self._closed += [thing for thing in self._open if thing not in still_open]
        self._open = still_open
        taken: set[int] = set()
        for sighting in sorted(sightings, key=lambda s: -worth(s)):
            if sighting.box.side < SMALLEST:
                continue
            near = [
                (distance, n)
                for n, thing in enumerate(self._open)
                if n not in taken and thing.kind is sighting.kind and (distance := _apart(thing.box, sighting.box)) < 1
            ]
            if near:
                number = min(near)[1]
                _add(self._open[number], sighting, frame, seconds)
            else:
                number = len(self._open)
                self._open.append(_new(sighting, frame, seconds))
            taken.add(number)

    def page_ends(self) -> None:
        """What follows has nothing to do with what was before: pages, photos."""
        self._closed += [replace(thing, once=True) for thing in self._open]
        self._open = []

    def things(self) -> Iterator[Thing]:
        """Everything that is suspicious, once all looks are done."""
        yield from (thing for thing in [*self._closed, *self._open] if thing.suspicious)


def _new(sighting: Sighting, frame: int, seconds: float) -> Thing:
    value = worth(sighting)
    best = (value, frame, seconds, sighting.box)
    return Thing(sighting.kind, sighting.box, seconds, seconds, best, dict(sighting.scores), [value])


def _add(thing: Thing, sighting: Sighting, frame: int, seconds: float) -> None:
    value = worth(sighting)
    thing.box, thing.end = sighting.box, seconds
    thing.worths.append(value)
    for id, score in sighting.scores.items():
        thing.scores[id] = max(score, thing.scores.get(id, 0.0))
    if value > thing.best[0]:
        thing.best = (value, frame, seconds, sighting.box)


def _apart(a: Box, b: Box) -> float:
    """Below 1 when both may be the same thing; less is likelier."""
    (ax, ay), (bx, by) = a.centre, b.centre
    side = max(a.width, a.height, b.width, b.height)
    ratio = max(a.area, 1e-9) / max(b.area, 1e-9)
    if not RESIZED**-2 < ratio < RESIZED**2:
        return 2.0
    return max(abs(ax - bx), abs(ay - by)) / (MOVED * side)
