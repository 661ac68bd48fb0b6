#!/usr/bin/env python
"""Counting accuracy: benchmarks/counting.py EVAL [people] [clip] [scene] measures on annotated footage, and writes the
results, the plot, and the tables of docs/design/counts.md. With --render-only it writes from saved results.

EVAL is a folder with `people` (stills with `count_people` and boxes) and `clips` (`one-by-one…`), described by the
annotations.json there.
"""

from __future__ import annotations

import json
import math
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from counting_harness import count
from matplotlib.figure import Figure
from plots import INK, OURS, PLAIN, save

from passerby.bench.scratch import scratch_folder
from passerby.config.counting_config import Anchor, CountingSettings, Line
from passerby.core.kinds import Kind
from passerby.demo.sample import read_image
from passerby.detect.model import Detectors
from passerby.detect.profiles import BODY, DetectionProfile
from passerby.detect.weights import Registry
from passerby.track.counting_tracker import CountingTracker

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "counting.json"
PLOT = ROOT / "docs" / "plots" / "counting.svg"
PAGE = ROOT / "docs" / "design" / "counts.md"
BEGIN, END = "<!-- made by benchmarks/counting.py -->\n", "<!-- end -->"

#: Longer side of the picture for body detection: as for a camera.
SIZE = DetectionProfile().body_sizes[0]
#: The doorway is at the lower edge: people enter from below the camera, with their feet out of view.
DOORWAY = Line(name="doorway", points=((0.0, 0.62), (1.0, 0.62)), anchor=Anchor.MIDDLE)


def people(folder: Path, detectors: Detectors) -> dict[str, Any]:
    """Counted versus annotated on stills: each is repeated until tracks are confirmed, as before a fixed camera."""
    annotations = json.loads((folder / "annotations.json").read_text(encoding="utf-8"))["images"]
    rows = []
    for one in annotations:
        if one.get("count_people") is None:
            continue
        picture = read_image(folder / one["file"])
        height, width = picture.shape[:2]
        scale = min(1.0, SIZE / max(width, height))
        size = round(width * scale), round(height * scale)
        small = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
        found = detectors[BODY].detect(small, 0.15, {Kind.PERSON})
        bodies = CountingTracker(small.shape[1], small.shape[0])
        seen = [bodies.update(0.4 * look, None, found) or [] for look in range(6)]
        counted = sum(body.confirmed for body in seen[-1])
        set_ = Path(one["file"]).name.split("_")[0].split("-")[0]
        rows.append({"set": set_, "true": one["count_people"], "counted": counted})
    sets = {}
    for name in ("all", *sorted({row["set"] for row in rows})):
        of = [row for row in rows if name in ("all", row["set"])]
        errors = [row["counted"] - row["true"] for row in of]
        sets[name] = {
            "pictures": len(of),
            "people": sum(row["true"] for row in of),
            "counted": sum(row["counted"] for row in of),
            "error": round(sum(map(abs, errors)) / len(errors), 2),
            "bias": round(sum(errors) / len(errors), 2),
        }
    return {"sets": sets, "pairs": [[row["true"], row["counted"]] for row in rows]}


def clip(folder: Path, detectors: Detectors) -> dict[str, Any]:
    """Six people, one at a time, by the detection interval (frames of a tenth of a second)."""
    (path,) = (folder / "videos").glob("one-by-one*")
    counting = CountingSettings(lines=(DOORWAY,))
    found = {}
    for every in (4, 8):
        counted = count(path, counting, every, detectors)
        forward, back = counted.line("doorway")
        found[f"{every / 10:.1f}"] = {"in": back, "out": forward, "tracks": counted.tracks}
    return {"true": 6, "intervals": found}


#: Frame rate and size of the synthetic scenes, and seconds of each.
RATE, WIDTH, HEIGHT, SECONDS = 10, 960, 540, 24
DETECTION_INTERVAL = 4


