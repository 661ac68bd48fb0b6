"""A frame of a camera of which parts are searched for faces: those that changed, and those around what is tracked.

The face model on a part costs its share of what the whole frame costs, so it can search every frame in which something
moves. No body and no plate is searched for in parts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.detect.fusion import merge
from passerby.detect.images.pyramid import ImagePyramid, scale_detections
from passerby.detect.model import Detector
from passerby.detect.searchable_frame import SearchableFrame

#: Sides of the squares that the model is given, px: each size is compiled once, so there are few.
SQUARES = (128, 192, 256, 384, 512)
#: Longer side of the frame at the scale at which parts are searched: a face of 12 px in a frame of 1280 is 9.
REGION_FRAME_PX = 960
#: From this side on, a part is searched at half its size as well: for whoever stands close to the camera.
HALF_FROM_PX = 256
#: What is searched around a part, as a share of its sides and in displayed pixels: a face is found by what is around.
MARGIN_SHARE, MARGIN_PX = 0.15, 16.0
#: Lowest score of a face in a part.
REGION_THRESHOLD = 0.2


class LiveFrame:
    """One frame, for as long as it may be searched."""

    def __init__(self, images: ImagePyramid, faces: Detector | None, whole_size: int) -> None:
        """`whole_size` is the longer side at which the whole frame is searched where that costs less than its parts."""
        self._images, self._faces, self._whole_size = images, faces, whole_size
        self._local = SearchableFrame(images, {} if faces is None else {Kind.FACE: faces})

    def search(self, kind: Kind, box: Box) -> list[Detection] | None:
        """See track/search/local_search.py."""
        return self._local.search(kind, box)

    def search_regions(self, regions: Sequence[Box]) -> list[Detection]:
        """Faces in parts of the frame, in displayed pixels."""
        if self._faces is None or not regions:
            return []
        size = self._images.display_size
        parts = [region.expand(MARGIN_SHARE, MARGIN_PX).clip(*size) for region in regions]
        scale = min(1.0, REGION_FRAME_PX / max(size))
        squares = [_square(max(part.width, part.height) * scale) for part in parts]
        whole = self._whole_size**2 * min(size) / max(size)
        if None in squares or sum(square**2 for square in squares if square) > whole:
            return self._search_whole()
        results: list[list[Detection]] = []
        for part, square in zip(parts, squares, strict=True):
            if square:
                results.append(self._search_part(part, square))
                if square >= HALF_FROM_PX:
                    results.append(self._search_part(part, square // 2))
        return merge(results)

    def _search_part(self, part: Box, square: int) -> list[Detection]:
        assert self._faces is not None  # checked by the caller
        crop, to_frame = self._images.crop(part, square)
        return to_frame(self._faces.detect(crop, REGION_THRESHOLD, (Kind.FACE,)))

    def _search_whole(self) -> list[Detection]:
        assert self._faces is not None  # checked by the caller
        results = []
        for size in self._images.distinct_sizes((self._whole_size, self._whole_size // 2)):
            image, scale = self._images.level(size)
            results.append(scale_detections(self._faces.detect(image, REGION_THRESHOLD, (Kind.FACE,)), scale))
        return merge(results)


def prepare(faces: Detector, whole: Callable[[int], tuple[int, int]], whole_size: int) -> None:
    """Compile the model for every size that may come; `whole` gives (width, height) of the frame at a size."""
    faces.prepare([(side, side) for side in SQUARES] + [whole(whole_size), whole(whole_size // 2)])


def _square(side: float) -> int | None:
    """The smallest square that a part with this longer side fits in; None where it is too large for any."""
    return next((square for square in SQUARES if side <= square), None)
