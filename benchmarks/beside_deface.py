#!/usr/bin/env python3
"""Is there a face that deface hides and passerby shows? Both on the same clips, compared box by box.

    benchmarks/beside_deface.py FOLDER OUT [--hide face]

FOLDER has annotated footage (docs/ref/bench.md). Both programs run as installed; their results are kept in
OUT/passerby and OUT/deface, and used again where they are there. Printed are, for each file, how many annotated boxes
either shows, and how many passerby shows and deface does not. Of each object of which such a box shows, the worst
frame is kept in OUT/pictures: original, passerby, deface, side by side. Ends with 1 when there is any.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
from suites import deface_results

from passerby.bench.accuracy import read_ground_truth, redact_all, score
from passerby.bench.aggregate import ScoredBox
from passerby.bench.annotations import AnnotatedFile
from passerby.bench.collateral import Image
from passerby.bench.frames import find_result, read_still, read_video
from passerby.bench.tools import PASSERBY_COMMAND, deface_program
from passerby.detect.weights import cache_folder

#: What identifies a box in both results.
Key = tuple[str, int, tuple[float, ...]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--hide", nargs="+", default=["face", "plate"], help="kinds that passerby hides")
    arguments = parser.parse_args()
    entries = read_ground_truth(arguments.folder)
    ours, theirs = arguments.out / "passerby" / "out", arguments.out / "deface"
    if not ours.is_dir():
        hide = [part for kind in arguments.hide for part in ("--hide", kind)]
        redact_all(entries, ours.parent, [*PASSERBY_COMMAND, "redact", *hide])
    if not theirs.is_dir():
        deface_results(deface_program(cache_folder(os.environ).with_name("benchmarks")), arguments.folder, theirs)
    shown_by_us, shown_by_them = shown(entries, ours), shown(entries, theirs)
    alone = [box for key, box in shown_by_us.items() if key not in shown_by_them]
    print(f"{'file':32} {'passerby':>9} {'deface':>9} {'passerby alone':>15}")
    for entry in entries:
        counts = [count(boxes, entry.name) for boxes in (shown_by_us.values(), shown_by_them.values(), alone)]
        print(f"{entry.name[-32:]:32} {counts[0]:9} {counts[1]:9} {counts[2]:15}")
    print(f"{'all':32} {len(shown_by_us):9} {len(shown_by_them):9} {len(alone):15}")
    for entry in entries:
        keep_pictures(entry, alone, ours, theirs, arguments.out / "pictures")
    return 1 if alone else 0


def shown(entries: list[AnnotatedFile], results: Path) -> dict[Key, ScoredBox]:
    """The boxes of faces of which too much shows in `results`."""
    leaked = (box for box in score(entries, results).boxes if box.box.kind == "face" and box.detail.leaked)
    return {(box.name, box.index, tuple(box.box.box)): box for box in leaked}


def count(boxes: Iterable[ScoredBox], file: str) -> int:
    return sum(box.name == file for box in boxes)


def keep_pictures(entry: AnnotatedFile, alone: Iterable[ScoredBox], ours: Path, theirs: Path, folder: Path) -> None:
    """The worst frame of each object that passerby alone shows."""
    worst: dict[str | None, ScoredBox] = {}
    for box in alone:
        if box.name == entry.name:
            known = worst.get(box.box.track)
            if known is None or box.detail.whole > known.detail.whole:
                worst[box.box.track] = box
    wanted = {box.index for box in worst.values()}
    sources = [entry.path, find_result(ours, entry.name), find_result(theirs, entry.name)]
    pictures: dict[int, list[Image]] = defaultdict(list)
    for source in sources if worst else []:
        for index, image in frames(entry, source):
            if index in wanted:
                pictures[index].append(image)
    for number, (track, box) in enumerate(sorted(worst.items(), key=lambda item: item[1].index)):
        folder.mkdir(parents=True, exist_ok=True)
        sides = [outlined(image, box) for image in pictures[box.index]]
        height = min(side.shape[0] for side in sides)
        row = np.hstack([cv2.resize(s, (round(s.shape[1] * height / s.shape[0]), height)) for s in sides])
        name = f"{Path(entry.name).stem}-{number}-track{track}-frame{box.index}.png"
        cv2.imwrite(str(folder / name), row)


def frames(entry: AnnotatedFile, source: Path | None) -> Iterable[tuple[int, Image]]:
    if source is None:
        return []
    if entry.still:
        return [(0, read_still(source))]
    return ((index, image) for index, (_, image) in enumerate(read_video(source)))


def outlined(image: Image, box: ScoredBox) -> Image:
    x1, y1, x2, y2 = (round(v) for v in box.box.box)
    return np.asarray(cv2.rectangle(image.copy(), (x1, y1), (x2, y2), (0, 255, 0), 2), np.uint8)


if __name__ == "__main__":
    sys.exit(main())
