"""How a camera sees, measured on a small picture: brightness, detail, and whether the long-known edges are still there.

A camera is covered when nothing can be told apart in most of the picture any more, and moved when edges that stood
still for a while are elsewhere. People, shadows and lamps change some of the edges; all of them change when somebody
turns the camera. What was long there is learned slowly, and only from pictures that look like it: neither a hand before
the lens nor a night without light becomes what is known, however long it lasts. Who stands before the lens while the
camera begins does not either: what is known at first has to stay for a while before anything is said by it, and when
something else comes in its place, that is learned anew without a word.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from passerby.core.media import Geometry
from passerby.core.raw_frame import RawFrame
from passerby.core.view_stats import ViewStats
from passerby.detect.preprocess import fitted, luma

#: Longer side of the picture that is measured, px, and the cells it is divided into, px.
LONGEST, CELL = 160, 10
#: A cell shows something when its strongest edges (the tenth part of its pixels) are at least so steep, in luma steps a
#: pixel. Noise of a camera at night stays below.
SOMETHING = 4.0
#: Looks that are needed before anything is taken for known, and the share that each adds to it.
FIRST, LEARN = 60, 0.03
#: A picture that is this much alike adds to what is known. One that has shown something else for so many looks takes
#: its place: the first number until enough is known to tell, the second after that.
ALIKE, UNSETTLED, SETTLED = 0.5, 8, 120
#: An edge is where the steepness is beyond this share of the picture's own strongest (its 98th hundredth).
EDGE = 0.25

Numbers = npt.NDArray[np.float32]


class Sights:
    """Of one camera, whatever size its pictures have. Ask it at every look, or once a second."""

    def __init__(self) -> None:
        self._known: Numbers | None = None
        self._looks = 0
        self._strange = 0

    def step(self, frame: RawFrame, geometry: Geometry) -> ViewStats:
        """One picture. Likeness is 1 until enough is known to tell."""
        small = luma(frame, geometry, fitted(geometry, LONGEST)).astype(np.float32)
        steep = _steepness(small)
        sight = ViewStats(brightness=float(small.mean()) / 255, detail=_detail(steep), likeness=1.0)
        if sight.dark or sight.covered:  # it shows nothing: neither to compare nor to learn from
            return sight
        return ViewStats(sight.brightness, sight.detail, self._compare(_edges(steep)))

    def _compare(self, edges: Numbers) -> float:
        if self._known is None or self._known.shape != edges.shape:
            self._begin(edges)
            return 1.0
        likeness = _likeness(self._known, edges)
        sure = self._looks >= FIRST
        self._strange = 0 if likeness >= ALIKE else self._strange + 1
        if self._strange > (SETTLED if sure else UNSETTLED):  # this is what it shows now
            self._begin(edges)
        elif likeness >= ALIKE:
            self._looks += 1
            self._known += max(LEARN, 1 / self._looks) * (edges - self._known)
        return likeness if sure else 1.0

    def _begin(self, edges: Numbers) -> None:
        self._known, self._looks, self._strange = edges.copy(), 1, 0


def _steepness(small: Numbers) -> Numbers:
    """Luma steps a pixel, after a little smoothing."""
    smooth = cv2.GaussianBlur(small, (0, 0), 1.0)
    across = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, scale=1 / 8)
    down = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, scale=1 / 8)
    return np.asarray(np.hypot(across, down), np.float32)


def _edges(steep: Numbers) -> Numbers:
    """1 where there is an edge, 0 elsewhere, blurred so that one that trembles by a pixel is still the same."""
    strongest = max(float(np.percentile(steep, 98)), 1.0)
    edges = (steep > max(EDGE * strongest, 1.0)).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(edges, (0, 0), 1.5), np.float32)


def _detail(steep: Numbers) -> float:
    rows, columns = steep.shape[0] // CELL, steep.shape[1] // CELL
    cells = steep[: rows * CELL, : columns * CELL].reshape(rows, CELL, columns, CELL).transpose(0, 2, 1, 3)
    strong = np.percentile(cells.reshape(rows * columns, -1), 90, axis=1)
    return float((strong >= SOMETHING).mean())


def _likeness(known: Numbers, edges: Numbers) -> float:
    """Correlation of two pictures of edges, 0 where there is none or nothing to compare."""
    a, b = known - known.mean(), edges - edges.mean()
    norm = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return 0.0 if norm < 1e-3 else max(0.0, float((a * b).sum()) / norm)
