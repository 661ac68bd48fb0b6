"""Self-check after writing: decode the output once, and compare it with the plan.

Timestamps of all frames, every planned mask in every frame, and nothing visible that should be hidden
(leak_search.py). The thorough check, by other models at more sizes, is `passerby verify`.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from passerby.config.settings import ALWAYS_SOLID, MOSAIC_CELLS, Settings, Style
from passerby.core.media import Geometry
from passerby.core.prefetch import prefetch
from passerby.core.progress import Progress
from passerby.core.raw_frame import RawFrame
from passerby.detect.factory import DetectorFactory
from passerby.detect.model import CONCURRENT_INFERENCES
from passerby.detect.optical_flow import frame_cells
from passerby.detect.preprocess import fit_size, to_luma
from passerby.detect.still_scene import StillScene, Tasks
from passerby.documents.plan import Keyframe, Plan
from passerby.documents.report import QuickCheck, QuickFinding
from passerby.documents.trim import Trims
from passerby.source.video.file import VideoFile
from passerby.track.mask_schedule import MaskSchedule, ScheduledMask
from passerby.verify.checks.shown_on_purpose import ShownOnPurpose
from passerby.verify.leak_search import Explained, LeakSearch, regions_beside_masks

#: Masks are compared on an image that is halved until its longer side is no more than this, px.
COMPARE_SIDE = 960
#: Mean luma difference (of 255) by which a fill may differ from what it should be, after encoding.
MAX_FILL_DIFFERENCE = 8.0
#: Luma of a solid fill, by whether the range of samples is full (ITU-R BT.709).
BLACK = {False: 16.0, True: 0.0}
#: A mask smaller than this on that image (shorter side, px) is not measured: all of it is edge.
MIN_SIDE = 6
#: Pixels of a weak fill that are measured, at most.
MAX_SAMPLES = 2000
#: Findings listed, at most.
MAX_FINDINGS = 100
#: Frames that wait to be searched, and their pixels in all: each is held in memory.
MIN_WAITING_FRAMES, MAX_WAITING_FRAMES, MAX_WAITING_PIXELS = 4, 16, 25_000_000
#: Matroska stores milliseconds; elsewhere timestamps must be equal.
TIMESTAMP_TOLERANCE_S = {".mkv": 0.001, ".webm": 0.001}


@dataclass(slots=True)
class _TrackCheck:
    """The result of one video track."""

    findings: list[QuickFinding] = field(default_factory=list)
    frames_compared: int = 0
    frames_searched: int = 0


def check_video(
    written: Path,
    released: Path,
    plan: Plan,
    times: Sequence[Sequence[int]],
    settings: Settings,
    detectors: DetectorFactory,
    progress: Progress,
    threads: int = 0,
    start_tick: int = 0,
) -> QuickCheck:
    """Decode `written` once and compare it with the plan. `released` is the name it will have; `times` are the
    presentation times of the frames of the source in each video track, in the time base of its plan. Frames that the
    plan cuts must be missing, and those after them earlier by as much. `threads` decode it, 0 for all. A chunk that
    starts at `start_tick` of the source has its first frame at 0."""
    checks: list[_TrackCheck] = []
    tolerance = TIMESTAMP_TOLERANCE_S.get(released.suffix.lower(), 1e-9)
    with VideoFile.open(written, threads) as video:
        for number, expected in enumerate(times):
            progress.start(released.name, "check", len(expected))
            check = _check_track(video, number, expected, tolerance, plan, settings, detectors, progress, start_tick)
            progress.finish()
            offset = float(start_tick * plan.videos[number].time_base)
            check.findings = [finding.model_copy(update={"time": finding.time + offset}) for finding in check.findings]
            checks.append(check)
    return QuickCheck(
        ran=True,
        frames_compared=sum(check.frames_compared for check in checks),
        frames_searched=sum(check.frames_searched for check in checks),
        findings=tuple(chain.from_iterable(check.findings for check in checks))[:MAX_FINDINGS],
    )


def _check_track(
    video: VideoFile,
    number: int,
    times: Sequence[int],
    tolerance: float,
    plan: Plan,
    settings: Settings,
    detectors: DetectorFactory,
    progress: Progress,
    start_tick: int,
) -> _TrackCheck:
    if number >= len(video.info.videos):
        return _TrackCheck([QuickFinding(time=0.0, description=f"video track {number + 1} is not in the output")])
    check = _TrackCheck()
    info, base = video.info.videos[number], plan.videos[number].time_base
    trims = Trims(plan.trim, base)
    expected = [(time, out - start_tick) for time in times if (out := trims.to_output_time(time)) is not None]
    tracks = plan.tracks(number)
    schedule = MaskSchedule(tracks)
    shown = ShownOnPurpose(plan, number, settings.keep_regions)
    beside_masks = regions_beside_masks(tracks, [time for time, _ in expected], plan.videos[number].cuts)
    search = LeakSearch(detectors.frame_detector(info.geometry, settings.hide), settings.hide, beside_masks)
    pending: deque[Future[None]] = deque()
    max_pending = _max_pending(info.geometry)
    still = StillScene()
    # Whole frames are searched beside the close-ups of those before them.
    with (
        ThreadPoolExecutor(CONCURRENT_INFERENCES, thread_name_prefix="passerby-search") as searches,
        ThreadPoolExecutor(1, thread_name_prefix="passerby-check") as steps,
    ):
        for frame in prefetch(video.frames(number)):
            seconds = float(frame.time * info.time_base)
            if check.frames_compared == len(expected):
                description = f"the output continues after the {len(expected)} frames of the source"
                check.findings.append(QuickFinding(time=seconds, description=description))
                break
            time, output_time = expected[check.frames_compared]
            if abs(seconds - float(output_time * base)) > tolerance:
                description = "the timestamp of a frame differs from the source"
                check.findings.append(QuickFinding(time=seconds, description=description))
            masks = schedule.at(time)
            black = BLACK[bool(info.colour.full_range)]
            check.findings += _missing_masks(frame, info.geometry, seconds, masks, settings.style, black)
            while len(pending) >= max_pending:
                pending.popleft().result()
            hidden = Explained([key for _, key in masks], shown.at(time))
            check.frames_compared += 1
            whole: Tasks = ()
            if (scope := search.due(seconds, is_last=check.frames_compared == len(expected))) is not None:
                cells = frame_cells(frame, info.geometry)
                earlier = still.earlier(scope, seconds, cells)
                whole = earlier or tuple(searches.submit(task) for task in search.searches(frame, scope))
                if earlier is None:
                    still.ran(scope, seconds, cells, whole)
            pending.append(steps.submit(_step, search, frame, check.frames_compared - 1, seconds, hidden, whole))
            progress.advance(1)
        for waiting in pending:
            waiting.result()
    check.findings += search.findings()
    check.findings.sort(key=lambda finding: finding.time)
    if check.frames_compared != len(expected):
        description = f"the output has {check.frames_compared} frames, the source {len(expected)}"
        check.findings.append(QuickFinding(time=0.0, description=description))
    check.frames_searched = search.searched
    return check


def _step(
    search: LeakSearch,
    frame: RawFrame,
    number: int,
    seconds: float,
    hidden: Explained,
    whole: Tasks,
) -> None:
    search.step(frame, number, seconds, hidden, [detection for task in whole for detection in task.result()])


def _max_pending(geometry: Geometry) -> int:
    """Frames that may wait: more of small ones, so that the next whole frame is searched in the meantime."""
    width, height = geometry.display_size
    return max(MIN_WAITING_FRAMES, min(MAX_WAITING_FRAMES, MAX_WAITING_PIXELS // (width * height)))


def _missing_masks(
    frame: RawFrame, geometry: Geometry, seconds: float, masks: Sequence[ScheduledMask], style: Style, black: float
) -> Iterator[QuickFinding]:
    """Planned masks that do not look as their fill should."""
    if not masks:
        return
    longest = max(geometry.display_size)
    size = fit_size(geometry, longest / 2 ** max(0, math.ceil(math.log2(longest / COMPARE_SIDE))))
    luma = to_luma(frame, geometry, size)
    scale = size[0] / geometry.display_size[0]
    weak = [style is not Style.SOLID and track.kind not in ALWAYS_SOLID for track, _ in masks]
    regions = [_rasterise(key, scale, luma.shape) for _, key in masks]
    layers = np.zeros(luma.shape if any(weak) else (0, 0), np.uint16)
    if any(weak):
        for window, region in regions:
            layers[window] += region
    for (track, key), (window, region), is_weak in zip(masks, regions, weak, strict=True):
        bounds = tuple(round(v * scale) for v in key.box)
        if not region.size or min(bounds[2] - bounds[0], bounds[3] - bounds[1]) < MIN_SIDE:
            continue
        # Solid fills are painted on top; a weak one can be measured only where no other mask overlaps it.
        measurable = region & (layers[window] == 1) if is_weak else region
        inside = cv2.erode(measurable, np.ones((3, 3), np.uint8)) > 0
        if inside.sum() < MIN_SIDE**2:
            continue
        if is_weak:
            whole = np.zeros(luma.shape, np.bool_)
            whole[window] = inside
            difference = _fill_residual(luma, whole, bounds, style)
        else:
            difference = float(np.abs(luma[window][inside] - black).mean())
        if difference > MAX_FILL_DIFFERENCE:
            description = f"the mask of track {track.number} ({track.kind}) is missing"
            yield QuickFinding(time=seconds, description=description, box=key.box)


def _rasterise(
    key: Keyframe, scale: float, shape: tuple[int, ...]
) -> tuple[tuple[slice, slice], npt.NDArray[np.uint8]]:
    """(window, region) of a planned mask on the scaled image: rows and columns around it, 1 inside and 0 outside."""
    x1, y1, x2, y2 = key.box
    corners = np.round(np.array(key.polygon or ((x1, y1), (x2, y1), (x2, y2), (x1, y2))) * scale).astype(np.int32)
    left, top = np.clip(corners.min(0) - 1, 0, (shape[1], shape[0]))
    right, bottom = np.clip(corners.max(0) + 2, (left, top), (shape[1], shape[0]))
    region = np.zeros((bottom - top, right - left), np.uint8)
    if region.size:
        cv2.fillPoly(region, [corners - (left, top)], (1,))
    return (slice(top, bottom), slice(left, right)), region


def _fill_residual(
    luma: npt.NDArray[np.uint8], inside: npt.NDArray[np.bool_], bounds: tuple[int, ...], style: Style
) -> float:
    """Mean difference between the pixels `inside` and the best fit of MOSAIC_CELLS² colours over `bounds`."""
    x1, y1, x2, y2 = bounds
    interpolation = cv2.INTER_NEAREST if style is Style.MOSAIC else cv2.INTER_LINEAR
    rows, columns = np.nonzero(inside)
    chosen = np.flatnonzero((rows >= y1) & (rows < y2) & (columns >= x1) & (columns < x2))
    chosen = chosen[:: max(1, len(chosen) // MAX_SAMPLES)]
    rows, columns = rows[chosen], columns[chosen]
    cells = np.eye(MOSAIC_CELLS * MOSAIC_CELLS, dtype=np.float32).reshape(-1, MOSAIC_CELLS, MOSAIC_CELLS)
    spread = [cv2.resize(cell, (x2 - x1, y2 - y1), interpolation=interpolation) for cell in cells]
    each = np.stack([cell[rows - y1, columns - x1] for cell in spread])
    values = luma[rows, columns].astype(np.float32)
    colours = np.linalg.lstsq(each @ each.T, each @ values)[0]
    return float(np.abs(each.T @ colours - values).mean())
