"""A detector: one model of the registry, from an image to detections."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import cv2
import numpy as np
import numpy.typing as npt

from passerby.core.box import Box
from passerby.core.errors import WeightsError
from passerby.core.kinds import Detection, Kind
from passerby.detect.backend.model_cache import CompiledModelCache
from passerby.detect.families import FAMILIES
from passerby.detect.families.family import DecodedBoxes, Family
from passerby.detect.preprocess import Image
from passerby.detect.registry.plugins import external_families
from passerby.detect.runtime import Array, Backend, OpenVinoModel
from passerby.detect.weights import Registry, WeightsEntry

#: Models that run at the same time. A network that is spread over processors waits for the slowest of them, and long
#: where other work needs them too; two networks in parallel, each on its share, leave none idle (development clip on 2
#: processors: a third of the processor time saved).
CONCURRENT_INFERENCES = 2

#: The sides of an image are padded to multiples of this, the coarsest stride of every family. px
INPUT_STRIDE = 32


class Detector:
    """Runs one model. Safe for several threads: `max_instances` of them run it at once, the others wait. Instances
    beyond the first are loaded when they are needed."""

    max_instances = 1

    def __init__(self, registry: Registry, id: str, threads: int | None = None, backend: Backend | None = None) -> None:
        """Reads and checks the weights. `threads` for inference, None lets the runtime choose; `backend` replaces it.

        Raises WeightsError when the weights are missing, altered, or not of the family that the registry says.
        """
        self.entry: WeightsEntry = registry[id]
        self.id = id
        families = FAMILIES if self.entry.family in FAMILIES else FAMILIES | external_families(FAMILIES)
        if self.entry.family not in families:
            raise WeightsError(
                f"The weights {id} are of an unknown family, {self.entry.family}. Known are: {', '.join(families)}."
            )
        self._family: Family = families[self.entry.family]
        self._registry, self._threads = registry, threads
        self._lock, self._loaded = threading.Lock(), 1
        self._idle: queue.LifoQueue[Backend] = queue.LifoQueue()
        self._idle.put(backend or self._load())

    def _load(self) -> Backend:
        return OpenVinoModel(
            self._registry.load_bytes(self.id),
            self.id,
            self._family.input,
            self._family.outputs,
            self._threads,
            CompiledModelCache.beside(self._registry.cache),
        )

    @contextmanager
    def _instance(self) -> Iterator[Backend]:
        """One that no other thread uses; its outputs last until it is used again."""
        backend = self._take()
        try:
            yield backend
        finally:
            self._idle.put(backend)

    def _take(self) -> Backend:
        with self._lock:
            is_one_more = self._idle.empty() and self._loaded < self.max_instances
            self._loaded += is_one_more
        if not is_one_more:
            return self._idle.get()
        try:
            return self._load()
        except BaseException:
            with self._lock:
                self._loaded -= 1
            raise

    def detect(self, image: Image, threshold: float, kinds: Collection[Kind] | None = None) -> list[Detection]:
        """What is in `image` (uint8, BGR, (h, w, 3)) with a score of at least `threshold`, best first.

        Boxes are in the image's pixels and may extend beyond it. The model runs at the image's own size (the caller
        chooses it) unless the family has one size alone. `kinds` limits what is returned. Each new size is compiled
        once, which takes up to a second. Raises DetectorError when the model fails.
        """
        classes = sorted(number for number, kind in self.entry.classes.items() if kinds is None or kind in kinds)
        if not classes:
            return []
        padded, scale = _pad_to_input(image, self._family)
        with self._instance() as backend:
            decoded = self._family.decode(backend.infer(padded), threshold, classes)
        height, width = image.shape[:2]
        detections = [
            detection
            for kind in sorted({self.entry.classes[number] for number in classes})
            for detection in self._of_kind(kind, decoded, scale)
            if detection.box.clip(width, height).area > 0
        ]
        return sorted(detections, key=lambda d: (-d.score, d.box))

    def prepare(self, sizes: Iterable[tuple[int, int]]) -> None:
        """Compile the network for images of these (width, height), which otherwise happens with the first of them."""
        with self._instance() as backend:
            for width, height in dict.fromkeys(_padded_size(*size, self._family) for size in sizes):
                backend.prepare(width, height)

    def _of_kind(self, kind: Kind, decoded: DecodedBoxes, scale: float) -> list[Detection]:
        numbers = [number for number, known in self.entry.classes.items() if known is kind]
        chosen = np.nonzero(np.isin(decoded.classes, numbers))[0]
        if self._family.nms_iou is not None and len(chosen):
            chosen = chosen[_suppress_overlaps(decoded.boxes[chosen], decoded.scores[chosen], self._family.nms_iou)]
        boxes, scores = (decoded.boxes[chosen] * scale).tolist(), decoded.scores[chosen].tolist()
        object_classes = [self.entry.object_classes.get(number) for number in decoded.classes[chosen].tolist()]
        return [
            Detection(kind, Box(*box), min(score, 1.0), self.id, object_class)
            for box, score, object_class in zip(boxes, scores, object_classes, strict=True)
        ]


class Detectors:
    """The models of one run, each loaded when it is first needed and then shared.

    `threads` are those of one running model, of which there may be CONCURRENT_INFERENCES; by default all processors are
    shared out. `load` makes the detector of an id, in place of one that runs the model.
    """

    def __init__(
        self,
        registry: Registry,
        threads: int | None = None,
        load: Callable[[Registry, str, int | None], Detector] = Detector,
    ) -> None:
        self.registry = registry
        self._load = load
        self._threads = threads or max(1, (os.cpu_count() or 1) // CONCURRENT_INFERENCES)
        self._loaded: dict[str, Detector] = {}
        #: Known-answer tests passed in this run: the id, and (width, height) of the images.
        self.passed_tests: set[tuple[str, tuple[int, int]]] = set()

    def __getitem__(self, id: str) -> Detector:
        """One of them; raises as `get` does."""
        return self.get([id])[id]

    def get(self, ids: Iterable[str]) -> dict[str, Detector]:
        """Several, loaded in parallel. Raises WeightsError when weights are missing, altered or of an unknown
        family."""
        ids = tuple(ids)
        missing = [id for id in ids if id not in self._loaded]
        if self._load is Detector:
            self.registry.require(missing)
        with ThreadPoolExecutor(CONCURRENT_INFERENCES, thread_name_prefix="passerby-load") as pool:
            self._loaded |= zip(missing, pool.map(self._load_one, missing), strict=True)
        return {id: self._loaded[id] for id in ids}

    def crop_model(self, id: str) -> Detector:
        """A model once more, for crops, so that these do not wait for whole frames; on one thread each."""
        key = f"{id}#crop"
        if key not in self._loaded:
            self._loaded[key] = self._load(self.registry, id, 1)
            self._loaded[key].max_instances = CONCURRENT_INFERENCES
        return self._loaded[key]

    def _load_one(self, id: str) -> Detector:
        return self._load(self.registry, id, self._threads)


def _pad_to_input(image: Image, family: Family) -> tuple[Image, float]:
    """The image padded at the right and at the bottom to what the network takes, and the factor back to its pixels."""
    height, width = image.shape[:2]
    scale = 1.0
    if family.square is not None:
        scale = max(height, width) / family.square
        size = max(1, round(width / scale)), max(1, round(height / scale))
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
        bottom, right = family.square - size[1], family.square - size[0]
    else:
        right, bottom = (
            side - old for side, old in zip(_padded_size(width, height, family), (width, height), strict=True)
        )
    if bottom or right:
        border = (family.input.border,) * 3
        padded = cv2.copyMakeBorder(image, 0, bottom, 0, right, cv2.BORDER_CONSTANT, value=border)
        image = padded.astype(np.uint8, copy=False)
    return image, scale


def _padded_size(width: int, height: int, family: Family) -> tuple[int, int]:
    """(width, height) of what the network is given for an image of that size."""
    if family.square is not None:
        return family.square, family.square
    return width + -width % INPUT_STRIDE, height + -height % INPUT_STRIDE


def _suppress_overlaps(boxes: Array, scores: Array, iou: float) -> npt.NDArray[np.int64]:
    """Indices of the boxes that no better one overlaps by more than `iou` (greedy non-maximum suppression)."""
    corners = boxes.astype(np.float64)
    corners[:, 2:] -= corners[:, :2]  # cv2 takes width and height here
    return np.asarray(cv2.dnn.NMSBoxes(corners.tolist(), scores.tolist(), 0.0, iou), np.int64).reshape(-1)