def cutouts(folder: Path, number: int) -> list[np.ndarray]:
    """Upright, unoccluded people as BGRA cutouts."""
    annotations = json.loads((folder / "annotations.json").read_text(encoding="utf-8"))["images"]
    found = []
    for one in annotations:
        boxes = [box for box in one["boxes"] if box["kind"] == "person"]
        if not Path(one["file"]).name.startswith("pf_") or len(boxes) != 1:
            continue
        x1, y1, x2, y2 = (round(v) for v in boxes[0]["xyxy"])
        picture = read_image(folder / one["file"])
        if not 2 < (y2 - y1) / (x2 - x1) < 3.6 or x1 < 4 or y1 < 4:
            continue
        # The strip through head and feet is certainly foreground; the rest of the box may be.
        wide, height_px = x2 - x1, y2 - y1
        mask = np.full(picture.shape[:2], cv2.GC_BGD, np.uint8)
        mask[y1:y2, x1:x2] = cv2.GC_PR_FGD
        mask[y1 : y1 + height_px // 5, x1 : x1 + wide // 4] = cv2.GC_PR_BGD
        mask[y1 : y1 + height_px // 5, x2 - wide // 4 : x2] = cv2.GC_PR_BGD
        mask[y1 + height_px // 40 : y2 - height_px // 40, x1 + wide * 2 // 5 : x2 - wide * 2 // 5] = cv2.GC_FGD
        # cv2's stubs do not know that None lets it create the models itself.
        cv2.grabCut(picture, mask, None, None, None, 4, cv2.GC_INIT_WITH_MASK)  # type: ignore[call-overload]  # None: OpenCV makes them
        alpha = np.where((mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD), 255, 0).astype(np.uint8)
        soft = cv2.GaussianBlur(cv2.dilate(alpha, np.ones((5, 5), np.uint8)), (5, 5), 0)
        part = np.dstack([picture, soft])[y1:y2, x1:x2]
        if 0.35 < (part[..., 3] > 128).mean() < 0.9:
            found.append(part)
        if len(found) == number:
            break
    return found


def paths(name: str) -> list[tuple[float, float, float, float, float]]:
    """The walkers: (height in px, x and y of the feet at the start, x at the end, start in seconds)."""
    if name == "apart":  # one after the other, both ways
        return [(170, -60 if i % 2 else 1020, 380 + 12 * i, 1020 if i % 2 else -60, 2.4 * i) for i in range(8)]
    if name == "crossing":  # pairs that meet in the middle, one before the other
        return [
            (180 + 10 * (i % 2), -60 if i % 2 else 1020, 400 + 45 * (i % 2), 1020 if i % 2 else -60, 2.8 * (i // 2))
            for i in range(12)
        ]
    if name == "crowd":  # many at once, at all depths
        rng = np.random.default_rng(7)
        return [
            (
                float(rng.uniform(110, 200)),
                -60 if i % 3 else 1020,
                float(rng.uniform(300, 520)),
                1020 if i % 3 else -60,
                float(rng.uniform(0, 12)),
            )
            for i in range(20)
        ]
    # standing: four stand still, one of them swaying on the line, and two walk past in front of and behind them
    standing = ((200, 400), (330, 430), (480, 420), (700, 410))
    return [*((170, x, y, x + 0.001, 0.0) for x, y in standing), (190, -60, 480, 1020, 3.0), (150, 1020, 350, -60, 8.0)]


def scene(
    path: Path, people: list[np.ndarray], walks: list[tuple[float, float, float, float, float]]
) -> dict[str, int]:
    """Render a video of people on known paths; the crossings of the middle per direction, and the number of people."""
    rng = np.random.default_rng(3)
    rough = cv2.resize(rng.normal(0, 9, (HEIGHT // 12, WIDTH // 12)), (WIDTH, HEIGHT))
    ground = (np.linspace(165, 120, HEIGHT)[:, None] + rough)[..., None].repeat(3, axis=2)
    crossings = {"forward": 0, "back": 0}
    crossing_s = 8.0  # seconds across the picture
    for _, x1, _, x2, _ in walks:
        if (x1 - 480) * (x2 - 480) < 0:
            crossings["back" if x2 > x1 else "forward"] += 1
    with av.open(path, "w") as container:
        stream = container.add_stream("libx264", rate=RATE, options={"crf": "20", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(RATE * SECONDS):
            now, picture = number / RATE, ground.copy()
            for i in sorted(range(len(walks)), key=lambda i: walks[i][2]):
                height_px, x1, y, x2, begin = walks[i]
                if not begin <= now <= begin + crossing_s and abs(x2 - x1) > 1:
                    continue
                share = (now - begin) / crossing_s
                standing = abs(x2 - x1) <= 1
                x = x1 + 5 * math.sin(2.5 * now + i) if standing else x1 + (x2 - x1) * share
                _paste(picture, people[i % len(people)], x, y + (0 if standing else 2 * math.sin(9 * now)), height_px)
            noisy = picture + rng.normal(0, 2.5, picture.shape)
            frame = av.VideoFrame.from_ndarray(np.clip(noisy, 0, 255).astype(np.uint8), format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return {**crossings, "people": len(walks)}


def _paste(picture: np.ndarray, person: np.ndarray, x: float, y: float, height_px: float) -> None:
    """Feet at (x, y), `height_px` pixels high."""
    scale = height_px / person.shape[0]
    size = max(2, round(person.shape[1] * scale)), max(2, round(height_px))
    small = cv2.resize(person, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    left, top = round(x - size[0] / 2), round(y - size[1])
    x1, y1 = max(0, left), max(0, top)
    x2, y2 = min(WIDTH, left + size[0]), min(HEIGHT, top + size[1])
    if x1 >= x2 or y1 >= y2:
        return
    part = small[y1 - top : y2 - top, x1 - left : x2 - left]
    alpha = part[..., 3:] / 255
    picture[y1:y2, x1:x2] = picture[y1:y2, x1:x2] * (1 - alpha) + part[..., :3] * alpha


def scenes(folder: Path, detectors: Detectors, keep: Path | None = None) -> dict[str, Any]:
    """Double counts and misses on synthetic scenes: people cut from stills, on known paths, over a line in the
    middle."""
    counting = CountingSettings(lines=(Line(name="middle", points=((0.5, 0.0), (0.5, 1.0))),))
    people_cutouts, found = cutouts(folder, 10), {}
    with scratch_folder() as made:
        for name in ("apart", "crossing", "crowd", "standing"):
            path = (keep or made) / f"{name}.mp4"
            annotations = scene(path, people_cutouts, paths(name))
            counted = count(path, counting, DETECTION_INTERVAL, detectors)
            forward, back = counted.line("middle")
            over = max(0, forward - annotations["forward"]) + max(0, back - annotations["back"])
            under = max(0, annotations["forward"] - forward) + max(0, annotations["back"] - back)
            found[name] = {
                "true": annotations["forward"] + annotations["back"],
                "counted": forward + back,
                "doubles": over,
                "misses": under,
                "people": annotations["people"],
                "tracks": counted.tracks,
            }
    return found


def tables(results: dict[str, Any]) -> str:
    """The tables of the page."""
    lines = [
        "",
        "| stills | pictures | people | counted | mean absolute error per picture | bias |",
        "| --- " * 6 + "|",
    ]
    for name, one in results["people"]["sets"].items():
        counted = f"{one['pictures']} | {one['people']} | {one['counted']}"
        lines.append(f"| {name} | {counted} | {one['error']:.2f} | {one['bias']:+.2f} |")
    lines += ["", "![counted versus annotated](../plots/counting.svg)", ""]
    lines += ["| detection interval | entered (true: 6) | left (true: 0) | tracks |", "| --- " * 4 + "|"]
    for seconds, one in results["clip"]["intervals"].items():
        lines.append(f"| {seconds} s | {one['in']} | {one['out']} | {one['tracks']} |")
    lines += ["", "| synthetic scene | crossings | counted | double | missed | people | tracks |", "| --- " * 7 + "|"]
    for name, one in results["scene"].items():
        lines.append(
            f"| {name} | {one['true']} | {one['counted']} | {one['doubles']} | {one['misses']} | {one['people']} "
            f"| {one['tracks']} |"
        )
    return "\n".join([*lines, ""])


def plot(results: dict[str, Any]) -> Figure:
    """Counted versus annotated, a dot per pair, larger for more pictures."""
    pairs: list[tuple[int, int]] = [(true, counted) for true, counted in results["people"]["pairs"]]
    figure = Figure(figsize=(5.2, 4.4), layout="constrained")
    axes = figure.subplots()
    limit = max(max(pair) for pair in pairs) + 1
    axes.plot([0, limit], [0, limit], color=PLAIN, linewidth=1)
    for pair in sorted(set(pairs)):
        true, counted = pair
        axes.scatter(
            true, counted, s=14 + 9 * pairs.count(pair), color=OURS, alpha=0.75, edgecolors="white", linewidths=0.5
        )
    error = results["people"]["sets"]["all"]["error"]
    axes.text(0.3, limit - 0.5, f"mean absolute error {error:.2f} of {len(pairs)} pictures", color=INK, va="top")
    axes.set_xlabel("people in the picture (annotated)")
    axes.set_ylabel("people counted")
    axes.set_xlim(-0.5, limit)
    axes.set_ylim(-0.5, limit)
    return figure


def render(results: dict[str, Any]) -> None:
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    PLOT.parent.mkdir(exist_ok=True)
    save(plot(results), PLOT)
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    PAGE.write_text(before + BEGIN + tables(results) + END + rest.partition(END)[2], encoding="utf-8")


def main() -> None:
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    if sys.argv[1:] != ["--render-only"]:
        folder, wanted = Path(sys.argv[1]), sys.argv[2:] or ["people", "clip", "scene"]
        detectors = Detectors(Registry.load())
        if "people" in wanted:
            results["people"] = people(folder / "people", detectors)
        if "clip" in wanted:
            results["clip"] = clip(folder / "clips", detectors)
        if "scene" in wanted:
            results["scene"] = scenes(folder / "people", detectors)
    render(results)
    print(tables(results))


if __name__ == "__main__":
    main()
