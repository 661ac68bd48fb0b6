"""What is known of footage: where in which frame something is that must be hidden.

`annotations.json` of a folder, in one of two forms or both:

    {"images": [{"file", "boxes": [BOX]}], "videos": [{"file", "frames": [{"index", "boxes": [BOX]}]}]}
    BOX = {"kind", "xyxy": [x1, y1, x2, y2], "quad": four corners, "ignore", "invalid", "blur", "track"}

All of a BOX but `kind` and `xyxy` may be left out. Regression cases (bench/cases.py) lie beside it or in its place.
Whatever else annotators write is passed over. docs/ref/bench.md explains the format.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from passerby.core.errors import SourceError

ANNOTATIONS = "annotations.json"
#: Kinds that the measure counts.
COUNTED = ("face", "plate")
#: Shorter side, px. A smaller box identifies nobody: EN 62676-4 needs about 10 px a face to observe.
SMALLEST = 12
#: Where the classes of size begin (shorter side, px), and what they are called.
SIZES = {"12-20": 12.0, "20-40": 20.0, "40-96": 40.0, "over 96": 96.0}

Corners = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class TrueBox:
    """One thing in one frame. `corners` are its four corners, clockwise from its top left, in displayed pixels.

    `box` is (x1, y1, x2, y2) around it, `counts` False where nobody could make out who or what it is. `track` names the
    thing within its file, None where nothing is followed.
    """

    kind: str
    box: tuple[float, float, float, float]
    corners: Corners
    counts: bool = True
    track: str | None = None

    @property
    def side(self) -> float:
        """Shorter side, px."""
        x1, y1, x2, y2 = self.box
        return min(x2 - x1, y2 - y1)

    @property
    def size(self) -> str:
        """Its class of size."""
        return [name for name, least in SIZES.items() if self.side >= least or least == SMALLEST][-1]


@dataclass(frozen=True, slots=True)
class Entry:
    """One file with its truth. `name` is its path within the folder; `frames` has the boxes of the annotated frames,
    by ordinal (0 for a still). `exhaustive` says whether all there is to hide in these frames is among the boxes.
    """

    name: str
    path: Path
    still: bool
    frames: Mapping[int, tuple[TrueBox, ...]]
    exhaustive: bool = True


def read_annotations(folder: Path) -> list[Entry]:
    """What `annotations.json` of a folder says, in its order; nothing when there is none.

    Raises SourceError when it cannot be read, or names a file that is not there.
    """
    path = folder / ANNOTATIONS
    if not path.exists():
        return []
    try:
        told = json.loads(path.read_bytes())
        stills = [
            Entry(one["file"], folder / one["file"], True, {0: _boxes(one["boxes"])}) for one in told.get("images", [])
        ]
        films = [
            Entry(
                one["file"],
                folder / one["file"],
                False,
                {frame["index"]: _boxes(frame["boxes"]) for frame in one["frames"]},
            )
            for one in told.get("videos", [])
        ]
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise SourceError(
            f"{path} is not an annotation that can be read: {type(error).__name__}: {error}. "
            "docs/ref/bench.md says what it must look like."
        ) from error
    for entry in (*stills, *films):
        if not entry.path.is_file():
            raise SourceError(f"{path} names {entry.name}, which is not in {folder}. Put it there, or take it out.")
    return stills + films


def _boxes(told: list[dict[str, Any]]) -> tuple[TrueBox, ...]:
    return tuple(_box(one) for one in told)


def _box(told: dict[str, Any]) -> TrueBox:
    x1, y1, x2, y2 = (float(value) for value in told["xyxy"])
    quad = told.get("quad") or ((x1, y1), (x2, y1), (x2, y2), (x1, y2))
    vague = bool(told.get("ignore") or told.get("invalid") or told.get("blur", 0) >= 2)
    counts = not vague and told["kind"] in COUNTED and min(x2 - x1, y2 - y1) >= SMALLEST
    track = told.get("track")
    corners = tuple((float(x), float(y)) for x, y in quad)
    if len(corners) != 4:
        raise ValueError(f"a quad has {len(corners)} corners")
    return TrueBox(told["kind"], (x1, y1, x2, y2), corners, counts, None if track is None else str(track))
