"""Searching a release for what is still visible, cheaply enough to be done right after it was written.

Whole frames are searched a few times a second, at small sizes. What they show, and what lies where a mask begins or
ends, is looked at close up by two independent models, in that frame and in the next ones. Nothing counts by a single
weak detection: helmets, mirrors and chairs look like faces in one frame, to one model. Sightings are fused over time
(checks/sighting_fusion.py), and what adds up is a finding.
"""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from passerby.config.polygon import covered_share
from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.core.raw_frame import RawFrame
from passerby.detect.factory import VideoDetector
from passerby.detect.schedule import FULL_SCOPE, Scope
from passerby.documents.plan import Keyframe, Track
from passerby.documents.report import QuickFinding
from passerby.track.head_boxes import HEAD_ORIGIN
from passerby.verify.checks.independent_detectors import PLATE, Sighting
from passerby.verify.checks.shown_on_purpose import ShownHere
from passerby.verify.checks.sighting_fusion import FusionRule, SightingFusion, weight

#: Seconds between two searches of a whole frame for faces. One of so many, and that of the last frame, is a full one,
#: at all sizes and for plates as well: it costs ten times as much.
WHOLE_FRAME_INTERVAL_S, FULL_EVERY = 0.36, 12
#: Of the others.
FACES_AT_HALF_SIZE = Scope(full_res_faces=False, full_frame_plates=False)
#: Scores from which a detection in a whole frame is looked at close up, and how many of them in a frame, at most.
MIN_SCORES, MAX_CLOSE_UPS = {Kind.FACE: 0.2, Kind.PLATE: 0.2}, 6
#: A sighting with less weight than this (checks/sighting_fusion.py) is none, nor is a plate to which the plate model
#: gives less than this: text alone is lettering.
MIN_WEIGHT, MIN_PLATE_SCORE = 0.1, 0.2
#: What was seen is looked at again in every frame that is this many after the last, up to so many times.
FOLLOW_EVERY, MAX_FOLLOWED = 2, 12
#: Where a mask begins or ends, so many frames before or after it are looked at.
FRAMES_BESIDE_MASK = (1, 3, 5, 7)
#: What adds up to a finding. Sightings are closer together than in `passerby verify`, and what looks like a face to
#: both models in one frame does in the next: so each must have more weight. On the real development clips faces that
#: were left open have 0.9 to 1.4 in most sightings, and all else had at most 0.61.
RULES = {
    Kind.FACE: FusionRule(offset=0.5, threshold=0.4, single=0.85),
    Kind.PLATE: FusionRule(offset=0.4, threshold=0.4, single=0.8),
}
#: A detection of which more than this share lies under a mask is taken for the mask.
MAX_MASK_OVERLAP = 0.3


@dataclass(frozen=True, slots=True)
class Explained:
    """What explains a detection in one frame: the masks as they are painted, and what is shown on purpose."""

    masks: Sequence[Keyframe] = ()
    shown: ShownHere = field(default_factory=ShownHere)

    def explains(self, kind: Kind, box: Box) -> bool:
        masked = any(_masked_share(box, key) > MAX_MASK_OVERLAP for key in self.masks)
        return masked or self.shown.explains(kind, box)


def _masked_share(box: Box, key: Keyframe) -> float:
    share = box.containment(key.box)
    return covered_share(box, key.polygon) if share and key.polygon is not None else share


def regions_beside_masks(
    tracks: Iterable[Track], times: Sequence[int], cuts: Collection[int]
) -> Mapping[int, list[tuple[Kind, Box]]]:
    """Where to look in which frame: just before each mask begins and just after it ends, unless the scene does.

    `times` are those of the frames, `cuts` those of the first frames of scenes, in ticks."""
    regions: dict[int, list[tuple[Kind, Box]]] = defaultdict(list)
    scenes = sorted(bisect.bisect_left(times, cut) for cut in cuts)
    for track in (track for track in tracks if track.kind in MIN_SCORES):
        first, last = bisect.bisect_left(times, track.start), bisect.bisect_right(times, track.end) - 1
        scene = bisect.bisect_right(scenes, first)
        start = scenes[scene - 1] if scene else 0
        scene = bisect.bisect_right(scenes, last)
        end = scenes[scene] if scene < len(scenes) else len(times)
        for distance in FRAMES_BESIDE_MASK:
            if first - distance >= start:
                regions[first - distance].append((track.kind, track.keyframes[0].box))
            if last + distance < end:
                regions[last + distance].append((track.kind, track.keyframes[-1].box))
    return regions


