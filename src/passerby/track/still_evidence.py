"""What is hidden in a still: one look must do, so that a threshold decides, and there is room around what was found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from passerby.base.box import Box
from passerby.base.kinds import Detection, Kind
from passerby.base.plan import Keyframe, Track
from passerby.base.regions import Region
from passerby.track.heads import head_of
from passerby.track.regions import left_alone

#: What the sum of the scores of all ways of looking must reach. Chosen on the development stills: at 0.45 for faces
#: more than 1 % more of them are missed, and a tenth less is hidden without need.
ENOUGH: Mapping[Kind, float] = {
    Kind.FACE: 0.36,
    Kind.PLATE: 0.10,
    Kind.PERSON: 0.40,
    Kind.TEXT: 0.40,
    Kind.SCREEN: 0.40,
}
#: The same for a face where a body says that a head is: two models agree.
ENOUGH_IN_HEAD = 0.25
#: From here on a body says so, and hides the head where no face is found in it that is `SURE`.
BODY, SURE = 0.40, 0.30

#: Room around what was found, as shares of its width and height: at each side, above, below; and pixels all around.
ROOM: Mapping[Kind, tuple[float, float, float, float]] = {
    Kind.FACE: (0.20, 0.30, 0.15, 1),
    Kind.PLATE: (0.12, 0.12, 0.12, 2),
    Kind.PERSON: (0.05, 0.05, 0.05, 2),
    Kind.TEXT: (0.08, 0.08, 0.08, 2),
    Kind.SCREEN: (0.05, 0.05, 0.05, 2),
}


def hidden_in(
    found: Sequence[Detection], hide: Sequence[Kind], keep: Sequence[Region], size: tuple[int, int], time: int
) -> list[Track]:
    """The tracks of one page, of one keyframe each at `time`, numbered from 1; nothing whose middle lies in `keep`.

    `found` are merged looks, `size` is (width, height).
    """
    kept = [*_faces(found), *_heads(found)] if Kind.FACE in hide else []
    kept += [d for d in found if d.kind is not Kind.FACE and d.kind in hide and d.score >= ENOUGH[d.kind]]
    placed = [(d, _with_room(d).clipped(*size)) for d in left_alone(kept, keep, time)]
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


def _bodies(found: Sequence[Detection]) -> list[Detection]:
    return [d for d in found if d.kind is Kind.PERSON and d.score >= BODY]


def _faces(found: Sequence[Detection]) -> list[Detection]:
    heads = [head_of(body.box).grown(0.3) for body in _bodies(found)]
    faces = [d for d in found if d.kind is Kind.FACE]
    return [
        f
        for f in faces
        if f.score >= ENOUGH[Kind.FACE] or (f.score >= ENOUGH_IN_HEAD and any(_holds(head, f.box) for head in heads))
    ]


def _heads(found: Sequence[Detection]) -> list[Detection]:
    """Heads of bodies in which no face was found for sure."""
    sure = [d for d in found if d.kind is Kind.FACE and d.score >= SURE]
    heads = [(head_of(body.box), body) for body in _bodies(found)]
    return [
        Detection(Kind.FACE, head, body.score, f"head:{body.origin}")
        for head, body in heads
        if not any(_holds(head, f.box) for f in sure)
    ]


def _holds(head: Box, face: Box) -> bool:
    x, y = face.centre
    return head.x1 <= x <= head.x2 and head.y1 <= y <= head.y2


def _with_room(found: Detection) -> Box:
    if found.origin.startswith("head:"):
        return found.box  # a head has room for its face
    side, above, below, pixels = ROOM[found.kind]
    x1, y1, x2, y2 = found.box
    width, height = found.box.width, found.box.height
    return Box(
        x1 - side * width - pixels,
        y1 - above * height - pixels,
        x2 + side * width + pixels,
        y2 + below * height + pixels,
    )
