"""Heads from bodies: the second, independent look for faces.

A face that the face model misses (turned, masked, in shade) is still hidden when the body model sees the person.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind

#: A person this much taller than wide is standing or walking, and shows from head to foot.
STANDING = 1.3
#: A face in a head is surely the one that belongs there, and its own box is the better one, from this score on.
SURE = 0.3
#: A face seen weakly, but where a body says that a head is, gains this: two looks agree. Elsewhere in a body it gains
#: less: of two people who stand close the body model often sees one.
AGREEMENT, IN_BODY = 0.25, 0.15
#: A sure face in this upper share of a person is the person's own, when it is between so many times as wide as the head
#: should be. Heads are only estimated, and who is cut off by the frame has a larger one lower down: without this, such
#: people were hidden twice (development clips: a sixth of all that was hidden without need).
UPPER, OWN_SIZE = 0.7, (0.3, 3.0)


def head_of(person: Box) -> Box:
    """Where the head of a person is.

    Upright people are seven to eight heads tall, and detectors box them from crown to sole: the top seventh and
    something for a bent neck. Who is cut off or sits fills a wide box, of which the head is the upper half.
    """
    cx = person.centre[0]
    if person.height > STANDING * person.width:
        height = min(0.22 * person.height, person.width)
        width = min(person.width, 0.95 * height)
    else:
        height = min(0.55 * person.height, 0.75 * person.width)
        width = 0.8 * height
    return Box(cx - width / 2, person.y1 - 0.03 * height, cx + width / 2, person.y1 + height)


def with_heads(found: Sequence[Detection]) -> list[Detection]:
    """Faces and persons of one look -> everything found, with a face wherever a body says that there is a head.

    Where the face model is sure of a face in that head, its box is enough. Where it is not, but sees something in a
    body, both agree and the face gains in score.
    """
    persons = [d for d in found if d.kind is Kind.PERSON]
    faces = [d for d in found if d.kind is Kind.FACE]
    others = [d for d in found if d.kind is not Kind.FACE]
    heads = [(head_of(p.box), p) for p in persons]
    sure = [f for f in faces if f.score >= SURE]
    faces = [f if f.score >= SURE else _agreed(f, heads) for f in faces]
    bare = [
        Detection(Kind.FACE, head, person.score, f"head:{person.origin}")
        for head, person in heads
        if not any(_holds(head, f.box) or _owns(person.box, head, f.box) for f in sure)
    ]
    return [*others, *faces, *bare]


def _agreed(face: Detection, heads: Sequence[tuple[Box, Detection]]) -> Detection:
    if any(_holds(head.expand(0.3), face.box) for head, _ in heads):
        gain = AGREEMENT
    else:
        gain = IN_BODY if any(_holds(person.box, face.box) for _, person in heads) else 0.0
    return Detection(face.kind, face.box, min(1.0, face.score + gain), face.origin)


def _holds(head: Box, face: Box) -> bool:
    x, y = face.centre
    return head.x1 <= x <= head.x2 and head.y1 <= y <= head.y2


def _owns(person: Box, head: Box, face: Box) -> bool:
    x, y = face.centre
    low, high = OWN_SIZE
    return (
        person.x1 <= x <= person.x2
        and person.y1 <= y <= person.y1 + UPPER * person.height
        and low * head.width <= face.width <= high * head.width
    )


def without_helpers(found: Iterable[Detection], hide: Iterable[Kind]) -> list[Detection]:
    """What is to be followed: persons were found for their heads, and are left out unless they are to be hidden."""
    wanted = frozenset(hide)
    return [d for d in found if d.kind in wanted]
