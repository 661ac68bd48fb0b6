"""Plates in one frame: in the whole of it, on vehicles, and looked at more closely where they are doubtful."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain

from passerby.core.box import Box
from passerby.core.kinds import Detection
from passerby.detect.fusion import merge
from passerby.detect.images.pyramid import ImagePyramid, scale_detections
from passerby.detect.model import Detector
from passerby.detect.plates.fusion import (
    FULL_FRAME_SCORE,
    FULL_FRAME_SIZES,
    HINT_SCORE,
    MIN_TEXT_PX,
    MOTORCYCLE_CROP_SIZE,
    enlarged_size,
    full_frame_candidates,
    full_frame_plates,
    is_motorcycle,
    model_hinted_plates,
    text_plates_on_vehicles,
)
from passerby.detect.preprocess import Image
from passerby.detect.profiles import PLATE, TEXT, DetectionProfile

#: A plate on a vehicle that the plate model detects with this score needs no second opinion from the text detector.
#: Chosen by hand, other values were not measured.
CONFIDENT_PLATE = 0.3
#: Vehicles are cropped with this share of their size around them, so that a plate at the edge is whole. Chosen by hand.
VEHICLE_MARGIN = 0.08
#: What the plate model gives less than the first score is looked at again in a crop so many times as wide as it, and of
#: at least so many displayed pixels, which the model is given at this size: the plate is then 85 px wide, as the model
#: knows it best. Of plates of 25 to 60 px that got 0.03 to 0.4 in the whole frame, half got 0.6 and more there; of
#: walls, grilles and signs nine in ten less than 0.15 (layered, filmed and moving development clips).
CLOSE_LOOK_SCORE, CLOSE_LOOK_SCALE, MIN_CLOSE_LOOK_PX, CLOSE_LOOK_SIZE = 0.4, 3.0, 24.0, 256
#: In an image whose longer side is larger than the first, px, what is longer than the second is no plate: a smaller
#: image shows one that large, and here the model takes signs for plates.
LARGE_INPUT, MAX_IN_LARGE_INPUT = 640, 256.0
#: The text detector costs as much on an enlarged image as the plate model does. It is run there only where the image is
#: at least so many times as large as the frame: only in such small ones does it find plates that nothing else does.
MIN_TEXT_ENLARGEMENT = 1.4
#: Looked at so are the best, so many of a frame. Each costs a tenth of what the whole frame does.
MAX_CLOSE_LOOKS = 6
#: From this overlap (intersection over union) on, what is detected there is what was looked at.
SAME_PLATE_IOU = 0.3


class PlateDetector:
    """Runs the plate model, and the text detector, on frames and parts of them."""

    def __init__(self, model: Callable[[str], Detector], profile: DetectionProfile) -> None:
        """`model` gives the detector of an id once it may be used."""
        self._model = model
        self._profile = profile

    def in_frame(
        self, images: ImagePyramid, vehicles: Sequence[Detection], texts: Sequence[Detection]
    ) -> list[Detection]:
        """Plates anywhere in the frame, for plates whose vehicle was not detected as well. `texts` are of the whole
        frame."""
        p, model = self._profile, self._model(PLATE)
        width, height = images.display_size
        sizes = images.distinct_sizes(p.plate_sizes)
        enlarged = enlarged_size(max(width, height), p.enlarged_plate_size)
        if enlarged is not None and len(sizes) > 1:
            sizes = sizes[1:]  # the enlarged image shows all that the frame itself does
        hints = [scale_detections(self._hints(image), s) for image, s in map(images.level, sizes)]
        if enlarged is not None:
            image, scale = images.enlarged(enlarged)
            hints.append(scale_detections(self._hints(image), scale))
            if enlarged >= MIN_TEXT_ENLARGEMENT * max(width, height):
                found = scale_detections(self._model(TEXT).detect(image, p.text_threshold), scale)
                texts = [*texts, *(text for text in found if text.box.shorter_side >= MIN_TEXT_PX)]
        results = [[d for d in by_size if d.score >= p.plate_threshold] for by_size in hints]
        results.append(text_plates_on_vehicles(texts, [v.box for v in vehicles]))
        results.append(model_hinted_plates(texts, list(chain.from_iterable(hints))))
        results.append(self.on_vehicles(images, [v for v in vehicles if is_motorcycle(v)]))
        if large := full_frame_candidates(texts, width):
            small = [
                scale_detections(model.detect(image, FULL_FRAME_SCORE), s)
                for image, s in map(images.level, FULL_FRAME_SIZES)
            ]
            results.append(full_frame_plates(large, list(chain.from_iterable(small))))
        return merge([*results, self._seen_closely(images, merge(hints), merge(results))])

    def _hints(self, image: Image) -> list[Detection]:
        """What the plate model detects in an image of the whole frame, in its pixels."""
        found = self._model(PLATE).detect(image, HINT_SCORE)
        if max(image.shape) <= LARGE_INPUT:
            return found
        return [d for d in found if _longer_side(d.box) <= MAX_IN_LARGE_INPUT]

    def on_vehicles(self, images: ImagePyramid, vehicles: Sequence[Detection]) -> list[Detection]:
        """Plates on the largest vehicles, in crops."""
        p = self._profile
        results: list[list[Detection]] = []
        for vehicle in sorted(vehicles, key=lambda v: (-v.box.area, v.box))[: p.max_vehicles]:
            size = max(p.vehicle_crop_size, MOTORCYCLE_CROP_SIZE if is_motorcycle(vehicle) else 0)
            crop, to_frame = images.crop(vehicle.box.expand(VEHICLE_MARGIN), size)
            hints = to_frame(self._model(PLATE).detect(crop, HINT_SCORE))
            plates = [d for d in hints if d.score >= p.plate_threshold]
            results.append(plates)
            if not any(plate.score >= CONFIDENT_PLATE for plate in plates):
                texts = to_frame(self._model(TEXT).detect(crop, p.text_threshold))
                texts = [text for text in texts if text.box.shorter_side >= MIN_TEXT_PX]
                results.append(text_plates_on_vehicles(texts, [vehicle.box]))
                results.append(model_hinted_plates(texts, hints))
        return merge(results)

    def _seen_closely(
        self, images: ImagePyramid, hints: Sequence[Detection], plates: Sequence[Detection]
    ) -> list[Detection]:
        """What the plate model detects in crops around the best of its weak detections, where no plate is certain."""
        certain = [plate.box for plate in plates if plate.score >= CLOSE_LOOK_SCORE]
        _, scale = images.level(max(images.display_size))
        largest = CLOSE_LOOK_SIZE / CLOSE_LOOK_SCALE * scale  # a crop around what is larger would show less of it
        weak = [hint for hint in hints if hint.score < CLOSE_LOOK_SCORE and _longer_side(hint.box) <= largest]
        weak = [hint for hint in weak if not any(hint.box.iou(box) > SAME_PLATE_IOU for box in certain)]
        found: list[Detection] = []
        for hint in weak[:MAX_CLOSE_LOOKS]:
            (x, y), half = hint.box.centre, max(MIN_CLOSE_LOOK_PX, CLOSE_LOOK_SCALE * _longer_side(hint.box)) / 2
            crop, to_frame = images.crop(Box(x - half, y - half, x + half, y + half), CLOSE_LOOK_SIZE)
            seen = to_frame(self._model(PLATE).detect(crop, self._profile.plate_threshold))
            found += [d for d in seen if d.box.iou(hint.box) > SAME_PLATE_IOU]
        return merge([found])


def _longer_side(box: Box) -> float:
    return max(box.width, box.height)
