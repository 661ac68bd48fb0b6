#!/usr/bin/env python
"""False alarms: benchmarks/false_alarms.py EVAL [hour] [scene] runs an hour in which nothing happens, and a scene with
one event of each kind; it writes the results and the tables of docs/design/counts.md. With --render-only it writes from
saved results.

EVAL is a folder with `people` and `clips`, as for benchmarks/counting.py. The camera's own components detect, count and
apply the rules; time is simulated, so that an hour takes minutes.
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
from passerby.counting.site_rules import SiteRules
from passerby.demo.sample import read_image
from passerby.detect.frame_detector import FrameDetector
from passerby.detect.model import Detectors
from passerby.detect.optical_flow import MotionEstimator
from passerby.detect.weights import Registry
from passerby.documents.count_records import CountBin, Event
from passerby.watch.count_sink import CameraCountSink

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "false_alarms.json"
BEGIN, END = "<!-- made by benchmarks/false_alarms.py -->\n", "<!-- end of quiet -->"

#: Frame rate and frames between detections, of the scene and of the hour: every 0.8 s, and every second, which is the
#: longest that a detection waits for its turn.
SCENE, HOUR = (5, 4), (2, 2)
#: Simulated start, Unix seconds: a Friday morning at 8, UTC.
START = 1_800_000_000
Picture = np.ndarray
#: A picture, or None where none arrives.
Pictures = Iterator[Picture | None]


@dataclass
class MemoryCountStore:
    """Collects bins and events."""

    bins: list[CountBin] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def add(self, bins: Sequence[CountBin], happened: Sequence[Event], now: Moment) -> None:
        self.bins += bins
        self.events += happened


def site(rules: list[dict[str, Any]], zone: list[tuple[float, float]], line: list[tuple[float, float]]) -> Site:
    zones = [{"name": "corner", "polygon": zone}]
    lines = [{"name": "door", "points": line, "count": ["person", "car"]}]
    counting_config = {"full_frame": ["person", "car"], "zones": zones, "lines": lines, "rules": rules}
    hours = {"name": "open", "hours": [{"days": ["sat"], "start": "08:00", "end": "18:00"}]}
    camera = {"url": "rtsp://192.0.2.1/", "counting": counting_config}
    return Site.model_validate({"timetables": [hours], "cameras": {"gate": camera}})


def run_camera(pictures: Pictures, pace: tuple[int, int], of: Site, detectors: Detectors) -> MemoryCountStore:
    """What a camera of `of` reports for `pictures`, at a pace like SCENE and HOUR."""
    store, motion, detector, geometry = MemoryCountStore(), None, None, None
    camera, (rate, every), now = CameraCountSink(of, "gate", store), pace, Moment(0.0, START, True)
    for index, picture in enumerate(pictures):
        now = Moment(index / rate, START + index / rate, True)
        if picture is not None:
            frame = RawFrame(_frame(picture), index, round(now.monotonic * 1e6), False)
            if motion is None or detector is None or geometry is None:
                geometry = Geometry(picture.shape[1], picture.shape[0])
                motion, detector = (
                    MotionEstimator(geometry),
                    FrameDetector(detectors, geometry, {Kind.PERSON, Kind.VEHICLE}),
                )
            field_, scene = motion.estimate(frame)
            found = None
            if index % every == 0:
                camera.detection_started(frame, geometry)
                found = detector.detect(frame)
            camera.frame_processed(now, geometry, None if scene.cut else field_, found)
        if index % rate == 0:
            camera.poll(now, picture is None)
    camera.close(now)
    if camera.problem is not None:
        raise RuntimeError(camera.problem)
    return store


def _frame(picture: Picture) -> av.VideoFrame:
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="bgr24").reformat(format="yuv420p")
    frame.pts, frame.time_base = 0, Fraction(1, 1_000_000)
    return frame


def read_frames(path: Path, frames: range, longest: int = 768) -> list[Picture]:
    """Some frames of a video."""
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


def site_of(seconds: int, faults: dict[str, tuple[float, float]], of: Site) -> list[Event]:
    """What the site reports in `seconds`, with `faults` of disk and clock from and to these seconds."""
    events, results = SiteRules({}, of.schedules()), list[Event]()
    for second in range(0, seconds, 5):
        bad = {what for what, (start, end) in faults.items() if start <= second < end}
        now = Moment(second, START + second, "clock" not in bad)
        results += events.update(now, "the disk is full" if "storage" in bad else None, {})
    return results


def ping_pong(frames: list[Picture], number: int) -> Iterator[Picture]:
    """A video forwards and backwards, repeatedly: without a cut."""
    yield from itertools.islice(itertools.cycle([*frames, *frames[-2:0:-1]]), number)


def standing(picture: Picture, number: int, seed: int) -> Iterator[Picture]:
    """A still as a camera would show it: noise, slowly changing light, and a shaking mount."""
    rng = np.random.default_rng(seed)
    noise = [rng.normal(0, 3, picture.shape).astype(np.float32) for _ in range(7)]
    for index in range(number):
        light = np.float32(1 + 0.06 * np.sin(2 * np.pi * index / HOUR[0] / 47))
        shift = np.array([[1, 0, 0.7 * np.sin(0.9 * index)], [0, 1, 0.5 * np.cos(1.3 * index)]], np.float32)
        shifted = cv2.warpAffine(picture, shift, (picture.shape[1], picture.shape[0]), borderMode=cv2.BORDER_REFLECT)
        yield np.clip(shifted * light + noise[index % 7], 0, 255).astype(np.uint8)


#: A rule of each kind, as strict as the quiet footage allows: nobody is in `corner`, and nobody crosses the line.
def rules(max_count: int, direction: str = "both") -> list[dict[str, Any]]:
    return [
        {"name": "intruder", "kind": "presence", "zone": "corner", "outside": "open"},
        {"name": "entry", "kind": "crossing", "line": "door", "direction": direction, "count": ["person", "car"]},
        {"name": "full", "kind": "crowd", "zone": "picture", "max_count": max_count},
        *({"name": kind, "kind": kind, "cool_down": 0} for kind in ("covered", "moved", "dark", "lost")),
    ]


#: The upper edge, where no feet are.
TOP = [(0.0, 0.0), (1.0, 0.0), (1.0, 0.03), (0.0, 0.03)]


def _free_side(boxes: list[list[float]], width: int) -> list[tuple[float, float]]:
    """The widest vertical strip without a box; the upper edge where there is none."""
    edges, best = sorted((max(0.0, b[0] - 8), min(width, b[2] + 8)) for b in boxes), (0.0, 0.0)
    at = 0.0
    for left, right in [*edges, (float(width), float(width))]:
        best = max(best, (at, left), key=lambda strip: strip[1] - strip[0])
        at = max(at, right)
    a, b = best[0] / width, best[1] / width
    if b - a < 0.05:
        return TOP
    return [(a, 0.0), (b, 0.0), (b, 1.0), (a, 1.0)]


#: Stills with unannotated people in the strip that should be empty: too distant or too much occluded for the annotator.
#: A person sees them, and so does the program.
PEOPLED = (
    *(f"coco_{number:012}" for number in (74, 257, 308, 488, 544)),
    *("pf_FudanPed00027", "pf_FudanPed00031", "pf_FudanPed00043", "pf_PennPed00056", "pf_PennPed00064"),
)


def hour(folder: Path, detectors: Detectors) -> dict[str, Any]:
    """An hour without events: an empty hall, somebody who stands and talks, a car park, and twenty pictures of
    people."""
    clips, people = folder / "clips" / "videos", folder / "people"
    middle, corner = [(0.5, 0.0), (0.5, 1.0)], [(0.0, 0.0), (0.12, 0.0), (0.12, 1.0), (0.0, 1.0)]
    hall = read_frames(next(clips.glob("one-by-one*")), range(0, 56, 5), 512)
    talks = read_frames(next(clips.glob("*person.mp4")), range(200, 600, 15), 512)
    cars = read_frames(next(clips.glob("*parking.mp4")), range(0, 1), 512)[0]
    # The speaker fills the picture: the line is above them, and there is no free strip.
    over = [(0.0, 0.08), (1.0, 0.08)]
    minutes = 60 * HOUR[0]
    parts: list[tuple[str, int, Pictures, Site]] = [
        ("an empty hall", 20, ping_pong(hall, 20 * minutes), site(rules(0), corner, middle)),
        ("somebody who stands and talks", 10, ping_pong(talks, 10 * minutes), site(rules(1), TOP, over)),
        ("a car park", 10, standing(cars, 10 * minutes, 1), site(rules(0), corner, middle)),
    ]
    annotations = json.loads((people / "annotations.json").read_text(encoding="utf-8"))["images"]
    some = [
        one for one in annotations if one.get("count_people") and Path(one["file"]).name.startswith(("pf_", "coco"))
    ]
    some = [one for one in (*some[::5], *some[2::5]) if Path(one["file"]).stem not in PEOPLED]
    for number, one in enumerate(some[:20]):
        whole = read_image(people / one["file"])
        boxes = [box["xyxy"] for box in one["boxes"] if box["kind"] == "person"]
        quiet = site(rules(12), _free_side(boxes, whole.shape[1]), middle)
        parts.append(("people who stand", 1, standing(_smaller(whole, 512), minutes, number), quiet))
    results: dict[str, dict[str, Any]] = {}
    for name, length, pictures, of in parts:
        store = run_camera(pictures, HOUR, of, detectors)
        row = results.setdefault(name, {"minutes": 0, "observed": 0.0, "events": {}})
        row["minutes"] += length
        row["observed"] = round(row["observed"] + sum(one.observed_seconds for one in store.bins) / 60, 2)
        for event in store.events:
            row["events"][event.kind.value] = row["events"].get(event.kind.value, 0) + 1
    return results


#: The events of the scene, and their start in seconds.
SCRIPT = {
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
#: Seconds of it for the camera, and for the site.
CAMERA_S, SITE_S = 350, 3600


def scene(folder: Path, detectors: Detectors) -> dict[str, Any]:
    """One event of each kind: in the hall, with people cut from stills, and faults of the camera and of the site."""
    hall = [
        cv2.resize(one, (counting.WIDTH, counting.HEIGHT))
        for one in read_frames(next((folder / "clips" / "videos").glob("one-by-one*")), range(0, 56, 2))
    ]
    who = counting.cutouts(folder / "people", 6)
    of = site(rules(3, "backward"), [(0.8, 0.0), (1.0, 0.0), (1.0, 1.0), (0.8, 1.0)], [(0.3, 0.0), (0.3, 1.0)])
    faults: dict[str, tuple[float, float]] = {
        "storage": (SCRIPT[EventKind.STORAGE], 900),
        "clock": (SCRIPT[EventKind.CLOCK], 3000),
    }
    events = [*run_camera(_render_scene(hall, who), SCENE, of, detectors).events, *site_of(SITE_S, faults, of)]
    results = [{"kind": event.kind.value, "at": round(event.time - START, 1)} for event in events]
    return {"script": {kind.value: at for kind, at in SCRIPT.items()}, "reported": results}


def _render_scene(hall: list[Picture], who: list[Picture]) -> Pictures:
    for index, picture in enumerate(ping_pong(hall, CAMERA_S * SCENE[0])):
        now = index / SCENE[0]
        canvas = picture.astype(float)
        for number, (x, y) in enumerate(_walkers(now)):
            counting._paste(canvas, who[number], x, y, 260)
        yield _with_fault(np.clip(canvas, 0, 255).astype(np.uint8), now, index)


def _walkers(now: float) -> list[tuple[float, float]]:
    """Feet of the people in the picture, px."""
    wide, tall = counting.WIDTH, counting.HEIGHT
    if 40 <= now < 54:  # in from the left to the middle, and back: one crossing of the line to the right
        t = now - 40
        return [(-70 + 90 * min(t, 14 - t), 0.93 * tall)]
    if 80 <= now < 96:  # in from the right, stays in the corner, and leaves
        return [(max(0.9 * wide, min(1.08, 1.08 - (now - 80) * 0.05, 0.6 + (now - 80) * 0.035) * wide), 0.93 * tall)]
    if 120 <= now < 140:  # four who enter from below the picture, and leave the same way
        t = now - 120
        up = min(1.0, t / 4, (20 - t) / 4)
        return [((0.38 + 0.1 * n) * wide, (1.5 - 0.55 * up) * tall) for n in range(4)]
    return []


def _with_fault(picture: Picture, now: float, index: int) -> Picture | None:
    def during(kind: EventKind, seconds: float) -> bool:
        return SCRIPT[kind] <= now < SCRIPT[kind] + seconds

    if during(EventKind.LOST, 20):
        return None
    if now < min(SCRIPT[kind] for kind in (EventKind.COVERED, EventKind.MOVED, EventKind.DARK)):
        return picture
    noise = np.random.default_rng(index).normal(0, 2.5, picture.shape)
    if during(EventKind.COVERED, 20):  # a hand over the lens: skin, out of focus
        base: Picture = np.asarray(cv2.blur(picture, (255, 255)), float) * 0.25 + np.array([60, 80, 130])
        return np.clip(base + noise, 0, 255).astype(np.uint8)
    if during(EventKind.MOVED, 20):
        return np.ascontiguousarray(np.roll(picture, picture.shape[1] * 2 // 5, axis=1)[::-1])
    if during(EventKind.DARK, 20):
        return np.clip(picture * 0.02 + noise, 0, 255).astype(np.uint8)
    return picture


def tables(results: dict[str, Any]) -> str:
    """The tables of the page."""
    lines = [""]
    if "hour" in results:
        lines += ["| quiet hour | minutes | observed | events |", "| --- " * 4 + "|"]
        for name, one in results["hour"].items():
            events = ", ".join(f"{kind} {count}" for kind, count in sorted(one["events"].items())) or "none"
            lines.append(f"| {name} | {one['minutes']} | {one['observed']:.1f} | {events} |")
        lines.append("")
    if "scene" in results:
        lines += ["| event in the scene | starts at | reported at |", "| --- " * 3 + "|"]
        for kind, at in results["scene"]["script"].items():
            when = ", ".join(f"{one['at']:.0f} s" for one in results["scene"]["reported"] if one["kind"] == kind)
            lines.append(f"| {kind} | {at} s | {when or 'never'} |")
    return "\n".join([*lines, ""])


def once_each(results: dict[str, Any]) -> bool:
    """Whether each kind was reported exactly once."""
    return Tally(one["kind"] for one in results["reported"]) == dict.fromkeys((kind.value for kind in EventKind), 1)


def render(results: dict[str, Any]) -> None:
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    page = counting.PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    counting.PAGE.write_text(before + BEGIN + tables(results) + END + rest.partition(END)[2], encoding="utf-8")


def main() -> None:
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    if sys.argv[1:] != ["--render-only"]:
        folder, wanted = Path(sys.argv[1]), sys.argv[2:] or ["hour", "scene"]
        detectors = Detectors(Registry.load())
        if "scene" in wanted:
            results["scene"] = scene(folder, detectors)
        if "hour" in wanted:
            results["hour"] = hour(folder, detectors)
    print(json.dumps(results, indent=1))
    render(results)


if __name__ == "__main__":
    main()
