"""Plates that are drawn: no footage is part of the project."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

#: Where the words lie in `filling`, (x1, y1, x2, y2) in pixels.
WORDS = (100, 230, 780, 340)


def filling(words: str, paper: int) -> npt.NDArray[np.uint8]:
    """A plate from so near that it fills the picture, (540, 960, 3) in BGR: `words` on paper of that grey."""
    picture = np.full((540, 960, 3), (60, 50, 45), np.uint8)
    cv2.rectangle(picture, (67, 189), (892, 378), (paper, paper, paper), -1)
    ink = 15 if paper > 128 else 250
    cv2.putText(picture, words, (96, 334), cv2.FONT_HERSHEY_SIMPLEX, 4.6, (ink, ink, ink), 16, cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 1.2), np.uint8)
