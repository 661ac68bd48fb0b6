#!/usr/bin/env python
"""Is what is told worth telling? benchmarks/quiet.py EVAL [hour] [scene] runs an hour in which nothing happens, and a
scene in which everything does, once each; it writes the results and the tables of docs/design/counts.md. With
--write-only it writes from results that are there.

EVAL is a folder with `people` and `clips`, as for benchmarks/counting.py. The camera's own parts look, count and judge;
its time is made, so that an hour takes minutes.
"""

from __future__ import annotations

import itertools
import json
import sys
from collections import Counter as Tally
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import counting
import cv2
import numpy as np

from passerby.config.counting_config import EventKind
from passerby.config.site import Site
from passerby.core.clock import Moment
from passerby.core.kinds import Kind
from passerby.core.media import Geometry
from passerby.core.raw_frame import RawFrame
from passerby.counting.site_rules import SiteEvents
from passerby.detect.frame_detector import Looker
from passerby.detect.model import Detectors
from passerby.detect.optical_flow import MotionEstimator
from passerby.detect.weights import Registry
from passerby.documents.count_records import Bin, Event
from passerby.watch.count_sink import CameraCounting

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "quiet.json"
BEGIN, END = "<!-- made by benchmarks/quiet.py -->\n", "<!-- end of quiet -->"

#: Frames a second and frames from look to look, of the scene and of the hour: every 0.8 s, and every second, which is
#: the longest that a look waits for its turn.
SCENE, HOUR = (5, 4), (2, 2)
#: When it is made to begin, Unix seconds: a Friday morning at 8, UTC.
STARTS = 1_800_000_000
Picture = np.ndarray
#: A picture, or None where none comes.
Pictures = Iterator[Picture | None]


@dataclass
class Kept:
    """Where bins and events go."""

    bins: list[Bin] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def add(self, bins: Sequence[Bin], happened: Sequence[Event], now: Moment) -> None:
        self.bins += bins
        self.events += happened


def site(rules: list[dict[str, Any]], zone: list[tuple[float, float]], line: list[tuple[float, float]]) -> Site:
    zones = [{"name": "corner", "polygon": zone}]
    lines = [{"name": "door", "points": line, "count": ["person", "car"]}]
    told = {"picture": ["person", "car"], "zones": zones, "lines": lines, "rules": rules}
    hours = {"name": "open", "hours": [{"days": ["sat"], "start": "08:00", "end": "18:00"}]}
    camera = {"url": "rtsp://192.0.2.1/", "counting": told}
    return Site.model_validate({"timetables": [hours], "cameras": {"gate": camera}})


def seen(pictures: Pictures, pace: tuple[int, int], of: Site, detectors: Detectors) -> Kept:
    """What a camera of `of` tells of `pictures`, at a pace as SCENE and HOUR are."""
    kept, motion, looker, geometry = Kept(), None, None, None
    camera, (rate, every), now = CameraCounting(of, "gate", kept), pace, Moment(0.0, STARTS, True)
    for index, picture in enumerate(pictures):
        now = Moment(index / rate, STARTS + index / rate, True)
        if picture is not None:
            frame = RawFrame(_frame(picture), index, round(now.monotonic * 1e6), False)
            if motion is None or looker is None or geometry is None:
                geometry = Geometry(picture.shape[1], picture.shape[0])
                motion, looker = MotionEstimator(geometry), Looker(detectors, geometry, {Kind.PERSON, Kind.VEHICLE})
            field_, scene = motion.step(frame)
            found = None
            if index % every == 0:
                camera.glance(frame, geometry)
                found = looker.look(frame)
            camera.passed(now, geometry, None if scene.cut else field_, found)
        if index % rate == 0:
            camera.tend(now, picture is None)
    camera.close(now)
    if camera.problem is not None:
        raise RuntimeError(camera.problem)
    return kept


def _frame(picture: Picture) -> av.VideoFrame:
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="bgr24").reformat(format="yuv420p")
    frame.pts, frame.time_base = 0, Fraction(1, 1_000_000)
    return frame


