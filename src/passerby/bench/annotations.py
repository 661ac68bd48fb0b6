"""Ground truth of footage: the boxes in each frame that must be hidden.

`annotations.json` of a folder, in one of two forms or both:

    {"images": [{"file", "boxes": [BOX]}], "videos": [{"file", "frames": [{"index", "boxes": [BOX]}]}]}
    BOX = {"kind", "xyxy": [x1, y1, x2, y2], "quad": four corners, "ignore", "invalid", "blur", "track"}

All fields of a BOX but `kind` and `xyxy` are optional. Regression cases (bench/cases.py) lie beside or instead of it.
Other fields are ignored. docs/ref/bench.md explains the format.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from passerby.core.errors import SourceError

ANNOTATIONS = "annotations.json"
#: Kinds that are scored.
SCORED_KINDS = ("face", "plate")
#: Shorter side, px. A smaller box does not identify anybody: EN 62676-4 needs about 10 px a face to observe.
MIN_SIDE_PX = 12
#: Size classes: name, and minimum of the shorter side, px.
SIZE_CLASSES = {"12-20": 12.0, "20-40": 20.0, "40-96": 40.0, "over 96": 96.0}

Corners = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class GroundTruthBox:
    """One object in one frame. `corners` are its four corners, clockwise from its top left, in displayed pixels.

    `box` is (x1, y1, x2, y2) around it, `is_scored` False where it is unrecognisable even to people. `track`
    identifies the object within its file, None where tracks are not annotated.
    """

    kind: str
    box: tuple[float, float, float, float]
    corners: Corners
    is_scored: bool = True
    track: str | None = None

    @property
    def side(self) -> float:
        """Shorter side, px."""
        x1, y1, x2, y2 = self.box
        return min(x2 - x1, y2 - y1)

    @property
    def size_class(self) -> str:
        """The name of its size class."""
        return [name for name, min_side in SIZE_CLASSES.items() if self.side >= min_side or min_side == MIN_SIDE_PX][-1]


@dataclass(frozen=True, slots=True)
class AnnotatedFile:
    """One file with its ground truth. `name` is its path within the folder; `frames` has the boxes of the annotated
    frames, by ordinal (0 for a still). `exhaustive`: the boxes are all that must be hidden in these frames.
    """

    name: str
    path: Path
    still: bool
    frames: Mapping[int, tuple[GroundTruthBox, ...]]
    exhaustive: bool = True


def read_annotations(folder: Path) -> list[AnnotatedFile]:
    """The files in `annotations.json` of a folder, in its order; none when it does not exist.

    Raises SourceError when it cannot be read, or names a missing file.
    """
    path = folder / ANNOTATIONS
    if not path.exists():
        return []
    try:
        content = json.loads(path.read_bytes())
        stills = [
            AnnotatedFile(item["file"], folder / item["file"], True, {0: _parse_boxes(item["boxes"])})
            for item in content.get("images", [])
        ]
        videos = [
            AnnotatedFile(
                item["file"],
                folder / item["file"],
                False,
                {frame["index"]: _parse_boxes(frame["boxes"]) for frame in item["frames"]},
            )
            for item in content.get("videos", [])
        ]
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise SourceError(
            f"{path} is not a readable annotation file: {type(error).__name__}: {error}. "
            "docs/ref/bench.md describes the format."
        ) from error
    for entry in (*stills, *videos):
        if not entry.path.is_file():
            raise SourceError(f"{path} names {entry.name}, which is not in {folder}. Add it or remove the entry.")
    return stills + videos


def _parse_boxes(annotations: list[dict[str, Any]]) -> tuple[GroundTruthBox, ...]:
    return tuple(_parse_box(annotation) for annotation in annotations)


def _parse_box(annotation: dict[str, Any]) -> GroundTruthBox:
    x1, y1, x2, y2 = (float(value) for value in annotation["xyxy"])
    quad = annotation.get("quad") or ((x1, y1), (x2, y1), (x2, y2), (x1, y2))
    unrecognisable = bool(annotation.get("ignore") or annotation.get("invalid") or annotation.get("blur", 0) >= 2)
    is_scored = not unrecognisable and annotation["kind"] in SCORED_KINDS and min(x2 - x1, y2 - y1) >= MIN_SIDE_PX
    track = annotation.get("track")
    corners = tuple((float(x), float(y)) for x, y in quad)
    if len(corners) != 4:
        raise ValueError(f"a quad has {len(corners)} corners")
    name = None if track is None else str(track)
    return GroundTruthBox(annotation["kind"], (x1, y1, x2, y2), corners, is_scored, name)
