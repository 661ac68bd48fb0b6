"""How much larger a mask is than what was detected."""

from __future__ import annotations

from typing import NamedTuple

from passerby.core.box import Box
from passerby.core.kinds import Kind


class Padding(NamedTuple):
    """Margins around a box: shares of its width (on each side) and of its height, and pixels on every side."""

    sides: float
    top: float
    bottom: float
    pixels: float = 2.0

    def apply(self, box: Box, uncertainty: float = 0.0) -> Box:
        """`box` with its margins, and `uncertainty` more pixels on every side."""
        dx, margin = self.sides * box.width, self.pixels + uncertainty
        top, bottom = self.top * box.height, self.bottom * box.height
        return Box(box.x1 - dx - margin, box.y1 - top - margin, box.x2 + dx + margin, box.y2 + bottom + margin)


#: Margins in video. Face models box from brow to chin, but hair and forehead identify a person as well; those of faces
#: were chosen with the other figures on close-up persons in docs/design/tracking.md. Plates and text are covered to the
#: last stroke: detectors box the characters, not the edge of the plate.
PADDING = {
    Kind.FACE: Padding(0.18, 0.30, 0.15, 1.0),
    Kind.PLATE: Padding(0.12, 0.12, 0.12),
    Kind.PERSON: Padding(0.05, 0.05, 0.05),
    Kind.VEHICLE: Padding(0.0, 0.0, 0.0, 0.0),
    Kind.TEXT: Padding(0.08, 0.08, 0.08),
    Kind.SCREEN: Padding(0.05, 0.05, 0.05),
}
#: Uncertainty of motion never enlarges a mask by more than this share of the box's shorter side, on each side. A limit,
#: so that motion that cannot be estimated (a blank wall, a flash) does not cover the frame; chosen by hand.
MAX_UNCERTAINTY = 0.35
#: A face that is narrower than the second of these shares of its height is turned aside: a face model boxes what lies
#: between nose and cheek, and not the ear and the back of the head. What is narrower than the first is no whole face,
#: but half hidden or cut off. What that is worth: docs/design/tracking.md.
MIN_PROFILE, FULL_FACE = 0.5, 0.75


def whole_head(face: Box) -> Box:
    """The box of a face in profile as wide as a head is."""
    if not MIN_PROFILE * face.height <= face.width < FULL_FACE * face.height:
        return face
    more = (FULL_FACE * face.height - face.width) / 2
    return Box(face.x1 - more, face.y1, face.x2 + more, face.y2)