def film(path: Path, frames: range, longest: int = 768) -> list[Picture]:
    """Some frames of a film."""
    with av.open(path) as container:
        found = [
            _smaller(frame.to_ndarray(format="bgr24"), longest)
            for frame in itertools.islice(container.decode(video=0), frames.start, frames.stop, frames.step)
        ]
    return found


def _smaller(picture: Picture, longest: int) -> Picture:
    scale = min(1.0, longest / max(picture.shape[:2]))
    size = round(picture.shape[1] * scale) // 2 * 2, round(picture.shape[0] * scale) // 2 * 2
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))


def site_of(seconds: int, trouble: dict[str, tuple[float, float]], of: Site) -> list[Event]:
    """What the site tells in so many seconds, whose disk and clock are in `trouble` from and to such seconds."""
    events, told = SiteEvents({}, of.schedules()), list[Event]()
    for second in range(0, seconds, 5):
        bad = {what for what, (start, end) in trouble.items() if start <= second < end}
        now = Moment(second, STARTS + second, "clock" not in bad)
        told += events.see(now, "the disk is full" if "storage" in bad else None, {})
    return told


def to_and_fro(frames: list[Picture], number: int) -> Iterator[Picture]:
    """A film forwards and backwards, again and again: without a cut."""
    yield from itertools.islice(itertools.cycle([*frames, *frames[-2:0:-1]]), number)


def standing(picture: Picture, number: int, seed: int) -> Iterator[Picture]:
    """A still as a camera shows it: noise, light that changes slowly, and a mast that trembles."""
    rng = np.random.default_rng(seed)
    noise = [rng.normal(0, 3, picture.shape).astype(np.float32) for _ in range(7)]
    for index in range(number):
        light = np.float32(1 + 0.06 * np.sin(2 * np.pi * index / HOUR[0] / 47))
        shift = np.float32([[1, 0, 0.7 * np.sin(0.9 * index)], [0, 1, 0.5 * np.cos(1.3 * index)]])
        here = cv2.warpAffine(picture, shift, picture.shape[1::-1], borderMode=cv2.BORDER_REFLECT)
        yield np.clip(here * light + noise[index % 7], 0, 255).astype(np.uint8)


#: A rule of each kind, as tight as the quiet allows: nobody is where `corner` is, and nobody moves over the line.
def rules(most: int, way: str = "both") -> list[dict[str, Any]]:
    return [
        {"name": "intruder", "kind": "presence", "zone": "corner", "outside": "open"},
        {"name": "entry", "kind": "crossing", "line": "door", "way": way, "count": ["person", "car"]},
        {"name": "full", "kind": "crowd", "zone": "picture", "most": most},
        *({"name": kind, "kind": kind, "cool_down": 0} for kind in ("covered", "moved", "dark", "lost")),
    ]


#: The upper rim, where no feet are.
TOP = [(0.0, 0.0), (1.0, 0.0), (1.0, 0.03), (0.0, 0.03)]


def _free_side(boxes: list[list[float]], width: int) -> list[tuple[float, float]]:
    """The widest strip from top to bottom in which none of the boxes is; the upper rim where there is none."""
    edges, best = sorted((max(0.0, b[0] - 8), min(width, b[2] + 8)) for b in boxes), (0.0, 0.0)
    at = 0.0
    for left, right in [*edges, (float(width), float(width))]:
        best = max(best, (at, left), key=lambda strip: strip[1] - strip[0])
        at = max(at, right)
    a, b = best[0] / width, best[1] / width
    if b - a < 0.05:
        return TOP
    return [(a, 0.0), (b, 0.0), (b, 1.0), (a, 1.0)]


#: Stills in which somebody is in the part that nobody is said to be in: too far off or too much cut to be annotated.
#: Who looks at them sees people there, and so does the program.
PEOPLED = (
    *(f"coco_{number:012}" for number in (74, 257, 308, 488, 544)),
    *("pf_FudanPed00027", "pf_FudanPed00031", "pf_FudanPed00043", "pf_PennPed00056", "pf_PennPed00064"),
)


