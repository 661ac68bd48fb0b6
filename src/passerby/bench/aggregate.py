"""From boxes that were measured to figures: leaks, track leaks, retained detail, flicker, by kind and by size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from passerby.bench.annotations import SIZES, TrueBox
from passerby.bench.collateral import Surroundings
from passerby.bench.flicker import flickers
from passerby.bench.residual_detail import Detail
from passerby.core.model import FrozenModel


@dataclass(frozen=True, slots=True)
class Seen:
    """One box that was measured: in which frame (`index`, at `time`, shown for `lasts`, both in seconds)."""

    name: str
    index: int
    time: float
    lasts: float
    box: TrueBox
    detail: Detail


@dataclass(slots=True)
class Scored:
    """Everything measured of one file, or of many."""

    seen: list[Seen] = field(default_factory=list)
    around: Surroundings = field(default_factory=Surroundings)
    problems: list[str] = field(default_factory=list)

    def add(self, other: Scored) -> None:
        self.seen += other.seen
        self.around.add(other.around)
        self.problems += other.problems


class Figures(FrozenModel):
    """Figures of some boxes: shares from 0 to 1. What belongs to tracks is None where nothing is followed.

    `flicker` is times a track-minute, of `track_minutes`.
    """

    boxes: int
    leaks: float
    retained: float
    tracks: int | None = None
    track_leaks: float | None = None
    flicker: float | None = None
    track_minutes: float | None = None


class KindFigures(Figures):
    """Figures of one kind, and of its classes of size: a track belongs to each class that it passes through."""

    sizes: dict[str, Figures]


class Leak(FrozenModel):
    """A box that leaked: `left` is the share of detail that shows, over all of it or in its worst band."""

    file: str
    frame: int
    time: float
    kind: str
    box: tuple[int, int, int, int]
    left: float
    track: str | None = None


class Accuracy(FrozenModel):
    """What `passerby bench accuracy --json` says. `collateral` is a share of all pixels, `fidelity` in dB."""

    schema_version: Literal[1] = 1
    program: str
    profile: str | None = None
    files: int
    kinds: dict[str, KindFigures]
    collateral: float
    fidelity: float
    problems: tuple[str, ...]
    worst: tuple[Leak, ...]


def accuracy(scored: Scored, files: int, program: str, profile: str | None, worst: int = 0) -> Accuracy:
    """The figures of everything that was measured."""
    by_kind: dict[str, list[Seen]] = defaultdict(list)
    for seen in scored.seen:
        by_kind[seen.box.kind].append(seen)
    leaked = sorted(
        (seen for seen in scored.seen if seen.detail.leaked), key=lambda s: (-_left(s.detail), s.name, s.index)
    )
    return Accuracy(
        program=program,
        profile=profile,
        files=files,
        kinds={kind: _kind(seen) for kind, seen in sorted(by_kind.items())},
        collateral=round(scored.around.collateral, 5),
        fidelity=round(scored.around.fidelity, 1),
        problems=tuple(scored.problems),
        worst=tuple(_leak(seen) for seen in leaked[:worst]),
    )


def _kind(seen: Sequence[Seen]) -> KindFigures:
    shaking = _flickering(seen)
    sizes = {size: [one for one in seen if one.box.size == size] for size in SIZES}
    return KindFigures(
        **_figures(seen, shaking).model_dump(),
        sizes={size: _figures(those, shaking) for size, those in sizes.items() if those},
    )


def _figures(seen: Sequence[Seen], shaking: set[int]) -> Figures:
    left = np.array([one.detail.whole for one in seen])
    leaked = [one.detail.leaked for one in seen]
    tracks: dict[tuple[str, str], bool] = {}
    minutes = flicker = 0.0
    for one in seen:
        if one.box.track is not None:
            key = (one.name, one.box.track)
            tracks[key] = tracks.get(key, False) or one.detail.leaked
            minutes += one.lasts / 60
            flicker += id(one) in shaking
    figures = Figures(boxes=len(seen), leaks=round(sum(leaked) / len(seen), 4), retained=round(float(left.mean()), 4))
    if not tracks:
        return figures
    return figures.model_copy(
        update={
            "tracks": len(tracks),
            "track_leaks": round(sum(tracks.values()) / len(tracks), 4),
            "flicker": round(flicker / minutes, 2) if minutes else None,
            "track_minutes": round(minutes, 3),
        }
    )


def _flickering(seen: Iterable[Seen]) -> set[int]:
    """Which boxes (their `id`) are the first of a flicker."""
    tracks: dict[tuple[str, str], list[Seen]] = defaultdict(list)
    for one in seen:
        if one.box.track is not None:
            tracks[one.name, one.box.track].append(one)
    begun = set()
    for track in tracks.values():
        track.sort(key=lambda one: one.index)
        begins = flickers([one.time for one in track], [one.detail.leaked for one in track])
        begun |= {id(track[index]) for index in begins}
    return begun


def _left(detail: Detail) -> float:
    return max(detail.whole, detail.band)


def _leak(seen: Seen) -> Leak:
    x1, y1, x2, y2 = (round(value) for value in seen.box.box)
    return Leak(
        file=seen.name,
        frame=seen.index,
        time=round(seen.time, 3),
        kind=seen.box.kind,
        box=(x1, y1, x2, y2),
        left=round(_left(seen.detail), 3),
        track=seen.box.track,
    )
