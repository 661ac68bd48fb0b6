"""What is masked in a still: no track adds up evidence, so that a score threshold decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from passerby.config.settings import Profile, Settings
from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.core.model import FrozenModel
from passerby.documents.plan import Keyframe, Track
from passerby.track.head_boxes import HEAD_ORIGIN, contains_centre, head_box
from passerby.track.padding import PADDING, Padding
from passerby.track.regions import kept_visible, suppress_in_keep_regions

#: What the sum of the scores of all detectors and input sizes must reach, for all kinds but faces.
MIN_SCORES: Mapping[Kind, float] = {Kind.PLATE: 0.10, Kind.PERSON: 0.40, Kind.TEXT: 0.40, Kind.SCREEN: 0.40}


class FaceThresholds(FrozenModel):
    """What the scores of a face must add up to, alone and where a body says that a head is (two models agree); from
    which score on a body says so, and masks the head where no `confident_face` is detected in it; and the margins
    around a face. Chosen on the development stills: at 0.45 in place of 0.36 more than 1 % more faces are missed, and a
    tenth less is masked without need.
    """

    min_score: float = 0.36
    min_score_in_head: float = 0.25
    min_body_score: float = 0.40
    confident_face: float = 0.30
    padding: Padding = Padding(0.20, 0.30, 0.15, 1.0)


#: How much each profile asks for. `thorough` accepts lower scores, and has margins for the whole head: hair and ears
#: beside a face that the model boxes narrowly are a third of what the others leave visible in the development stills.
FACE_THRESHOLDS: Mapping[Profile, FaceThresholds] = {
    Profile.FAST: FaceThresholds(),
    Profile.BALANCED: FaceThresholds(),
    Profile.THOROUGH: FaceThresholds(min_score=0.22, min_score_in_head=0.15, padding=Padding(0.40, 0.50, 0.30, 1.0)),
}


def select_tracks(
    detections: Sequence[Detection], settings: Settings, size: tuple[int, int], time: int
) -> tuple[list[Track], list[tuple[int, Kind]]]:
    """The tracks of one page, of one keyframe each at `time`, numbered from 1; and what has none, since its centre lies
    in a region that is to be kept visible (`kept_visible`).

    `detections` are merged (detect/fusion.py), `size` is (width, height).
    """
    hide, thresholds = settings.hide, FACE_THRESHOLDS[settings.profile]
    selected = [*_faces(detections, thresholds), *_heads(detections, thresholds)] if Kind.FACE in hide else []
    selected += [d for d in detections if d.kind is not Kind.FACE and d.kind in hide and d.score >= MIN_SCORES[d.kind]]
    kept = kept_visible(selected, settings.keep_regions, time)
    selected = suppress_in_keep_regions(selected, settings.keep_regions, time)
    masks = [(d, _padded(d, thresholds.padding).clip(*size)) for d in selected]
    ordered = sorted(_drop_contained([mask for mask in masks if mask[1].area > 0]), key=lambda m: (m[0].kind, m[1]))
    tracks = [
        Track(
            number=number,
            kind=d.kind,
            keyframes=(
                Keyframe(
                    time=time,
                    box=Box(*(round(v, 1) for v in box)),
                    score=round(min(1.0, d.score), 3),
                    origin=d.origin,
                ),
            ),
        )
        for number, (d, box) in enumerate(ordered, 1)
    ]
    return tracks, kept


def _drop_contained(masks: Sequence[tuple[Detection, Box]]) -> Iterator[tuple[Detection, Box]]:
    """Without what lies wholly within a mask of its kind that comes first: parts that were detected in a tile that cut
    the object. The largest come first."""
    kept: dict[Kind, list[Box]] = {}
    for d, box in sorted(masks, key=lambda m: (-m[1].area, m[1], -m[0].score)):
        larger = np.array(kept.get(d.kind, []), float).reshape(-1, 4)
        if not ((larger[:, :2] <= box[:2]) & (larger[:, 2:] >= box[2:])).all(axis=1).any():
            kept.setdefault(d.kind, []).append(box)
            yield d, box


def _bodies(detections: Sequence[Detection], thresholds: FaceThresholds) -> list[Detection]:
    return [d for d in detections if d.kind is Kind.PERSON and d.score >= thresholds.min_body_score]


def _faces(detections: Sequence[Detection], thresholds: FaceThresholds) -> list[Detection]:
    heads = [head_box(body.box).expand(0.3) for body in _bodies(detections, thresholds)]
    faces = [d for d in detections if d.kind is Kind.FACE and d.score >= thresholds.min_score_in_head]
    return [f for f in faces if f.score >= thresholds.min_score or any(contains_centre(head, f.box) for head in heads)]


def _heads(detections: Sequence[Detection], thresholds: FaceThresholds) -> list[Detection]:
    """Heads of bodies in which no face was detected with confidence."""
    confident = [d for d in detections if d.kind is Kind.FACE and d.score >= thresholds.confident_face]
    heads = [(head_box(body.box), body) for body in _bodies(detections, thresholds)]
    return [
        Detection(Kind.FACE, head, body.score, f"{HEAD_ORIGIN}{body.origin}")
        for head, body in heads
        if not any(contains_centre(head, f.box) for f in confident)
    ]


def _padded(detection: Detection, face_padding: Padding) -> Box:
    if detection.origin.startswith(HEAD_ORIGIN):
        return detection.box  # the box of a head has room for its face
    padding = face_padding if detection.kind is Kind.FACE else PADDING[detection.kind]
    return padding.apply(detection.box)
