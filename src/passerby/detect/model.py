"""A detector: one model of the registry, from a picture to detections."""

from __future__ import annotations

import os
import threading
from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import numpy.typing as npt

from passerby.core.box import Box
from passerby.core.errors import WeightsError
from passerby.core.kinds import Detection, Kind
from passerby.detect.families import FAMILIES
from passerby.detect.families.family import Family, Found
from passerby.detect.model_cache import Compiled
from passerby.detect.runtime import Array, Backend, Model, Picture
from passerby.detect.weights import Registry, WeightsEntry

#: Pictures that are looked at at the same time. A network that is spread over processors waits for the slowest of them,
#: and long where others want them too; two networks side by side, each on its share, leave none idle (development clip
#: on 2 processors: a third of the processors' time saved).
AT_ONCE = 2

#: The sides of a picture are filled up to multiples of this, which suits every family's coarsest grid.
STEP = 32


class Detector:
    """Finds what one model finds. Threads that ask at the same time take turns."""

    def __init__(self, registry: Registry, id: str, threads: int | None = None, backend: Backend | None = None) -> None:
        """Reads and checks the weights. `threads` for inference, None lets the runtime choose; `backend` in its place.

        Raises WeightsError when the weights are missing, altered, or not of the family that the registry says.
        """
        self.entry: WeightsEntry = registry[id]
        self.id = id
        if self.entry.family not in FAMILIES:
            raise WeightsError(
                f"The weights {id} are of an unknown family, {self.entry.family}. Known are: {', '.join(FAMILIES)}."
            )
        self._family: Family = FAMILIES[self.entry.family]
        self._turn = threading.Lock()
        self._backend: Backend = backend or Model(
            registry.load_bytes(id),
            id,
            self._family.input,
            self._family.outputs,
            threads,
            Compiled(registry.cache.with_name("compiled")),
        )

    def find(self, picture: Picture, threshold: float, kinds: Collection[Kind] | None = None) -> list[Detection]:
        """What is in `picture` (uint8, BGR, (h, w, 3)) with a score of at least `threshold`, best first.

        Boxes are in the picture's pixels and may reach beyond it. The picture is looked at in its own size (the caller
        chooses it) unless the family has one size alone. `kinds` limits what is asked for. Each new size is compiled
        once, which takes up to a second. Raises DetectorError when the model fails.
        """
        classes = sorted(number for number, kind in self.entry.classes.items() if kinds is None or kind in kinds)
        if not classes:
            return []
        shown, scale = _fit(picture, self._family)
        with self._turn:  # the outputs are the runtime's own, and last until the next call
            found = self._family.decode(self._backend.infer(shown), threshold, classes)
        height, width = picture.shape[:2]
        detections = [
            detection
            for kind in sorted({self.entry.classes[number] for number in classes})
            for detection in self._of_kind(kind, found, scale)
            if detection.box.clipped(width, height).area > 0
        ]
        return sorted(detections, key=lambda d: (-d.score, d.box))

    def prepare(self, sizes: Iterable[tuple[int, int]]) -> None:
        """Compiles the network for pictures of these (width, height): else that is done when the first one comes."""
        with self._turn:
            for width, height in dict.fromkeys(_filled(*size, self._family) for size in sizes):
                self._backend.prepare(width, height)

    def _of_kind(self, kind: Kind, found: Found, scale: float) -> list[Detection]:
        numbers = [number for number, known in self.entry.classes.items() if known is kind]
        chosen = np.nonzero(np.isin(found.classes, numbers))[0]
        if self._family.overlap is not None and len(chosen):
            chosen = chosen[_best(found.boxes[chosen], found.scores[chosen], self._family.overlap)]
        boxes, scores = (found.boxes[chosen] * scale).tolist(), found.scores[chosen].tolist()
        sorts = [self.entry.sorts.get(number) for number in found.classes[chosen].tolist()]
        return [
            Detection(kind, Box(*box), min(score, 1.0), self.id, sort)
            for box, score, sort in zip(boxes, scores, sorts, strict=True)
        ]


class Detectors:
    """The models of one run, each loaded when it is first asked for: whoever looks again, looks with the same ones.

    `threads` are those of one model at work, of which there may be AT_ONCE; by default all processors are shared out.
    """

    def __init__(self, registry: Registry, threads: int | None = None) -> None:
        self.registry = registry
        self._threads = threads or max(1, (os.cpu_count() or 1) // AT_ONCE)
        self._loaded: dict[str, Detector] = {}
        #: What was shown to be alive at the start: the id, and (width, height) of the known picture.
        self.proven: set[tuple[str, tuple[int, int]]] = set()

    def __getitem__(self, id: str) -> Detector:
        """One of them; raises as `get` does."""
        return self.get([id])[id]

    def get(self, ids: Iterable[str]) -> dict[str, Detector]:
        """Several, side by side. Raises WeightsError when weights are missing, altered or of an unknown family."""
        wanted = tuple(ids)
        missing = [id for id in wanted if id not in self._loaded]
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="passerby-load") as pool:
            self._loaded |= zip(missing, pool.map(self._load, missing), strict=True)
        return {id: self._loaded[id] for id in wanted}

    def _load(self, id: str) -> Detector:
        return Detector(self.registry, id, self._threads)


def _fit(picture: Picture, family: Family) -> tuple[Picture, float]:
    """The picture filled up at the right and at the bottom to what the network takes, and the way back: a factor."""
    height, width = picture.shape[:2]
    scale = 1.0
    if family.square is not None:
        scale = max(height, width) / family.square
        size = max(1, round(width / scale)), max(1, round(height / scale))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
        bottom, right = family.square - size[1], family.square - size[0]
    else:
        right, bottom = (side - old for side, old in zip(_filled(width, height, family), (width, height), strict=True))
    if bottom or right:
        border = (family.input.border,) * 3
        filled = cv2.copyMakeBorder(picture, 0, bottom, 0, right, cv2.BORDER_CONSTANT, value=border)
        picture = filled.astype(np.uint8, copy=False)
    return picture, scale


def _filled(width: int, height: int, family: Family) -> tuple[int, int]:
    """(width, height) of what the network sees of a picture of that size."""
    if family.square is not None:
        return family.square, family.square
    return width + -width % STEP, height + -height % STEP


def _best(boxes: Array, scores: Array, overlap: float) -> npt.NDArray[np.int64]:
    """Indices of the boxes that no better one overlaps by more than `overlap` (greedy non-maximum suppression)."""
    corners = boxes.astype(np.float64)
    corners[:, 2:] -= corners[:, :2]  # cv2 takes width and height here
    return np.asarray(cv2.dnn.NMSBoxes(corners.tolist(), scores.tolist(), 0.0, overlap), np.int64).reshape(-1)
