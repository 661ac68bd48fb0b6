"""A frame of which small crops are searched for what is tracked."""

from __future__ import annotations

from collections.abc import Mapping

from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.detect.images.pattern import LumaImage
from passerby.detect.images.pyramid import ImagePyramid
from passerby.detect.model import Detector

#: Side of the crop that the model is given, px, and how many times as wide the crop is as what is searched: a face is
#: then about 50 px wide, which is what the face model finds best.
CROP_SIZE, CROP_SCALE = 128, 2.5
#: Lowest score in a crop: where something is tracked, less is needed than where nothing is known.
CROP_THRESHOLD = 0.15
#: Crops are of at least this many displayed pixels: smaller ones are all blur.
MIN_CROP_PX = 40.0
#: Of a crop that reaches over the edge of the frame at least this much must be in it.
MIN_VISIBLE_PX = 8.0


class SearchableFrame:
    """Keeps the image of one frame, not larger than models are given it, for as long as it may be searched."""

    def __init__(self, images: ImagePyramid, models: Mapping[Kind, Detector]) -> None:
        self.images, self._models = images, models
        self._luma: LumaImage | None = None

    def luma(self) -> LumaImage:
        """Its luma alone, which takes a third of the memory: for patterns in frames that are no longer searched."""
        if self._luma is None:
            self._luma = LumaImage.of(self.images)
        return self._luma

    def search(self, kind: Kind, box: Box) -> list[Detection] | None:
        """Detections of `kind` in and around `box` (displayed pixels); None for kinds that are not searched so."""
        model = self._models.get(kind)
        if model is None:
            return None
        side = max(MIN_CROP_PX, CROP_SCALE * max(box.width, box.height))
        x, y = box.centre
        around = Box(x - side / 2, y - side / 2, x + side / 2, y + side / 2)
        if around.clip(*self.images.display_size).shorter_side < MIN_VISIBLE_PX:
            return []
        crop, to_frame = self.images.crop(around, CROP_SIZE)
        return to_frame(model.detect(crop, CROP_THRESHOLD, (kind,)))
