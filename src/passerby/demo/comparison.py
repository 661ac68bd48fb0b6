"""Before and after, side by side, as one picture."""

from __future__ import annotations

from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt

from passerby.core.errors import OutputError

Picture = npt.NDArray[np.uint8]

#: The frames of the sample that are shown: the car comes, passes, and leaves.
MOMENTS = (45, 75, 110)

#: One picture of the strip, and the height of the line above, in pixels.
SHOWN, TITLE = (480, 270), 44


def make_strip(path: Path, sample: Path, redacted: Path) -> None:
    """Writes a PNG: for each of MOMENTS a row with the sample's frame at the left and the redacted file's at the right.

    The right half comes from the redacted file. The left half comes from the sample, which shows a portrait in the
    public domain and a drawn car: the one exception from the rule that only masked pictures are shown. Never give this
    function any other footage. Raises OutputError when `path` cannot be written, or a file has too few frames.
    """
    rows = [np.hstack(pair) for pair in zip(_frames(sample), _frames(redacted), strict=True)]
    title = np.full((TITLE, rows[0].shape[1], 3), 255, np.uint8)
    for left, word in ((0, "before"), (SHOWN[0], "after")):
        cv2.putText(title, word, (left + 16, 31), cv2.FONT_HERSHEY_DUPLEX, 0.9, (40, 40, 40), 1, cv2.LINE_AA)
    if not cv2.imwrite(str(path), np.vstack([title, *rows])):
        raise OutputError(f"{path} cannot be written. Choose another folder with --out-dir.")


def _frames(path: Path) -> list[Picture]:
    """The pictures at MOMENTS, BGR, of the size SHOWN."""
    found: list[Picture] = []
    with av.open(str(path)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number in MOMENTS:
                small = frame.reformat(*SHOWN, format="bgr24", interpolation="AREA")
                found.append(small.to_ndarray().astype(np.uint8, copy=False))
    if len(found) != len(MOMENTS):
        raise OutputError(f"{path} has too few frames to show. Run the demo again.")
    return found