def hour(folder: Path, detectors: Detectors) -> dict[str, Any]:
    """An hour of quiet: an empty hall, somebody who stands and talks, a car park, and twenty pictures of people."""
    clips, people = folder / "clips" / "videos", folder / "people"
    middle, corner = [(0.5, 0.0), (0.5, 1.0)], [(0.0, 0.0), (0.12, 0.0), (0.12, 1.0), (0.0, 1.0)]
    hall = film(next(clips.glob("one-by-one*")), range(0, 56, 5), 512)
    talks = film(next(clips.glob("*person.mp4")), range(200, 600, 15), 512)
    cars = film(next(clips.glob("*parking.mp4")), range(0, 1), 512)[0]
    # Who talks fills the picture: the line is above them, and no part of it is theirs alone.
    over = [(0.0, 0.08), (1.0, 0.08)]
    minutes = 60 * HOUR[0]
    parts: list[tuple[str, int, Pictures, Site]] = [
        ("an empty hall", 20, to_and_fro(hall, 20 * minutes), site(rules(0), corner, middle)),
        ("somebody who stands and talks", 10, to_and_fro(talks, 10 * minutes), site(rules(1), TOP, over)),
        ("a car park", 10, standing(cars, 10 * minutes, 1), site(rules(0), corner, middle)),
    ]
    truth = json.loads((people / "annotations.json").read_text(encoding="utf-8"))["images"]
    some = [one for one in truth if one.get("count_people") and Path(one["file"]).name.startswith(("pf_", "coco"))]
    some = [one for one in (*some[::5], *some[2::5]) if Path(one["file"]).stem not in PEOPLED]
    for number, one in enumerate(some[:20]):
        whole = cv2.imread(str(people / one["file"]), cv2.IMREAD_COLOR)
        boxes = [box["xyxy"] for box in one["boxes"] if box["kind"] == "person"]
        quiet = site(rules(12), _free_side(boxes, whole.shape[1]), middle)
        parts.append(("people who stand", 1, standing(_smaller(whole, 512), minutes, number), quiet))
    told: dict[str, dict[str, Any]] = {}
    for name, length, pictures, of in parts:
        kept = seen(pictures, HOUR, of, detectors)
        row = told.setdefault(name, {"minutes": 0, "watched": 0.0, "events": {}})
        row["minutes"] += length
        row["watched"] = round(row["watched"] + sum(one.covered for one in kept.bins) / 60, 2)
        for event in kept.events:
            row["events"][event.kind.value] = row["events"].get(event.kind.value, 0) + 1
    return told


#: What happens in the scene, and when it begins, in seconds.
STORY = {
    EventKind.CROSSING: 40,
    EventKind.PRESENCE: 80,
    EventKind.CROWD: 120,
    EventKind.COVERED: 170,
    EventKind.MOVED: 220,
    EventKind.DARK: 270,
    EventKind.LOST: 320,
    EventKind.STORAGE: 100,
    EventKind.CLOCK: 1000,
}
#: Seconds of it before the camera, and for the site.
LENGTH, OF_SITE = 350, 3600


def scene(folder: Path, detectors: Detectors) -> dict[str, Any]:
    """Everything once: in the hall, with people cut from stills, and troubles of the camera and of the site."""
    hall = [
        cv2.resize(one, (counting.WIDTH, counting.HEIGHT))
        for one in film(next((folder / "clips" / "videos").glob("one-by-one*")), range(0, 56, 2))
    ]
    who = counting.cutouts(folder / "people", 6)
    of = site(rules(3, "back"), [(0.8, 0.0), (1.0, 0.0), (1.0, 1.0), (0.8, 1.0)], [(0.3, 0.0), (0.3, 1.0)])
    trouble = {"storage": (STORY[EventKind.STORAGE], 900), "clock": (STORY[EventKind.CLOCK], 3000)}
    events = [*seen(_played(hall, who), SCENE, of, detectors).events, *site_of(OF_SITE, trouble, of)]
    told = [{"kind": event.kind.value, "at": round(event.at - STARTS, 1)} for event in events]
    return {"story": {kind.value: at for kind, at in STORY.items()}, "told": told}


