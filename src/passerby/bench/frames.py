"""Decoded frames of a file: BGR, in presentation order, with their times."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from passerby.bench.collateral import Image
from passerby.core.errors import SourceError
from passerby.core.media import Geometry
from passerby.source.video.file import VideoFile

#: Files beside a result that are not media.
_SIDECAR_SUFFIXES = {".json", ".txt", ".html"}


def read_still(path: Path) -> Image:
    """A still, BGR (h, w, 3), upright. Raises SourceError when it cannot be read."""
    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if image is None:
        raise SourceError(f"{path} is not a readable still. Save it as JPEG or PNG.")
    return image.astype(np.uint8, copy=False)


def geometry(path: Path) -> Geometry:
    """How the stored pixels of a video, as `read_video` yields them, become displayed ones. Raises SourceError."""
    with VideoFile.open(path) as video:
        return video.info.videos[0].geometry


def read_video(path: Path) -> Iterator[tuple[float, Image]]:
    """(seconds, picture BGR (h, w, 3) as it is stored) of each frame. Raises SourceError, possibly only at the end."""
    with VideoFile.open(path) as video:
        base = video.info.videos[0].time_base
        for frame in video.frames():
            yield float(frame.time * base), np.asarray(frame.av_frame.to_ndarray(format="bgr24"), np.uint8)


def find_result(folder: Path, name: str) -> Path | None:
    """The result for an original: of the same relative path, or in the same folder with the same stem, to which a tool
    may have added something like `_anonymized` or `.redacted`, with any suffix."""
    exact = folder / name
    if exact.is_file():
        return exact
    stem, parent = exact.stem, exact.parent
    if not parent.is_dir():
        return None
    for path in sorted(parent.iterdir()):
        rest = path.stem[len(stem) :]
        matches = path.stem.startswith(stem) and not rest[:1].isalnum()
        if matches and path.is_file() and path.suffix.lower() not in _SIDECAR_SUFFIXES:
            return path
    return None
