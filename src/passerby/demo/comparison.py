"""Before and after, side by side, as one image."""

from __future__ import annotations

from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt

from passerby.core.errors import OutputError

Image = npt.NDArray[np.uint8]

#: The frames of the sample that are shown: the car enters, passes, and leaves.
FRAME_NUMBERS = (45, 75, 110)

#: Size of one panel, and height of the title above, in pixels.
PANEL_SIZE, TITLE_HEIGHT = (480, 270), 44


def write_comparison(path: Path, sample: Path, redacted: Path) -> None:
    """Write a PNG: a row for each of FRAME_NUMBERS, the sample's frame on the left and the redacted one on the right.

    The right half comes from the redacted file. The left half comes from the sample, which shows a portrait in the
    public domain and a synthetic car: the one exception to the rule that only masked frames are shown. Never pass
    any other footage. Raises OutputError when `path` cannot be written, or a file has too few frames.
    """
    rows = [np.hstack(pair) for pair in zip(_frames(sample), _frames(redacted), strict=True)]
    title = np.full((TITLE_HEIGHT, rows[0].shape[1], 3), 255, np.uint8)
    for left, label in ((0, "before"), (PANEL_SIZE[0], "after")):
        cv2.putText(title, label, (left + 16, 31), cv2.FONT_HERSHEY_DUPLEX, 0.9, (40, 40, 40), 1, cv2.LINE_AA)
    if not cv2.imwrite(str(path), np.vstack([title, *rows])):
        raise OutputError(f"{path} cannot be written. Choose another folder with --out-dir.")


def _frames(path: Path) -> list[Image]:
    """The frames FRAME_NUMBERS, BGR, resized to PANEL_SIZE."""
    panels: list[Image] = []
    with av.open(str(path)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number in FRAME_NUMBERS:
                small = frame.reformat(*PANEL_SIZE, format="bgr24", interpolation="AREA")
                panels.append(small.to_ndarray().astype(np.uint8, copy=False))
    if len(panels) != len(FRAME_NUMBERS):
        raise OutputError(f"{path} has too few frames to show. Run the demo again.")
    return panels
