"""A plan as annotations for other programs: COCO, YOLO, CSV. Boxes in displayed pixels, clipped to the frame.

A plan says where its tracks are at keyframes, and how to interpolate between them; it does not list the times of all
frames. Without these, what is exported are the times at which some track has a keyframe.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath

from passerby.core.box import Box
from passerby.core.kinds import HIDEABLE, Kind
from passerby.core.version import PROGRAM
from passerby.documents.plan import Plan

#: Categories are numbered in this order, from 1 in COCO and from 0 in YOLO.
CATEGORIES = (*HIDEABLE, Kind.REGION)
CSV_COLUMNS = ("image", "frame", "seconds", "kind", "track", "x1", "y1", "x2", "y2", "score", "origin")


class ExportFormat(StrEnum):
    """Format of annotations."""

    COCO = "coco"
    YOLO = "yolo"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class AnnotatedFrame:
    """One frame: its number (None where it is not known), its time in ticks and seconds, its size in displayed pixels,
    and (track, kind, box, score, origin) of everything that is masked in it."""

    name: str
    number: int | None
    time: int
    seconds: float
    size: tuple[int, int]
    masks: tuple[tuple[int, Kind, Box, float, str], ...]


def annotated_frames(
    plan: Plan, video: int = 0, times: Sequence[int] | None = None, every: int = 1
) -> Iterator[AnnotatedFrame]:
    """Every `every`th frame of one video track with what is masked in it, corrections applied. `times` are those of all
    frames, in ticks; without them, the times of keyframes."""
    track_info = plan.videos[video]
    tracks = plan.tracks(video)
    width, height = track_info.width, track_info.height
    stem = PurePath(plan.source.name).stem
    keyed = sorted({key.time for track in tracks for key in track.keyframes if key.time >= 0})
    for number, time in list(enumerate(keyed if times is None else times))[::every]:
        masks = []
        for track in tracks:
            key = track.masked_at(time)
            box = None if key is None else Box(*key.box).clip(width, height)
            if key is not None and box is not None and box.area > 0:
                masks.append((track.number, track.kind, box, key.score, key.origin))
        known = None if times is None else number
        name = f"{stem}_{time:010}" if known is None else f"{stem}_{known:06}"
        yield AnnotatedFrame(name, known, time, float(time * track_info.time_base), (width, height), tuple(masks))


def export(plan: Plan, frames: Sequence[AnnotatedFrame], form: ExportFormat) -> Mapping[str, str]:
    """The files of an export: content by name, relative to its folder."""
    return _WRITERS[form](plan, frames)


def _coco(plan: Plan, frames: Sequence[AnnotatedFrame]) -> Mapping[str, str]:
    images, annotations = [], list[dict[str, object]]()
    for image, frame in enumerate(frames, 1):
        width, height = frame.size
        images.append(
            {
                "id": image,
                "file_name": f"{frame.name}.jpg",
                "width": width,
                "height": height,
                "frame": frame.number,
                "seconds": round(frame.seconds, 6),
            }
        )
        for track, kind, box, score, _ in frame.masks:
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": image,
                    "category_id": CATEGORIES.index(kind) + 1,
                    "bbox": [round(v, 2) for v in (box.x1, box.y1, box.width, box.height)],
                    "area": round(box.area, 2),
                    "iscrowd": 0,
                    "track_id": track,
                    "score": score,
                }
            )
    content = {
        "info": {"description": f"What is masked in {plan.source.name}", "contributor": PROGRAM},
        "images": images,
        "annotations": annotations,
        "categories": [{"id": number, "name": kind.value} for number, kind in enumerate(CATEGORIES, 1)],
    }
    return {"annotations.json": json.dumps(content, indent=1) + "\n"}


def _yolo(_plan: Plan, frames: Sequence[AnnotatedFrame]) -> Mapping[str, str]:
    files = {"classes.txt": "".join(f"{kind.value}\n" for kind in CATEGORIES)}
    for frame in frames:
        width, height = frame.size
        lines = []
        for _, kind, box, _, _ in frame.masks:
            x, y = (box.x1 + box.x2) / 2 / width, (box.y1 + box.y2) / 2 / height
            lines.append(
                f"{CATEGORIES.index(kind)} {x:.6f} {y:.6f} {box.width / width:.6f} {box.height / height:.6f}\n"
            )
        files[f"labels/{frame.name}.txt"] = "".join(lines)
    return files


def _csv(_plan: Plan, frames: Sequence[AnnotatedFrame]) -> Mapping[str, str]:
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(CSV_COLUMNS)
    for frame in frames:
        for track, kind, box, score, origin in frame.masks:
            corners = [round(v, 2) for v in box]
            number = "" if frame.number is None else frame.number
            rows.writerow([frame.name, number, round(frame.seconds, 6), kind.value, track, *corners, score, origin])
    return {"annotations.csv": text.getvalue()}


_WRITERS: Mapping[ExportFormat, Callable[[Plan, Sequence[AnnotatedFrame]], Mapping[str, str]]] = {
    ExportFormat.COCO: _coco,
    ExportFormat.YOLO: _yolo,
    ExportFormat.CSV: _csv,
}
