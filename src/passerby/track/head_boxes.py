"""Heads from bodies: the second, independent detector of faces.

A face that the face model misses (turned, masked, in shade) is still masked when the body model detects the person.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from passerby.core.box import Box
from passerby.core.kinds import HEADLESS, Detection, Kind

#: What the origin of a head that was derived from a body begins with.
HEAD_ORIGIN = "head:"
#: A person this much taller than wide is standing or walking, and visible from head to foot: the body model boxes
#: people who sit or are cut off by the frame wider. Proportions of people, not measured.
MIN_STANDING_ASPECT = 1.3
#: Height of the head as a share of the person's height, and its width as a share of its height. Standing people are
#: seven to eight heads tall and boxed from crown to sole: a seventh is 0.14, and the rest is for a bent neck. People
#: who sit or are cut off fill a wide box, of which the head is the upper half. Proportions of people, not measured: too
#: large a head costs collateral, too small a one leaks.
STANDING_HEIGHT, STANDING_WIDTH = 0.22, 0.95
SEATED_HEIGHT, SEATED_TO_WIDTH, SEATED_WIDTH = 0.55, 0.75, 0.8
#: From this score on, a face in a head is certainly the one that belongs there, and its own box is the better one. The
#: same score as in stills (track/still_selection.py); chosen by hand, other values were not measured.
CONFIDENT_FACE = 0.3
#: A face with a low score, but where a body says that a head is, gains this: two detectors agree. Elsewhere in a body
#: it gains less: of two people who stand close the body model often detects one. They bring a face closer to the
#: thresholds of track/confirmation.py; chosen by hand, other values were not measured.
HEAD_BONUS, BODY_BONUS = 0.25, 0.15
#: A confident face in this upper share of a person is the person's own, when it is between so many times as wide as the
#: head should be. Heads are only estimated, and who is cut off by the frame has a larger one lower down: without this,
#: such people were masked twice (development clips: a sixth of all collateral).
UPPER_BODY_SHARE, FACE_TO_HEAD_WIDTH = 0.7, (0.3, 3.0)


def head_box(person: Box) -> Box:
    """Where the head of a person is, estimated from the box of the whole body."""
    cx = person.centre[0]
    if person.height > MIN_STANDING_ASPECT * person.width:
        height = min(STANDING_HEIGHT * person.height, person.width)
        width = min(person.width, STANDING_WIDTH * height)
    else:
        height = min(SEATED_HEIGHT * person.height, SEATED_TO_WIDTH * person.width)
        width = SEATED_WIDTH * height
    return Box(cx - width / 2, person.y1 - 0.03 * height, cx + width / 2, person.y1 + height)


def add_head_boxes(detections: Sequence[Detection]) -> list[Detection]:
    """Faces and persons of one frame -> everything detected, with a face wherever a body says that there is a head.

    Where the face model is confident of a face in that head, its box is enough. Where it is not, but detects something
    in a body, both agree and the score of the face rises. Of whom only legs or a torso are in the picture there is no
    head to hide.
    """
    persons = [d for d in detections if d.kind is Kind.PERSON and not d.origin.startswith(HEADLESS)]
    faces = [d for d in detections if d.kind is Kind.FACE]
    others = [d for d in detections if d.kind is not Kind.FACE]
    heads = [(head_box(p.box), p) for p in persons]
    confident = [f for f in faces if f.score >= CONFIDENT_FACE]
    faces = [f if f.score >= CONFIDENT_FACE else _raise_score(f, heads) for f in faces]
    faceless = [
        Detection(Kind.FACE, head, person.score, f"{HEAD_ORIGIN}{person.origin}")
        for head, person in heads
        if not any(contains_centre(head, f.box) or _belongs_to(person.box, head, f.box) for f in confident)
    ]
    return [*others, *faces, *faceless]


def _raise_score(face: Detection, heads: Sequence[tuple[Box, Detection]]) -> Detection:
    if any(contains_centre(head.expand(0.3), face.box) for head, _ in heads):
        bonus = HEAD_BONUS
    else:
        bonus = BODY_BONUS if any(contains_centre(person.box, face.box) for _, person in heads) else 0.0
    return Detection(face.kind, face.box, min(1.0, face.score + bonus), face.origin)


def contains_centre(outer: Box, inner: Box) -> bool:
    """Does the centre of `inner` lie in `outer`?"""
    x, y = inner.centre
    return outer.x1 <= x <= outer.x2 and outer.y1 <= y <= outer.y2


def _belongs_to(person: Box, head: Box, face: Box) -> bool:
    x, y = face.centre
    low, high = FACE_TO_HEAD_WIDTH
    return (
        person.x1 <= x <= person.x2
        and person.y1 <= y <= person.y1 + UPPER_BODY_SHARE * person.height
        and low * head.width <= face.width <= high * head.width
    )


def keep_requested_kinds(detections: Iterable[Detection], hide: Iterable[Kind]) -> list[Detection]:
    """What is to be tracked: persons were detected for their heads, and are dropped unless they are to be hidden."""
    kinds = frozenset(hide)
    return [d for d in detections if d.kind in kinds]
