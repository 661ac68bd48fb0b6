"""From measured boxes to metrics: leaks, track leaks, retained detail, flicker, by kind and by size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from passerby.bench.annotations import SIZE_CLASSES, GroundTruthBox
from passerby.bench.collateral import CollateralSums
from passerby.bench.flicker import flicker_starts
from passerby.bench.residual_detail import ResidualDetail
from passerby.core.model import FrozenModel


@dataclass(frozen=True, slots=True)
class ScoredBox:
    """One measured box: in which frame (`index`, at `time`, shown for `duration`, both in seconds)."""

    name: str
    index: int
    time: float
    duration: float
    box: GroundTruthBox
    detail: ResidualDetail


@dataclass(slots=True)
class Scores:
    """All measurements of one file, or of several."""

    boxes: list[ScoredBox] = field(default_factory=list)
    collateral: CollateralSums = field(default_factory=CollateralSums)
    problems: list[str] = field(default_factory=list)

    def add(self, other: Scores) -> None:
        self.boxes += other.boxes
        self.collateral.add(other.collateral)
        self.problems += other.problems


class BoxMetrics(FrozenModel):
    """Metrics of some boxes: ratios from 0 to 1. Metrics of tracks are None where no tracks are annotated.

    `flicker` is occurrences per track-minute, of `track_minutes`.
    """

    boxes: int
    leaks: float
    retained: float
    tracks: int | None = None
    track_leaks: float | None = None
    flicker: float | None = None
    track_minutes: float | None = None


class KindMetrics(BoxMetrics):
    """Metrics of one kind, and of its size classes: a track belongs to each class that it passes through."""

    sizes: dict[str, BoxMetrics]


class LeakedBox(FrozenModel):
    """A box that leaked: `visible_detail` is the share of its detail that shows, overall or in its worst band."""

    file: str
    frame: int
    time: float
    kind: str
    box: tuple[int, int, int, int]
    visible_detail: float
    track: str | None = None


class AccuracyReport(FrozenModel):
    """The output of `passerby bench accuracy --json`. `collateral` is a share of all pixels, `fidelity` in dB."""

    schema_version: Literal[1] = 1
    program: str
    profile: str | None = None
    files: int
    kinds: dict[str, KindMetrics]
    collateral: float
    fidelity: float
    problems: tuple[str, ...]
    worst: tuple[LeakedBox, ...]


def summarise(scores: Scores, files: int, program: str, profile: str | None, worst: int = 0) -> AccuracyReport:
    """The metrics of all measurements, with the `worst` leaks."""
    by_kind: dict[str, list[ScoredBox]] = defaultdict(list)
    for scored in scores.boxes:
        by_kind[scored.box.kind].append(scored)
    leaked = sorted(
        (scored for scored in scores.boxes if scored.detail.leaked),
        key=lambda scored: (-_visible_detail(scored.detail), scored.name, scored.index),
    )
    return AccuracyReport(
        program=program,
        profile=profile,
        files=files,
        kinds={kind: _kind_metrics(boxes) for kind, boxes in sorted(by_kind.items())},
        collateral=round(scores.collateral.ratio, 5),
        fidelity=round(scores.collateral.fidelity, 1),
        problems=tuple(scores.problems),
        worst=tuple(_leaked_box(scored) for scored in leaked[:worst]),
    )


def _kind_metrics(boxes: Sequence[ScoredBox]) -> KindMetrics:
    flickering = _flickering(boxes)
    sizes = {size: [scored for scored in boxes if scored.box.size_class == size] for size in SIZE_CLASSES}
    return KindMetrics(
        **_metrics(boxes, flickering).model_dump(),
        sizes={size: _metrics(of_size, flickering) for size, of_size in sizes.items() if of_size},
    )


def _metrics(boxes: Sequence[ScoredBox], flickering: set[int]) -> BoxMetrics:
    retained = np.array([scored.detail.whole for scored in boxes])
    leaked = [scored.detail.leaked for scored in boxes]
    tracks: dict[tuple[str, str], bool] = {}
    minutes = flicker = 0.0
    for scored in boxes:
        if scored.box.track is not None:
            key = (scored.name, scored.box.track)
            tracks[key] = tracks.get(key, False) or scored.detail.leaked
            minutes += scored.duration / 60
            flicker += id(scored) in flickering
    metrics = BoxMetrics(
        boxes=len(boxes), leaks=round(sum(leaked) / len(boxes), 4), retained=round(float(retained.mean()), 4)
    )
    if not tracks:
        return metrics
    return metrics.model_copy(
        update={
            "tracks": len(tracks),
            "track_leaks": round(sum(tracks.values()) / len(tracks), 4),
            "flicker": round(flicker / minutes, 2) if minutes else None,
            "track_minutes": round(minutes, 3),
        }
    )


def _flickering(boxes: Iterable[ScoredBox]) -> set[int]:
    """The `id` of each box with which a flicker starts."""
    tracks: dict[tuple[str, str], list[ScoredBox]] = defaultdict(list)
    for scored in boxes:
        if scored.box.track is not None:
            tracks[scored.name, scored.box.track].append(scored)
    flickering = set()
    for track in tracks.values():
        track.sort(key=lambda scored: scored.index)
        starts = flicker_starts([scored.time for scored in track], [scored.detail.leaked for scored in track])
        flickering |= {id(track[index]) for index in starts}
    return flickering


def _visible_detail(detail: ResidualDetail) -> float:
    return max(detail.whole, detail.band)


def _leaked_box(scored: ScoredBox) -> LeakedBox:
    x1, y1, x2, y2 = (round(value) for value in scored.box.box)
    return LeakedBox(
        file=scored.name,
        frame=scored.index,
        time=round(scored.time, 3),
        kind=scored.box.kind,
        box=(x1, y1, x2, y2),
        visible_detail=round(_visible_detail(scored.detail), 3),
        track=scored.box.track,
    )
