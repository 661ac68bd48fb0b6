"""What counts as a plate: detections of the plate model, and text where a plate would be.

Text alone is no plate: signs, banners and shop windows are to stay visible. It is taken for one on a vehicle, where it
has a plate's shape and size, and anywhere where the plate model has a weak detection in the same place (close-ups
without a visible vehicle are what it misses most). Text that fills the frame is given to the plate model in so small an
image that a plate would be as wide there as plates mostly are. Elsewhere text is support: it can keep a plate that is
tracked already, and never start one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind, ObjectClass

#: A plate on a vehicle is at most this share of the vehicle's width and height, and not taller than wide (by much: it
#: may be tilted, and motorcycles have square ones). Proportions of vehicles, not measured.
MAX_WIDTH_SHARE, MAX_HEIGHT_SHARE, MIN_ASPECT = 0.6, 0.3, 0.8
#: Text on a vehicle is often a badge or a dealer's name: its score is weighted with this, so that one detection does
#: not confirm a track (track/confirmation.py).
VEHICLE_TEXT_WEIGHT = 0.3
#: A hint is a detection of the plate model with at least this score. The text in its place must have at least the
#: second score, and be so many times as wide as tall; the plate then gets the last score. docs/design/tracking.md says
#: what the rule is worth.
HINT_SCORE, MIN_TEXT_SCORE, MIN_TEXT_ASPECT, HINTED_PLATE_SCORE = 0.03, 0.5, 1.2, 0.2
#: No plate is longer than so many times its height: the longest, of one row and European, are 4.7 times, seen from
#: below up to 7.
MAX_TEXT_ASPECT = 7.0
#: The score of text alone: nothing as evidence, but it says where a plate that is tracked has moved.
TEXT_SUPPORT_SCORE = 0.01
#: Overlap (intersection over union) and containment from which hint and text are in the same place. Chosen by hand,
#: other values were not measured.
HINT_IOU, HINT_CONTAINMENT = 0.3, 0.7
#: Text fills the frame from this share of its width on. In images of these sizes, the longer side in pixels, the plate
#: model must then detect a plate in the same place with this score. Of 389 annotated stills four show a plate that
#: wide: all four are detected, and nothing else is masked; at a score of 0.1 a poster is.
FULL_FRAME_WIDTH_SHARE, FULL_FRAME_SIZES, FULL_FRAME_SCORE, FULL_FRAME_IOU = 0.4, (160, 96), 0.25, 0.35
#: The crop of a motorcycle has this longer side, px: its plate is a third as wide as it, that of a car is a
#: fifth as wide but so much larger that 256 will do. Chosen by hand: on filmed motorcycles text is found on five of six
#: plates from 384 on, on two at 256.
MOTORCYCLE_CROP_SIZE = 448
#: A frame is enlarged for plates where it then becomes at least so many times, and at most so many times as large.
MIN_ENLARGEMENT, MAX_ENLARGEMENT = 1.25, 2.0
#: Text in what is enlarged is at least this tall, in displayed pixels: below it nothing can be read, and enlarged
#: noise is text to the text detector.
MIN_TEXT_PX = 6.0


def enlarged_size(longer_side: int, size: int) -> int | None:
    """To which size, `size` at most, a frame whose longer side has so many pixels is enlarged; None for not at all."""
    enlarged = round(min(size, MAX_ENLARGEMENT * longer_side))
    return enlarged if enlarged >= MIN_ENLARGEMENT * longer_side else None


def is_motorcycle(vehicle: Detection) -> bool:
    """Is this vehicle one whose plate is small and often in two rows?"""
    return vehicle.object_class is ObjectClass.MOTORCYCLE


def text_plates_on_vehicles(texts: Iterable[Detection], vehicles: Sequence[Box]) -> list[Detection]:
    """Texts that may be the plate of one of the vehicles, as plates."""
    return [
        _as_plate(text, text.score * VEHICLE_TEXT_WEIGHT)
        for text in texts
        if any(_fits_on(text.box, v) for v in vehicles)
    ]


def model_hinted_plates(texts: Iterable[Detection], hints: Sequence[Detection]) -> list[Detection]:
    """Texts in places where the plate model has a detection, however weak, as plates."""
    return [
        _as_plate(text, HINTED_PLATE_SCORE)
        for text in texts
        if text.score >= MIN_TEXT_SCORE
        and text.box.width >= MIN_TEXT_ASPECT * text.box.height
        and any(text.box.iou(h.box) > HINT_IOU or text.box.containment(h.box) > HINT_CONTAINMENT for h in hints)
    ]


def plate_shaped(texts: Iterable[Detection]) -> list[Detection]:
    """Texts that may be a plate by their shape and height, wherever they are."""
    return [
        text
        for text in texts
        if text.score >= MIN_TEXT_SCORE
        and MIN_TEXT_ASPECT * text.box.height <= text.box.width <= MAX_TEXT_ASPECT * text.box.height
        and text.box.shorter_side >= MIN_TEXT_PX
    ]


def full_frame_candidates(texts: Iterable[Detection], width: float) -> list[Detection]:
    """Texts of a plate's shape that fill a frame of that width."""
    return [
        text
        for text in texts
        if text.score >= MIN_TEXT_SCORE
        and text.box.width >= max(FULL_FRAME_WIDTH_SHARE * width, MIN_TEXT_ASPECT * text.box.height)
    ]


def full_frame_plates(texts: Iterable[Detection], detections: Sequence[Detection]) -> list[Detection]:
    """Texts that fill the frame and are plates, by the `detections` of the plate model in small images."""
    scored = [(text, [d.score for d in detections if text.box.iou(d.box) > FULL_FRAME_IOU]) for text in texts]
    return [_as_plate(text, max(scores)) for text, scores in scored if max(scores, default=0.0) >= FULL_FRAME_SCORE]


def text_support(texts: Iterable[Detection], plates: Sequence[Detection]) -> list[Detection]:
    """Texts of a plate's shape that are none of the `plates`, with a score that confirms nothing.

    The plate model detects a close-up in one frame and not in the next; the text detector detects it in each, and signs
    as well. So text support masks nothing by itself, and keeps the mask on what was a plate before or is one later.
    """
    return [
        _as_plate(text, TEXT_SUPPORT_SCORE)
        for text in texts
        if text.score >= MIN_TEXT_SCORE
        and text.box.width >= MIN_TEXT_ASPECT * text.box.height
        and not any(text.box.iou(plate.box) > HINT_IOU for plate in plates)
    ]


def _fits_on(text: Box, vehicle: Box) -> bool:
    return (
        text.containment(vehicle.expand(0.05)) > 0.5
        and text.width <= MAX_WIDTH_SHARE * vehicle.width
        and text.height <= MAX_HEIGHT_SHARE * vehicle.height
        and text.width >= MIN_ASPECT * text.height
    )


def _as_plate(text: Detection, score: float) -> Detection:
    return Detection(Kind.PLATE, text.box, score, text.origin)
