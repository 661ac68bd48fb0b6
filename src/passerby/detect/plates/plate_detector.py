"""Plates in one frame: in the whole of it, on vehicles, and looked at more closely where they are doubtful."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain

import cv2
import numpy as np

from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.detect.fusion import merge
from passerby.detect.images.pyramid import ImagePyramid, scale_detections
from passerby.detect.model import Detector
from passerby.detect.plates.fusion import (
    FULL_FRAME_SCORE,
    FULL_FRAME_SIZES,
    HINT_SCORE,
    MIN_TEXT_PX,
    MIN_TEXT_SCORE,
    MOTORCYCLE_CROP_SIZE,
    enlarged_size,
    full_frame_candidates,
    full_frame_plates,
    is_motorcycle,
    model_hinted_plates,
    plate_shaped,
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
#: Looked at so are the best, so many of a frame. Each costs a tenth of what the whole frame does, or twice that.
MAX_CLOSE_LOOKS = 8
#: Contrast limited adaptive histogram equalisation (Zuiderveld 1994) of a close look: no part's contrast grows by more
#: than this factor, in so many parts each way. Plates in coloured light that got 0.18 to 0.29 in it got 0.60 to 0.78.
CONTRAST_LIMIT, CONTRAST_TILES = 3.0, (4, 4)
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
        places = [*merge(hints), *self._lines_of_text(images)]
        return merge([*results, self._seen_closely(images, places, merge(results))])

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
        self, images: ImagePyramid, places: Sequence[Detection], plates: Sequence[Detection]
    ) -> list[Detection]:
        """What the plate model detects in crops around the first of `places`, its weak detections and lines of text,
        where no plate is certain."""
        certain = [plate.box for plate in plates if plate.score >= CLOSE_LOOK_SCORE]
        _, scale = images.level(max(images.display_size))
        largest = CLOSE_LOOK_SIZE / CLOSE_LOOK_SCALE * scale  # a crop around what is larger would show less of it
        doubtful: list[Detection] = []
        for place in places:
            is_weak = place.kind is Kind.TEXT or place.score < CLOSE_LOOK_SCORE
            is_known = any(place.box.iou(box) > SAME_PLATE_IOU for box in (*certain, *(d.box for d in doubtful)))
            if is_weak and not is_known and _longer_side(place.box) <= largest:
                doubtful.append(place)
        return merge([[d for place in doubtful[:MAX_CLOSE_LOOKS] for d in self._look_closely(images, place)]])

    def _look_closely(self, images: ImagePyramid, place: Detection) -> list[Detection]:
        """What the plate model detects in a crop around a place: as it is and, where that is not certain, with more
        contrast."""
        (x, y), half = place.box.centre, max(MIN_CLOSE_LOOK_PX, CLOSE_LOOK_SCALE * _longer_side(place.box)) / 2
        crop, to_frame = images.crop(Box(x - half, y - half, x + half, y + half), CLOSE_LOOK_SIZE)
        model = self._model(PLATE)
        least = CONFIDENT_PLATE if place.kind is Kind.TEXT else self._profile.plate_threshold
        found = model.detect(crop, least)
        if not any(d.score >= CLOSE_LOOK_SCORE for d in found):
            found += model.detect(with_local_contrast(crop), CONFIDENT_PLATE)
        return [d for d in to_frame(found) if d.box.iou(place.box) > SAME_PLATE_IOU]

    def _lines_of_text(self, images: ImagePyramid) -> list[Detection]:
        """Small lines of text of a plate's shape anywhere in the frame."""
        if not self._profile.fine_text_size:
            return []
        image, scale = images.level(self._profile.fine_text_size)
        return plate_shaped(scale_detections(self._model(TEXT).detect(image, MIN_TEXT_SCORE), scale))


def with_local_contrast(image: Image) -> Image:
    """An image (BGR) whose luma is spread out in each part of it: what is dark, or in coloured light, gets legible."""
    lab = cv2.cvtColor(image, cv2.COLOR_BGR2LAB)
    lab[..., 0] = cv2.createCLAHE(CONTRAST_LIMIT, CONTRAST_TILES).apply(lab[..., 0])
    return np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2BGR), np.uint8)


def _longer_side(box: Box) -> float:
    return max(box.width, box.height)
