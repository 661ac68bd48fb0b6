"""The entry point of `passerby bench accuracy`: known footage, redacted by the program itself, compared by pixels.

It compares what the original shows with what the result shows, where the annotations say that something must be hidden.
It knows neither plan nor masks, so that any tool's results can be scored. A missing frame or file counts as visible: a
tool must not gain by giving up.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise, zip_longest
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from passerby.bench.aggregate import ScoredBox, Scores
from passerby.bench.annotations import ANNOTATIONS, AnnotatedFile, GroundTruthBox, read_annotations
from passerby.bench.cases import read_cases
from passerby.bench.cold_run import run_batch
from passerby.bench.collateral import Image, compare_outside_boxes, luma
from passerby.bench.frames import find_result, geometry, read_still, read_video
from passerby.bench.residual_detail import ALL_VISIBLE, residual_detail
from passerby.core.errors import SourceError, UsageError
from passerby.core.media import Geometry
from passerby.documents.file_names import CASE_SUFFIX

#: Called after each file with the number of files done, and of all files.
OnFileScored = Callable[[int, int], None]
#: Frame rate that is assumed for a video with annotated frames that cannot be read.
_DEFAULT_FPS = 25.0


def read_ground_truth(folder: Path) -> list[AnnotatedFile]:
    """The annotations and regression cases of a folder.

    Raises SourceError when one of them cannot be read, UsageError when there are none.
    """
    entries = read_annotations(folder) + read_cases(folder)
    if not entries:
        raise UsageError(
            f"{folder} has no {ANNOTATIONS} with files, and no *{CASE_SUFFIX}. "
            "docs/ref/bench.md describes both formats."
        )
    return entries


def redact_all(entries: Sequence[AnnotatedFile], folder: Path, program: Sequence[str], quiet: bool = False) -> Path:
    """Run `program` (a command that accepts INPUT... --out-dir DIR) on all entries; the folder with the results.

    It gets a folder of links, so that neither file names nor other files beside the originals matter. Its progress is
    shown unless `quiet`. Raises PasserbyError when there is no result at all.
    """
    links, results = folder / "in", folder / "out"
    for entry in entries:
        link = links / entry.name
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.is_symlink():
            link.symlink_to(entry.path.resolve())
    run_batch([*program, str(links), "--out-dir", str(results)], folder, results, quiet)
    return results


def score(entries: Sequence[AnnotatedFile], redacted: Path, on_scored: OnFileScored | None = None) -> Scores:
    """Compare every entry with its result in `redacted`, several at a time; sums are in the order of entries."""
    total = Scores()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for number, scored in enumerate(pool.map(lambda entry: _score_file(entry, redacted), entries), 1):
            total.add(scored)
            if on_scored is not None:
                on_scored(number, len(entries))
    return total


def _score_file(entry: AnnotatedFile, redacted: Path) -> Scores:
    scored, result = Scores(), find_result(redacted, entry.name)
    if result is None:
        scored.problems.append(f"{entry.name}: no redacted file")
        _count_missing(scored, entry, entry.frames)
    elif entry.still:
        _score_still(scored, entry, result)
    else:
        _score_video(scored, entry, result)
    return scored


def _score_still(scored: Scores, entry: AnnotatedFile, result: Path) -> None:
    try:
        _compare_frame(scored, entry, 0, 0.0, 0.0, read_still(entry.path), read_still(result), None)
    except SourceError:
        scored.problems.append(f"{entry.name}: unreadable")
        _count_missing(scored, entry, entry.frames)


def _score_video(scored: Scores, entry: AnnotatedFile, result: Path) -> None:
    shape = geometry(entry.path)
    times: list[float] = []
    first = len(scored.boxes)
    missing: list[int] = []
    try:
        for index, (before, after) in enumerate(zip_longest(read_video(entry.path), _decodable_frames(result))):
            if before is None:
                scored.problems.append(f"{entry.name}: more frames than the original, from {index} on")
                break
            times.append(before[0])
            if after is None:
                missing.append(index)
            elif index in entry.frames:
                _compare_frame(scored, entry, index, before[0], 0.0, before[1], after[1], shape)
    except SourceError as error:  # the original: what it does not show cannot be compared
        scored.problems.append(f"{entry.name}: {error}")
    if missing:
        scored.problems.append(f"{entry.name}: fewer frames than the original, from {missing[0]} on")
        _count_missing(scored, entry, missing, times)
    # The duration of a frame is known with the next one.
    rate = _frame_rate(times)
    durations = [b - a for a, b in pairwise(times)] + [1 / rate]
    scored.boxes[first:] = [replace(box, duration=durations[box.index]) for box in scored.boxes[first:]]


def _decodable_frames(result: Path) -> Iterator[tuple[float, Image]]:
    """The frames of a result up to where it can no longer be decoded: the rest counts as missing."""
    try:
        yield from read_video(result)
    except SourceError:
        return


def _frame_rate(times: Sequence[float]) -> float:
    duration = times[-1] - times[0] if len(times) > 1 else 0.0
    return (len(times) - 1) / duration if duration > 0 else _DEFAULT_FPS


def _count_missing(scored: Scores, entry: AnnotatedFile, frames: Iterable[int], times: Sequence[float] = ()) -> None:
    for index in frames:
        time = times[index] if index < len(times) else index / _DEFAULT_FPS
        for box in entry.frames.get(index, ()):
            if box.is_scored:
                scored.boxes.append(ScoredBox(entry.name, index, time, 1 / _DEFAULT_FPS, box, ALL_VISIBLE))


def _compare_frame(
    scored: Scores,
    entry: AnnotatedFile,
    index: int,
    time: float,
    duration: float,
    before: Image,
    after: Image,
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
    collateral = compare_outside_boxes(before, after, [_stored_box(box, shape) for box in boxes])
    if not entry.exhaustive:  # the rest of the picture is not annotated
        collateral.changed_pixels = collateral.total_pixels = 0
    scored.collateral.add(collateral)
    luma_before, luma_after = luma(before), luma(after)
    for box in boxes:
        if box.is_scored:
            detail = residual_detail(luma_before, luma_after, _stored_corners(box, shape))
            if detail is not None:
                scored.boxes.append(ScoredBox(entry.name, index, time, duration, box, detail))


def _stored_corners(box: GroundTruthBox, shape: Geometry | None) -> npt.NDArray[np.float32]:
    corners = np.array(box.corners, np.float64)
    return (corners if shape is None else shape.to_stored(corners)).astype(np.float32)


def _stored_box(box: GroundTruthBox, shape: Geometry | None) -> tuple[float, ...]:
    if shape is None:
        return box.box
    x1, y1, x2, y2 = box.box
    a, b = shape.to_stored(np.array([[x1, y1], [x2, y2]])).tolist()
    return (min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1]))
