"""A clip with a face in it that the plan does not hide, and where that face is."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.demo.portrait import portrait
from passerby.demo.sample import make_sample
from passerby.documents.plan import Keyframe, Plan, Track
from passerby.engine import api
from passerby.source.video.file import VideoFile
from tests.plans import plan_for

MOVING = Path(__file__).parents[3] / "shared" / "eval" / "dev" / "moving"


@dataclass
class Footage:
    """A clip, where the face is that nobody hides, frame by frame, and a plan in which all others are hidden."""

    clip: Path
    face: dict[int, Box]
    plan: Plan
    middle: int


def real_footage(folder):
    name = "clip15.mp4"
    shutil.copy(MOVING / name, folder)
    (folder / name).chmod(0o644)
    videos = json.loads((MOVING / "annotations.json").read_text())["videos"]
    frames = next(video for video in videos if video["file"] == name)["frames"]
    faces: dict[int, dict[int, Box]] = {}
    for frame in frames:
        for box in frame["boxes"]:
            faces.setdefault(box["track"], {})[frame["index"]] = Box(*box["xyxy"])
    middle = len(frames) // 2
    number = next(n for n, boxes in sorted(faces.items()) if len(boxes) == len(frames))
    return footage_of(folder / name, faces.pop(number), list(faces.values()), middle)


def demo_footage(folder):
    """The portrait of the demo, which the camera of tests/conftest.py follows: its place by the models themselves."""
    make_sample(folder / "yard.mp4", portrait())
    found = api.analyse(folder / "yard.mp4")
    track = max((t for t in found.tracks(0) if t.kind is Kind.FACE), key=lambda t: t.end - t.start)
    times = plan_times(folder / "yard.mp4")
    face = {n: place.box for n, time in enumerate(times) if (place := track.interpolate(time)) is not None}
    return footage_of(folder / "yard.mp4", face, [], sorted(face)[len(face) // 2])


def plan_times(clip):
    with VideoFile.open(clip) as video:
        return [frame.time for frame in video.frames()]


def footage_of(clip, face, others, middle):
    times = plan_times(clip)
    tracks = []
    for number, boxes in enumerate(others, 1):
        keys = tuple(
            Keyframe(time=times[n], box=box.expand(0.2), score=0.9, origin="model") for n, box in sorted(boxes.items())
        )
        tracks.append(Track(number=number, kind=Kind.FACE, keyframes=keys))
    return Footage(clip, face, plan_for(clip, *tracks), middle)
