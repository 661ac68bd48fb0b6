"""What counts as a plate: the plate model's word, and text where a plate would be.

Text alone is no plate: signs, banners and shop windows are to stay. It is taken for one on a vehicle, where it has
a plate's shape and size, and anywhere where the plate model has a faint idea of a plate in the same place (close-ups,
of which no vehicle is seen, are what it misses most). Text that fills the picture is shown to the plate model in so
small a picture that a plate would be as wide there as plates mostly are. Elsewhere text is a trace: it can keep a plate
that is followed already, and never begin one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind

#: A plate on a vehicle is at most this much of the vehicle's box across and down, and not taller than wide (by much: it
#: may be tilted, and motorcycles have square ones).
MOST_WIDE, MOST_HIGH, LEAST_ASPECT = 0.6, 0.3, 0.8
#: Text on a vehicle is often a badge or a dealer's name: its score counts for this much, so that it takes two looks.
TEXT_WORTH = 0.3
#: What the plate model may hint at, how sure the text must then be, how wide it is at least, and what both are worth.
HINT, HINT_TEXT, HINT_ASPECT, HINT_WORTH = 0.03, 0.5, 1.2, 0.2
#: What text alone is worth: nothing as evidence, but it shows where a plate that is known has gone.
TRACE = 0.01
#: Overlap (intersection over union) and share inside from which hint and text are about the same place.
HINT_SAME, HINT_INSIDE = 0.3, 0.7
#: Text fills the picture from this share of its width on. In pictures of these sizes, the longer side in pixels, the
#: plate model must then see a plate in the same place with this score. Of 389 annotated stills four show a plate that
#: wide: all four are found, and nothing else is hidden; at a score of 0.1 a poster is.
FILLING, FILLING_SIZES, FILLING_SCORE, FILLING_SAME = 0.4, (160, 96), 0.25, 0.35


def on_vehicle(texts: Iterable[Detection], vehicles: Sequence[Box]) -> list[Detection]:
    """Texts that may be the plate of one of the vehicles, as plates."""
    return [_as_plate(text, text.score * TEXT_WORTH) for text in texts if any(_fits(text.box, v) for v in vehicles)]


def hinted(texts: Iterable[Detection], hints: Sequence[Detection]) -> list[Detection]:
    """Texts in places where the plate model, at its faintest, sees a plate, as plates."""
    return [
        _as_plate(text, HINT_WORTH)
        for text in texts
        if text.score >= HINT_TEXT
        and text.box.width >= HINT_ASPECT * text.box.height
        and any(text.box.iou(h.box) > HINT_SAME or text.box.containment(h.box) > HINT_INSIDE for h in hints)
    ]


def filling(texts: Iterable[Detection], width: float) -> list[Detection]:
    """Texts of a plate's shape that fill a picture of that width."""
    return [
        text
        for text in texts
        if text.score >= HINT_TEXT and text.box.width >= max(FILLING * width, HINT_ASPECT * text.box.height)
    ]


def close_up(texts: Iterable[Detection], seen: Sequence[Detection]) -> list[Detection]:
    """Texts that fill the picture and are plates, by what the plate model has `seen` in small pictures."""
    same = [(text, [s.score for s in seen if text.box.iou(s.box) > FILLING_SAME]) for text in texts]
    return [_as_plate(text, max(scores)) for text, scores in same if max(scores, default=0.0) >= FILLING_SCORE]


def traces(texts: Iterable[Detection], plates: Sequence[Detection]) -> list[Detection]:
    """Texts of a plate's shape that are none of the `plates`, as traces of plates.

    The plate model sees a close-up in one look and not in the next; the text detector sees it in each, and sees signs
    as well. So a trace hides nothing by itself, and keeps the mask on what was a plate before or is one later.
    """
    return [
        _as_plate(text, TRACE)
        for text in texts
        if text.score >= HINT_TEXT
        and text.box.width >= HINT_ASPECT * text.box.height
        and not any(text.box.iou(plate.box) > HINT_SAME for plate in plates)
    ]


def _fits(text: Box, vehicle: Box) -> bool:
    return (
        text.containment(vehicle.expand(0.05)) > 0.5
        and text.width <= MOST_WIDE * vehicle.width
        and text.height <= MOST_HIGH * vehicle.height
        and text.width >= LEAST_ASPECT * text.height
    )


def _as_plate(text: Detection, score: float) -> Detection:
    return Detection(Kind.PLATE, text.box, score, text.origin)