class LeakSearch:
    """Searches the frames of one video track of a release: `due` and `step` for each, in order, then `findings`."""

    def __init__(
        self, detector: VideoDetector, hide: Collection[Kind], beside_masks: Mapping[int, list[tuple[Kind, Box]]]
    ) -> None:
        self._detector, self._hide, self._beside_masks = detector, frozenset(hide) & MIN_SCORES.keys(), beside_masks
        self._fusion = SightingFusion(RULES)
        self._next_whole = float("-inf")
        #: Whole frames that were searched.
        self.searched = 0

    def due(self, seconds: float, is_last: bool = False) -> Scope | None:
        """With which scope the whole of the frame at `seconds` is to be searched (`searches`), None for not at all.
        Ask for each frame, in order."""
        if not self._hide or not (seconds >= self._next_whole or is_last):
            return None
        is_full = is_last or self.searched % FULL_EVERY == 0
        self.searched += 1
        self._next_whole = seconds + WHOLE_FRAME_INTERVAL_S - 1e-6
        return FULL_SCOPE if is_full else FACES_AT_HALF_SIZE

    def searches(self, frame: RawFrame, scope: Scope) -> Sequence[Callable[[], list[Detection]]]:
        """What searches the whole of a frame. Safe beside one another, and beside those of other frames."""
        if scope == FULL_SCOPE:
            return self._detector.tasks(frame, scope)
        return (lambda: self._detector.detect_faces_quick(frame),)

    def step(
        self, frame: RawFrame, number: int, seconds: float, hidden: Explained, whole: Sequence[Detection] = ()
    ) -> None:
        """Search the frame with this number, at `seconds`, as far as it is due; `whole` is what the search of the whole
        frame has found. What `hidden` explains is no leak."""
        if not self._hide:
            return
        places = [place for place in self._beside_masks.get(number, ()) if place[0] in self._hide]
        strong = sorted((d for d in whole if d.score >= MIN_SCORES.get(d.kind, 2.0)), key=lambda d: -d.score)
        visible_whole = [d for d in strong if d.kind in self._hide and not hidden.explains(d.kind, d.box)]
        places += [(d.kind, d.box) for d in visible_whole[:MAX_CLOSE_UPS]]
        if number % FOLLOW_EVERY == 0:
            places += self._to_follow()
        sightings = self._look(frame, places, visible_whole)
        visible = (s for s in sightings if _counts(s) and not hidden.explains(s.kind, s.box))
        self._fusion.update(visible, number, seconds)

    def findings(self) -> Iterator[QuickFinding]:
        """What is visible, once all frames were searched."""
        for candidate in self._fusion.candidates():
            _, _, seconds, box = candidate.best
            score = round(max(candidate.scores.values()), 3)
            yield QuickFinding(time=seconds, description=f"a {candidate.kind} is visible", box=box, score=score)

    def _to_follow(self) -> Iterator[tuple[Kind, Box]]:
        for candidate in self._fusion.open_candidates():
            if candidate.looks < MAX_FOLLOWED:
                candidate.looks += 1
                yield candidate.kind, candidate.box

    def _look(self, frame: RawFrame, places: Sequence[tuple[Kind, Box]], whole: Sequence[Detection]) -> list[Sighting]:
        """What is seen at these places: each object once, with the highest score of each model."""
        found: list[Sighting] = []
        for kind in self._hide:
            boxes = _distinct([box for place, box in places if place is kind])
            close_ups = self._detector.close_up(frame, kind, boxes) if boxes else []
            detections = [d for d in whole if d.kind is kind and not d.origin.startswith(HEAD_ORIGIN)]
            for d in sorted([*detections, *(d for of_box in close_ups for d in of_box)], key=lambda d: -d.score):
                same = next((s for s in found if s.kind is kind and s.box.iou(d.box) > 0.3), None)
                if same is None:
                    found.append(Sighting(kind, d.box, {d.origin: d.score}))
                else:
                    same.scores[d.origin] = max(same.scores.get(d.origin, 0.0), d.score)
        return found


def _distinct(boxes: Iterable[Box]) -> list[Box]:
    kept: list[Box] = []
    for box in boxes:
        if all(box.iou(other) < 0.5 for other in kept):
            kept.append(box)
    return kept


def _counts(sighting: Sighting) -> bool:
    is_text = sighting.kind is Kind.PLATE and sighting.scores.get(PLATE, 0.0) < MIN_PLATE_SCORE
    return weight(sighting) >= MIN_WEIGHT and not is_text
