"""How well a drawn box is propagated: `python benchmarks/propagation.py FOLDER`, a folder of clips with
annotations.json.

Each face and plate is drawn once, by its annotated box, in the middle frame that shows it whole, and propagated both
ways to the ends of the clip. A frame counts as covered when at least 80 % of the annotated box is.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from passerby.core.box import Box
from passerby.documents.plan import VideoPlan
from passerby.review.propagate import BoxPropagator
from passerby.source.video.file import VideoFile

MIN_COVERAGE = 0.8
MIN_SIDE_PX = 12


def main(folder: Path) -> None:
    shares: dict[str, list[float]] = {}
    for clip in json.loads((folder / "annotations.json").read_text())["videos"]:
        for kind, number, share, size in score(folder / clip["file"], clip):
            shares.setdefault(kind, []).append(share)
            print(f"{clip['file']} {kind} {number}: {share:.1%} of the frames, mask {size:.2f} times the box")
    for kind, each in sorted(shares.items()):
        good = sum(share >= 0.9 for share in each)
        print(f"{kind}: {len(each)} tracks, {good} covered in 90 % of the frames, mean {sum(each) / len(each):.1%}")


def score(path: Path, clip: dict[str, Any]) -> Iterator[tuple[str, int, float, float]]:
    """(kind, track, share of the frames in which it is covered, mean area of the masks over that of the boxes)."""
    truth: dict[tuple[str, int], dict[int, Box]] = {}
    for frame in clip["frames"]:
        for box in frame["boxes"]:
            if not box.get("ignore"):
                truth.setdefault((box["kind"], box["track"]), {})[frame["index"]] = Box(*box["xyxy"])
    with VideoFile.open(path) as video:
        info = video.info.videos[0]
    width, height = info.geometry.display_size
    plan = VideoPlan(
        stream=info.stream,
        time_base=info.time_base,
        width=width,
        height=height,
        frames=len(clip["frames"]),
        analysed=(),
    )
    follower = BoxPropagator(path, 0, plan)
    for (kind, number), boxes in truth.items():
        boxes = {n: box for n, box in boxes.items() if box.shorter_side >= MIN_SIDE_PX}
        whole = [
            n for n, box in boxes.items() if box.x1 > 1 and box.y1 > 1 and box.x2 < width - 1 and box.y2 < height - 1
        ]
        if not whole:
            continue
        start = whole[len(whole) // 2]
        masks = {start: boxes[start]}
        masks |= {point.frame: point.box for point in follower.forward(start, boxes[start])}
        masks |= {point.frame: point.box for point in follower.backward(start, boxes[start])}
        covered = [n in masks and box.containment(masks[n]) >= MIN_COVERAGE for n, box in boxes.items()]
        sizes = [masks[n].area / box.area for n, box in boxes.items() if n in masks]
        yield kind, number, sum(covered) / len(covered), sum(sizes) / len(sizes)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