def _played(hall: list[Picture], who: list[Picture]) -> Pictures:
    for index, picture in enumerate(to_and_fro(hall, LENGTH * SCENE[0])):
        now = index / SCENE[0]
        here = picture.astype(float)
        for number, (x, y) in enumerate(_walkers(now)):
            counting._paste(here, who[number], x, y, 260)
        yield _troubled(np.clip(here, 0, 255).astype(np.uint8), now, index)


def _walkers(now: float) -> list[tuple[float, float]]:
    """Feet of those who are there, px."""
    wide, tall = counting.WIDTH, counting.HEIGHT
    if 40 <= now < 54:  # in from the left as far as the middle, where they turn: the line is passed to the right once
        t = now - 40
        return [(-70 + 90 * min(t, 14 - t), 0.93 * tall)]
    if 80 <= now < 96:  # in from the right, stays in the corner, and leaves
        return [(max(0.9 * wide, min(1.08, 1.08 - (now - 80) * 0.05, 0.6 + (now - 80) * 0.035) * wide), 0.93 * tall)]
    if 120 <= now < 140:  # four who come up from below the picture, and go the same way
        t = now - 120
        up = min(1.0, t / 4, (20 - t) / 4)
        return [((0.38 + 0.1 * n) * wide, (1.5 - 0.55 * up) * tall) for n in range(4)]
    return []


def _troubled(picture: Picture, now: float, index: int) -> Picture | None:
    def during(kind: EventKind, seconds: float) -> bool:
        return STORY[kind] <= now < STORY[kind] + seconds

    if during(EventKind.LOST, 20):
        return None
    if now < min(STORY[kind] for kind in (EventKind.COVERED, EventKind.MOVED, EventKind.DARK)):
        return picture
    noise = np.random.default_rng(index).normal(0, 2.5, picture.shape)
    if during(EventKind.COVERED, 20):  # a hand before the lens: skin, out of focus
        base = cv2.blur(picture, (255, 255)).astype(float) * 0.25 + np.array([60, 80, 130])
        return np.clip(base + noise, 0, 255).astype(np.uint8)
    if during(EventKind.MOVED, 20):
        return np.ascontiguousarray(np.roll(picture, picture.shape[1] * 2 // 5, axis=1)[::-1])
    if during(EventKind.DARK, 20):
        return np.clip(picture * 0.02 + noise, 0, 255).astype(np.uint8)
    return picture


def tables(told: dict[str, Any]) -> str:
    """What the page says, of what was run."""
    lines = [""]
    if "hour" in told:
        lines += ["| an hour of quiet | minutes | watched | events |", "| --- " * 4 + "|"]
        for name, one in told["hour"].items():
            events = ", ".join(f"{kind} {count}" for kind, count in sorted(one["events"].items())) or "none"
            lines.append(f"| {name} | {one['minutes']} | {one['watched']:.1f} | {events} |")
        lines.append("")
    if "scene" in told:
        lines += ["| in the scene | begins at | told at |", "| --- " * 3 + "|"]
        for kind, at in told["scene"]["story"].items():
            when = ", ".join(f"{one['at']:.0f} s" for one in told["scene"]["told"] if one["kind"] == kind)
            lines.append(f"| {kind} | {at} s | {when or 'never'} |")
    return "\n".join([*lines, ""])


def once_each(told: dict[str, Any]) -> bool:
    """Was each kind told once?"""
    return Tally(one["kind"] for one in told["told"]) == dict.fromkeys((kind.value for kind in EventKind), 1)


def write(told: dict[str, Any]) -> None:
    RESULTS.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    page = counting.PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    counting.PAGE.write_text(before + BEGIN + tables(told) + END + rest.partition(END)[2], encoding="utf-8")


def main() -> None:
    told = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    if sys.argv[1:] != ["--write-only"]:
        folder, wanted = Path(sys.argv[1]), sys.argv[2:] or ["hour", "scene"]
        detectors = Detectors(Registry.load())
        if "scene" in wanted:
            told["scene"] = scene(folder, detectors)
        if "hour" in wanted:
            told["hour"] = hour(folder, detectors)
    print(json.dumps(told, indent=1))
    write(told)


if __name__ == "__main__":
    main()
