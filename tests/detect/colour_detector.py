"""A frame detector whose models detect patches of a colour: no weights are needed."""

import av
import cv2
import numpy as np

from passerby.core.box import Box
from passerby.core.kinds import Kind, ObjectClass
from passerby.core.media import Geometry
from passerby.core.raw_frame import RawFrame
from passerby.detect.frame_detector import FrameDetector
from passerby.detect.model import Detection, Detectors
from passerby.detect.weights import Registry
from tests.geometry import box_to_stored

SIZE = (1600, 800)
#: BGR: the colour of each kind. Within half of 255 of it, it is detected.
COLOURS = {
    Kind.FACE: (0, 0, 255),
    Kind.PERSON: (255, 0, 255),
    Kind.VEHICLE: (255, 0, 0),
    Kind.PLATE: (0, 255, 0),
    Kind.TEXT: (255, 255, 255),
    Kind.SCREEN: (0, 255, 255),
}
#: A darker face, which is still a face.
IN_SHADE = (0, 0, 140)
#: Where a patch is, unless a test says otherwise.
BOX = Box(300, 200, 420, 360)
SORTS = {Kind.PERSON: ObjectClass.PERSON, Kind.VEHICLE: ObjectClass.CAR}


class ColourDetector:
    """Detects the largest patch of the colour of each kind. Keeps the shapes of the images that it was given."""

    def __init__(self, registry, id, threads=None):
        self.entry, self.id, self.shapes = registry[id], id, []

    def prepare(self, sizes):
        pass

    def detect(self, picture, threshold, kinds=None):
        self.shapes.append(picture.shape)
        return [found for kind in kinds or self.entry.finds if (found := self._patch(picture, kind))]

    def _patch(self, picture, kind):
        near = (np.abs(picture.astype(int) - COLOURS[kind]) < 128).all(axis=2).astype(np.uint8)
        count, _, stats, _ = cv2.connectedComponentsWithStats(near)
        if count < 2:
            return None
        x, y, width, height, _ = max(stats[1:], key=lambda row: row[cv2.CC_STAT_AREA])
        return Detection(kind, Box(x, y, x + width, y + height), 0.9, self.id, SORTS.get(kind))


def models(load=ColourDetector):
    return Detectors(Registry.load(), load=load)


def detector(*hide, geometry=None, profile=None, load=ColourDetector, test=lambda model, size: None):
    """A FrameDetector whose models detect colours."""
    return FrameDetector(models(load), geometry or Geometry(*SIZE), hide, profile, known_answer_test=test)


def scene(*patches, geometry=None):
    """A stored frame of whose displayed picture `patches` {kind: box} are painted, in this order."""
    geometry = geometry or Geometry(*SIZE)
    picture = np.full((geometry.height, geometry.width, 3), 60, np.uint8)
    for kind, box in patches:
        x1, y1, x2, y2 = (round(value) for value in box_to_stored(geometry, box))
        picture[y1:y2, x1:x2] = COLOURS[kind]
        if kind is Kind.FACE:  # with an edge, as what is in focus has
            picture[y1 : (y1 + y2) // 2, x1:x2] = IN_SHADE
    return RawFrame(av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(format="yuv444p", threads=1), 0, 0)


def boxes(found, kind):
    return [d.box for d in found if d.kind is kind]
