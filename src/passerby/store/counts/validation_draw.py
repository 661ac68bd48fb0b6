"""Which minutes of a line or zone a person counts: random ones, of quiet and of busy hours alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from random import Random
from typing import Literal

from passerby.core.kinds import ObjectClass
from passerby.documents.count_records import BIN_S, CountBin
from passerby.documents.count_validation import DirectionCounts
from passerby.store.counts.events_and_counts import CountStore
from passerby.store.recordings.index import Recordings
from passerby.store.recordings.segment import Segment

#: Quiet, middle and busy hours.
STRATA = 3
#: Seconds of a minute that must be observed: detector runs are some seconds apart.
MIN_OBSERVED_S = 50.0
#: Microseconds between two segments up to which nobody can have passed unseen.
MAX_GAP_US = 500_000
_HOUR_S, _US = 3600, 1_000_000


@dataclass(frozen=True, slots=True)
class CountSubject:
    """What is validated: the counts of one class at a line or zone of a camera."""

    camera: str
    location: str
    kind: Literal["line", "zone"]
    object_class: ObjectClass


@dataclass(frozen=True, slots=True)
class DrawnStretch:
    """A minute that was drawn, and what the program counted in it."""

    start: int
    stratum: int
    stratum_minutes: int
    program: DirectionCounts


def find_minutes(recordings: Recordings, counts: CountStore, subject: CountSubject) -> dict[int, DirectionCounts]:
    """The eligible minutes of everything that is recorded of its camera."""
    of_camera = next((one for one in recordings.cameras() if one.camera == subject.camera), None)
    if of_camera is None:
        return {}
    start, end = of_camera.oldest / _US, of_camera.newest / _US
    bins = counts.between(start - BIN_S, end, subject.camera)
    return eligible_minutes(subject, bins, recordings.between(subject.camera, start, end))


def eligible_minutes(
    subject: CountSubject, bins: Iterable[CountBin], segments: Sequence[Segment]
) -> dict[int, DirectionCounts]:
    """What the program counted, by minute (Unix seconds): of minutes that it observed, whose clock was right, and that
    were recorded from beginning to end."""
    observed, found = defaultdict[int, float](float), dict[int, DirectionCounts]()
    untrusted = set[int]()
    for bin in bins:
        counted = _counted(subject, bin)
        if bin.camera != subject.camera or counted is None:
            continue
        observed[bin.start] += bin.observed_seconds
        before = found.get(bin.start, DirectionCounts(forward=0, backward=0))
        found[bin.start] = DirectionCounts(
            forward=before.forward + counted.forward, backward=before.backward + counted.backward
        )
        if not bin.trusted:
            untrusted.add(bin.start)
    recorded = _recorded_minutes(segments)
    return {
        start: found[start]
        for start in sorted(found)
        if observed[start] >= MIN_OBSERVED_S and start not in untrusted and start in recorded
    }


def draw(minutes: dict[int, DirectionCounts], number: int, seed: str) -> list[DrawnStretch]:
    """`number` of these minutes, fewer where there are not so many, none twice. The same seed draws the same.

    Hours are ordered by what was counted in them per minute, and divided into strata of about as many minutes. As many
    are drawn of each, and they come in turn: so whoever stops early has counted quiet and busy hours alike.
    """
    random = Random(seed)
    strata = _strata(minutes)
    share = -(-number // max(1, len(strata)))
    if any(len(members) < share for members in strata):
        strata, share = [list(minutes)], number
    drawn = [
        [
            DrawnStretch(start, stratum, len(members), minutes[start])
            for start in random.sample(members, min(share, len(members)))
        ]
        for stratum, members in enumerate(strata)
    ]
    in_turn = [one for one in chain.from_iterable(zip_longest(*drawn)) if one is not None]
    return in_turn[:number]


def _strata(minutes: dict[int, DirectionCounts]) -> list[list[int]]:
    hours = defaultdict[int, list[int]](list)
    for start in minutes:
        hours[start // _HOUR_S].append(start)
    quiet_first = sorted(
        hours.values(), key=lambda hour: (sum(minutes[start].both for start in hour) / len(hour), hour[0])
    )
    strata: list[list[int]] = [[] for _ in range(STRATA)]
    before = 0
    for hour in quiet_first:
        strata[min(STRATA - 1, STRATA * (2 * before + len(hour)) // (2 * len(minutes)))] += hour
        before += len(hour)
    return [stratum for stratum in strata if stratum]


def _counted(subject: CountSubject, bin: CountBin) -> DirectionCounts | None:
    if subject.kind == "line":
        for line in bin.lines:
            if (line.line, line.object_class) == (subject.location, subject.object_class):
                return DirectionCounts(forward=line.forward, backward=line.backward)
    else:
        for zone in bin.zones:
            if (zone.zone, zone.object_class) == (subject.location, subject.object_class):
                return DirectionCounts(forward=zone.entries, backward=zone.exits)
    return None


def _recorded_minutes(segments: Sequence[Segment]) -> set[int]:
    """Starts of the minutes that are recorded without a gap."""
    spans: list[tuple[int, int]] = []
    for start, end in sorted((segment.wall_start, segment.wall_end) for segment in segments):
        if spans and start - spans[-1][1] <= MAX_GAP_US:
            spans[-1] = spans[-1][0], max(end, spans[-1][1])
        else:
            spans.append((start, end))
    minute = BIN_S * _US
    return {at * BIN_S for start, end in spans for at in range(-(-start // minute), (end + MAX_GAP_US) // minute)}
