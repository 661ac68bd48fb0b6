"""What is hidden in a still: one look must do, so that a threshold decides, and there is room around what was found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from passerby.config.settings import Profile, Settings
from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.core.model import FrozenModel
from passerby.documents.plan import Keyframe, Track
from passerby.track.head_boxes import head_of
from passerby.track.regions import left_alone

#: What the sum of the scores of all ways of looking must reach, for all kinds but faces.
ENOUGH: Mapping[Kind, float] = {Kind.PLATE: 0.10, Kind.PERSON: 0.40, Kind.TEXT: 0.40, Kind.SCREEN: 0.40}

#: Room around what was found, as shares of its width and height: at each side, above, below; and pixels all around.
Room = tuple[float, float, float, float]
ROOM: Mapping[Kind, Room] = {
    Kind.PLATE: (0.12, 0.12, 0.12, 2),
    Kind.PERSON: (0.05, 0.05, 0.05, 2),
    Kind.TEXT: (0.08, 0.08, 0.08, 2),
    Kind.SCREEN: (0.05, 0.05, 0.05, 2),
}


class FaceEvidence(FrozenModel):
    """What the scores of a face must add up to, alone and where a body says that a head is (two models agree); from
    which score on a body says so, and hides the head where no face is found in it that is `sure`; and the room around a
    face. Chosen on the development stills: at 0.45 in place of 0.36 more than 1 % more faces are missed, and a tenth
    less is hidden without need.
    """

    enough: float = 0.36
    in_head: float = 0.25
    body: float = 0.40
    sure: float = 0.30
    room: Room = (0.20, 0.30, 0.15, 1)


#: How much each profile asks for. `thorough` believes less, and has room for the whole head: hair and ears beside a
#: face that the model boxes narrowly are a third of what the others leave to be seen in the development stills.
FACES: Mapping[Profile, FaceEvidence] = {
    Profile.FAST: FaceEvidence(),
    Profile.BALANCED: FaceEvidence(),
    Profile.THOROUGH: FaceEvidence(enough=0.22, in_head=0.15, room=(0.40, 0.50, 0.30, 1)),
}


def hidden_in(found: Sequence[Detection], settings: Settings, size: tuple[int, int], time: int) -> list[Track]:
    """The tracks of one page, of one keyframe each at `time`, numbered from 1; nothing whose middle lies in a region
    that is to be left alone.

    `found` are merged looks, `size` is (width, height).
    """
    hide, need = settings.hide, FACES[settings.profile]
    kept = [*_faces(found, need), *_heads(found, need)] if Kind.FACE in hide else []
    kept += [d for d in found if d.kind is not Kind.FACE and d.kind in hide and d.score >= ENOUGH[d.kind]]
    rooms = {**ROOM, Kind.FACE: need.room}
    placed = [(d, _with_room(d, rooms[d.kind]).clipped(*size)) for d in left_alone(kept, settings.keep_regions, time)]
    ordered = sorted(_needed([p for p in placed if p[1].area > 0]), key=lambda p: (p[0].kind, p[1]))
    return [
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


def _needed(placed: Sequence[tuple[Detection, Box]]) -> Iterator[tuple[Detection, Box]]:
    """Without what lies wholly within something of its kind that comes first: pieces that were seen in a tile that cut
    it. The largest come first."""
    kept: dict[Kind, list[Box]] = {}
    for d, box in sorted(placed, key=lambda p: (-p[1].area, p[1], -p[0].score)):
        around = np.array(kept.get(d.kind, []), float).reshape(-1, 4)
        if not ((around[:, :2] <= box[:2]) & (around[:, 2:] >= box[2:])).all(axis=1).any():
            kept.setdefault(d.kind, []).append(box)
            yield d, box


def _bodies(found: Sequence[Detection], need: FaceEvidence) -> list[Detection]:
    return [d for d in found if d.kind is Kind.PERSON and d.score >= need.body]


def _faces(found: Sequence[Detection], need: FaceEvidence) -> list[Detection]:
    heads = [head_of(body.box).expand(0.3) for body in _bodies(found, need)]
    faces = [d for d in found if d.kind is Kind.FACE]
    return [
        f
        for f in faces
        if f.score >= need.enough or (f.score >= need.in_head and any(_holds(head, f.box) for head in heads))
    ]


def _heads(found: Sequence[Detection], need: FaceEvidence) -> list[Detection]:
    """Heads of bodies in which no face was found for sure."""
    sure = [d for d in found if d.kind is Kind.FACE and d.score >= need.sure]
    heads = [(head_of(body.box), body) for body in _bodies(found, need)]
    return [
        Detection(Kind.FACE, head, body.score, f"head:{body.origin}")
        for head, body in heads
        if not any(_holds(head, f.box) for f in sure)
    ]


def _holds(head: Box, face: Box) -> bool:
    x, y = face.centre
    return head.x1 <= x <= head.x2 and head.y1 <= y <= head.y2


def _with_room(found: Detection, room: Room) -> Box:
    if found.origin.startswith("head:"):
        return found.box  # a head has room for its face
    side, above, below, pixels = room
    x1, y1, x2, y2 = found.box
    width, height = found.box.width, found.box.height
    return Box(
        x1 - side * width - pixels,
        y1 - above * height - pixels,
        x2 + side * width + pixels,
        y2 + below * height + pixels,
    )
