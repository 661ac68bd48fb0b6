"""The story of `passerby bench accuracy`: known footage, redacted by the program itself, compared pixel by pixel.

The measure sees what the original shows and what the result shows, and where the truth says that something must be
hidden. It knows neither plan nor masks, so that any tool's results can be scored. A frame or a file that is missing
counts as shown: whoever compares tools must not gain by giving up.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise, zip_longest
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from passerby.bench.aggregate import Scored, Seen
from passerby.bench.annotations import ANNOTATIONS, Entry, TrueBox, read_annotations
from passerby.bench.cases import SUFFIX, read_cases
from passerby.bench.cold_run import run_plain
from passerby.bench.collateral import Picture, luma, surroundings
from passerby.bench.frames import geometry, read_film, read_still, twin
from passerby.bench.residual_detail import EVERYTHING, detail_left
from passerby.core.errors import SourceError, UsageError
from passerby.core.media import Geometry

#: Told after each file: how many are done, and of how many.
Told = Callable[[int, int], None]
#: Frames a second of a film whose truth speaks of frames that nobody can read.
_NOMINAL = 25.0


def read_truth(folder: Path) -> list[Entry]:
    """All that a folder knows: its annotations and its cases.

    Raises SourceError when something in it cannot be read, UsageError when there is nothing.
    """
    entries = read_annotations(folder) + read_cases(folder)
    if not entries:
        raise UsageError(
            f"{folder} has no {ANNOTATIONS} that names files, and no *{SUFFIX}. docs/ref/bench.md says what they hold."
        )
    return entries


def redact_all(entries: Sequence[Entry], folder: Path, program: Sequence[str], quiet: bool = False) -> Path:
    """Run `program` (a command that takes INPUT... --out-dir DIR) over all entries; the folder that holds the results.

    It is shown a folder of links, so that neither names nor what else lies beside the originals plays a part. Its
    progress is seen unless `quiet`. Raises PasserbyError when not one file came out.
    """
    links, results = folder / "in", folder / "out"
    for entry in entries:
        link = links / entry.name
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.is_symlink():
            link.symlink_to(entry.path.resolve())
    run_plain([*program, str(links), "--out-dir", str(results)], folder, results, quiet)
    return results


def score(entries: Sequence[Entry], redacted: Path, told: Told | None = None) -> Scored:
    """Compare every entry with its result in `redacted`. Two files at a time and more, the sums in their order."""
    total = Scored()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for number, scored in enumerate(pool.map(lambda entry: _score_one(entry, redacted), entries), 1):
            total.add(scored)
            if told is not None:
                told(number, len(entries))
    return total


def _score_one(entry: Entry, redacted: Path) -> Scored:
    scored, result = Scored(), twin(redacted, entry.name)
    if result is None:
        scored.problems.append(f"{entry.name}: no redacted file")
        _missing(scored, entry, entry.frames)
    elif entry.still:
        _still(scored, entry, result)
    else:
        _film(scored, entry, result)
    return scored


def _still(scored: Scored, entry: Entry, result: Path) -> None:
    try:
        _compare(scored, entry, 0, 0.0, 0.0, read_still(entry.path), read_still(result), None)
    except SourceError:
        scored.problems.append(f"{entry.name}: unreadable")
        _missing(scored, entry, entry.frames)


def _film(scored: Scored, entry: Entry, result: Path) -> None:
    shape = geometry(entry.path)
    times: list[float] = []
    first = len(scored.seen)
    lost: list[int] = []
    try:
        for index, (before, after) in enumerate(zip_longest(read_film(entry.path), _readable(result))):
            if before is None:
                scored.problems.append(f"{entry.name}: more frames than the original, from {index} on")
                break
            times.append(before[0])
            if after is None:
                lost.append(index)
            elif index in entry.frames:
                _compare(scored, entry, index, before[0], 0.0, before[1], after[1], shape)
    except SourceError as error:  # the original: nothing can be said of what it does not show
        scored.problems.append(f"{entry.name}: {error}")
    if lost:
        scored.problems.append(f"{entry.name}: fewer frames than the original, from {lost[0]} on")
        _missing(scored, entry, lost, times)
    # How long a frame lasts is known when the next one has come.
    rate = _rate(times)
    lasting = [b - a for a, b in pairwise(times)] + [1 / rate]
    scored.seen[first:] = [
        Seen(seen.name, seen.index, seen.time, lasting[seen.index], seen.box, seen.detail)
        for seen in scored.seen[first:]
    ]


def _readable(result: Path) -> Iterator[tuple[float, Picture]]:
    """The frames of a result up to where it can no longer be read: from there on it counts as missing."""
    try:
        yield from read_film(result)
    except SourceError:
        return


def _rate(times: Sequence[float]) -> float:
    long = times[-1] - times[0] if len(times) > 1 else 0.0
    return (len(times) - 1) / long if long > 0 else _NOMINAL


def _missing(scored: Scored, entry: Entry, frames: Iterable[int], times: Sequence[float] = ()) -> None:
    for index in frames:
        time = times[index] if index < len(times) else index / _NOMINAL
        for box in entry.frames.get(index, ()):
            if box.counts:
                scored.seen.append(Seen(entry.name, index, time, 1 / _NOMINAL, box, EVERYTHING))


def _compare(
    scored: Scored,
    entry: Entry,
    index: int,
    time: float,
    lasts: float,
    before: Picture,
    after: Picture,
    shape: Geometry | None,
) -> None:
    """One frame. `shape` says how its stored pixels are displayed; None where they are as displayed."""
    if before.shape != after.shape:
        height, width = before.shape[:2]
        problem = f"{entry.name}: {width}x{height} became {after.shape[1]}x{after.shape[0]}"
        if problem not in scored.problems:
            scored.problems.append(problem)
        after = cv2.resize(after, (width, height)).astype(np.uint8, copy=False)
    boxes = entry.frames[index]
    around = surroundings(before, after, [_stored_box(box, shape) for box in boxes])
    if not entry.exhaustive:  # what else is in the picture, nobody has said
        around.touched = around.pixels = 0
    scored.around.add(around)
    luma_before, luma_after = luma(before), luma(after)
    for box in boxes:
        if box.counts:
            detail = detail_left(luma_before, luma_after, _stored_corners(box, shape))
            if detail is not None:
                scored.seen.append(Seen(entry.name, index, time, lasts, box, detail))


def _stored_corners(box: TrueBox, shape: Geometry | None) -> npt.NDArray[np.float32]:
    corners = np.array(box.corners, np.float64)
    return (corners if shape is None else shape.to_stored(corners)).astype(np.float32)


def _stored_box(box: TrueBox, shape: Geometry | None) -> tuple[float, ...]:
    if shape is None:
        return box.box
    x1, y1, x2, y2 = box.box
    a, b = shape.to_stored(np.array([[x1, y1], [x2, y2]])).tolist()
    return (min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1]))
