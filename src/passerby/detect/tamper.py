"""Camera tampering, measured on a small image: brightness, detail, and whether the edges of the reference are still
there.

A camera is covered when most of the image has no detail any more, and moved when edges that stayed for a while are
elsewhere. People, shadows and lamps change some of the edges; all of them change when somebody turns the camera. The
reference is learned slowly, and only from images that are like it: neither a hand in front of the lens nor a night
without light becomes the reference, however long it lasts. Neither does somebody who stands in front of the lens when
the camera starts: in the first minute a camera is only called moved where the edges are gone in every part of the
image. Somebody who walks off leaves the corners as they were; then that is learned again without a report.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from passerby.core.media import Geometry
from passerby.core.raw_frame import RawFrame
from passerby.core.view_stats import ViewStats
from passerby.detect.preprocess import fit_size, to_luma

#: Longer side of the image that is measured, and of the cells it is divided into.
IMAGE_SIZE_PX, CELL_PX = 160, 10
#: A cell has detail when its strongest tenth of pixels has at least this gradient, in luma steps a pixel. The noise of
#: a camera at night stays below.
MIN_CELL_GRADIENT = 4.0
#: Updates before the reference is used for reports, and the share that each contributes to it. Chosen by hand.
MIN_REFERENCE_UPDATES, LEARNING_RATE = 60, 0.03
#: Before that, and after this many updates, a camera was turned where none of GRID by GRID parts of the image, of those
#: with half as many edges as there are on average, is still as much like the reference as this. A part of another scene
#: was at most 0.58 like it (tests/detect/test_tamper.py), and a corner that nobody stood before at least 0.86.
MIN_EARLY_UPDATES, GRID, MIN_PART_EDGES, MIN_PART_SIMILARITY = 8, 4, 0.5, 0.7
#: An image that is at least this much like the reference updates it. After so many updates in a row that are not, it is
#: replaced: the first number before it is used for reports, the second after that. Chosen by hand.
MIN_SIMILARITY, REPLACE_AFTER_UNSETTLED, REPLACE_AFTER_SETTLED = 0.5, 8, 120
#: An edge is where the gradient exceeds this share of the image's 98th percentile. Chosen by hand.
EDGE_SHARE = 0.25

FloatArray = npt.NDArray[np.float32]


class TamperMonitor:
    """Detects tampering with one camera, whatever the size of its frames. Update it with every detector run, or once a
    second."""

    def __init__(self) -> None:
        self._reference: FloatArray | None = None
        self._updates = 0
        self._mismatches = 0

    def update(self, frame: RawFrame, geometry: Geometry) -> ViewStats:
        """One frame. Likeness is 1 until the reference has been learned."""
        small = to_luma(frame, geometry, fit_size(geometry, IMAGE_SIZE_PX)).astype(np.float32)
        gradient = _gradient_magnitude(small)
        stats = ViewStats(brightness=float(small.mean()) / 255, detail=_detail(gradient), similarity=1.0)
        if stats.dark or stats.covered:  # no detail: neither to compare nor to learn from
            return stats
        return ViewStats(stats.brightness, stats.detail, self._compare(_edges(gradient)))

    def _compare(self, edges: FloatArray) -> float:
        if self._reference is None or self._reference.shape != edges.shape:
            self._reset_reference(edges)
            return 1.0
        likeness = _similarity(self._reference, edges)
        learned = self._updates >= MIN_REFERENCE_UPDATES or (
            self._updates >= MIN_EARLY_UPDATES
            and likeness < MIN_SIMILARITY
            and not _stands_somewhere(self._reference, edges)
        )
        self._mismatches = 0 if likeness >= MIN_SIMILARITY else self._mismatches + 1
        if self._mismatches > (
            REPLACE_AFTER_SETTLED if learned else REPLACE_AFTER_UNSETTLED
        ):  # the view has changed for good
            self._reset_reference(edges)
        elif likeness >= MIN_SIMILARITY:
            self._updates += 1
            self._reference += max(LEARNING_RATE, 1 / self._updates) * (edges - self._reference)
        return likeness if learned else 1.0

    def _reset_reference(self, edges: FloatArray) -> None:
        self._reference, self._updates, self._mismatches = edges.copy(), 1, 0


def _gradient_magnitude(small: FloatArray) -> FloatArray:
    """Luma steps a pixel, after slight smoothing."""
    smooth = cv2.GaussianBlur(small, (0, 0), 1.0)
    across = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, scale=1 / 8)
    down = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, scale=1 / 8)
    return np.asarray(np.hypot(across, down), np.float32)


def _edges(gradient: FloatArray) -> FloatArray:
    """1 where there is an edge, 0 elsewhere, blurred so that one that shakes by a pixel is still the same."""
    strongest = max(float(np.percentile(gradient, 98)), 1.0)
    edges = (gradient > max(EDGE_SHARE * strongest, 1.0)).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(edges, (0, 0), 1.5), np.float32)


def _detail(gradient: FloatArray) -> float:
    rows, columns = gradient.shape[0] // CELL_PX, gradient.shape[1] // CELL_PX
    cells = (
        gradient[: rows * CELL_PX, : columns * CELL_PX].reshape(rows, CELL_PX, columns, CELL_PX).transpose(0, 2, 1, 3)
    )
    strong = np.percentile(cells.reshape(rows * columns, -1), 90, axis=1)
    return float((strong >= MIN_CELL_GRADIENT).mean())


def _stands_somewhere(reference: FloatArray, edges: FloatArray) -> bool:
    """Are the edges in some part of the image where they were?"""
    rows, columns = np.array_split(np.arange(len(edges)), GRID), np.array_split(np.arange(edges.shape[1]), GRID)
    least = MIN_PART_EDGES * float(reference.mean())
    parts = [np.ix_(row, column) for row in rows for column in columns]
    return any(
        float(reference[part].mean()) >= least and _similarity(reference[part], edges[part]) >= MIN_PART_SIMILARITY
        for part in parts
    )


def _similarity(reference: FloatArray, edges: FloatArray) -> float:
    """Correlation of two edge images, 0 where there is none or nothing to compare."""
    a, b = reference - reference.mean(), edges - edges.mean()
    norm = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return 0.0 if norm < 1e-3 else max(0.0, float((a * b).sum()) / norm)
