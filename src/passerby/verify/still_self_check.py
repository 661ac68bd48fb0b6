"""Self-check of a still after writing: decode it once, and compare it with the plan.

Every planned mask is painted, at full resolution, and there is nothing in the file but the image. The models that made
the masks are not run again: on 389 development stills they gave 88 warnings on the output, of objects that black boxes
suggest; those that were reviewed by eye were all false. The thorough check, by other models, is `passerby verify`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from passerby.config.settings import ALWAYS_SOLID, MOSAIC_CELLS, Settings, Style
from passerby.core.exif_dates import CREATION_DATE
from passerby.core.progress import Progress
from passerby.core.raw_frame import RawFrame
from passerby.core.still_info import StillInfo
from passerby.documents.plan import Keyframe, Plan
from passerby.documents.report import QuickCheck, QuickFinding
from passerby.source.still.file import StillFile
from passerby.track.mask_schedule import MaskSchedule, ScheduledMask

#: Mean luma difference (of 255) by which a fill may differ from what it should be, after encoding.
MAX_FILL_DIFFERENCE = 8.0
#: ...and in a JPEG by half a quantisation step of the DC coefficient as well: block means are multiples of step / 8.
JPEG_STEP_SHARE = 1 / 16
#: Luma of a solid fill: stills have full range.
BLACK = 0.0
#: Pixels at the edge of a mask that encoding may blend with the surroundings.
EDGE = 4
#: A mask with fewer pixels inside its edge is not measured.
MIN_PIXELS = 16
#: Findings listed, at most.
MAX_FINDINGS = 100

Grey = npt.NDArray[np.uint8]


def check_still(
    written: Path, name: str, plan: Plan, source: StillInfo, settings: Settings, progress: Progress
) -> QuickCheck:
    """Decode `written` once and compare it with the plan. `name` is for the progress; times of findings are pages."""
    with StillFile.open(written) as still:
        findings = list(_differences(still.info, source, settings.keep_times))
        max_difference = _max_fill_difference(still.info)
        pages = _source_pages(still.info, source)
        schedule = MaskSchedule(plan.tracks(0))
        progress.start(name, "check", len(pages))
        for frame, page_number in zip(still.frames(), pages, strict=False):
            masks = schedule.at(page_number)
            findings += _missing_masks(frame, page_number, masks, settings.style, max_difference)
            progress.advance(1)
        progress.finish()
    return QuickCheck(ran=True, frames_compared=len(pages), findings=tuple(findings[:MAX_FINDINGS]))


def _differences(written: StillInfo, source: StillInfo, keep_times: bool) -> Iterator[QuickFinding]:
    for line in written.source.dropped:
        if line == CREATION_DATE and keep_times and written.created == source.created:
            continue
        yield QuickFinding(time=0, description=f"the output contains more than the image: {line}")
    if written.kind is not source.kind:
        yield QuickFinding(time=0, description=f"the output is {written.kind}, the source {source.kind}")
    lengths = [sum(page.duration for page in still.pages) for still in (written, source)]
    if len(written.pages) != len(source.pages) and (not source.animated or lengths[0] != lengths[1]):
        yield QuickFinding(
            time=0, description=f"the output has {len(written.pages)} pages or frames, the source {len(source.pages)}"
        )
    for number, (new, old) in enumerate(zip(written.pages, source.pages, strict=False)):
        if (new.width, new.height) != (old.width, old.height):
            yield QuickFinding(
                time=number, description=f"a page of {old.width}x{old.height} has become {new.width}x{new.height}"
            )


def _source_pages(written: StillInfo, source: StillInfo) -> list[int]:
    """The frame of the source that each written one shows. Identical consecutive frames are written as one."""
    if len(written.pages) >= len(source.pages):
        return list(range(len(source.pages)))
    starts = list(accumulate((page.duration for page in source.pages), initial=0))
    pages, now = [], 0
    for page in written.pages:
        pages.append(int(np.searchsorted(starts[:-1], now, side="right")) - 1)
        now += page.duration
    return pages


def _max_fill_difference(written: StillInfo) -> float:
    """By how much a fill may differ from what it should be: photos from messengers are coarsely quantised."""
    return MAX_FILL_DIFFERENCE + (
        JPEG_STEP_SHARE * max(table[0] for table in written.jpeg.tables) if written.jpeg else 0.0
    )


def _missing_masks(
    frame: RawFrame, page_number: int, masks: Sequence[ScheduledMask], style: Style, max_difference: float
) -> Iterator[QuickFinding]:
    """Planned masks that differ by more than `max_difference` from what their fill should be."""
    if not masks:
        return
    luma = np.asarray(frame.av_frame.reformat(format="gray", threads=1).to_ndarray(), np.uint8)
    for track, key in masks:
        own = Style.SOLID if track.kind in ALWAYS_SOLID else style
        others = [other for number, other in masks if number is not track] if own is not Style.SOLID else []
        if _difference(luma, key, others, own) > max_difference:
            yield QuickFinding(
                time=page_number, description=f"the mask of track {track.number} ({track.kind}) is missing", box=key.box
            )


def _difference(luma: Grey, key: Keyframe, others: Sequence[Keyframe], style: Style) -> float:
    """Mean luma difference inside the edge; 0 where too little is left to measure."""
    height, width = luma.shape
    x1, y1 = max(0, int(key.box.x1)), max(0, int(key.box.y1))
    x2, y2 = min(width, int(np.ceil(key.box.x2))), min(height, int(np.ceil(key.box.y2)))
    if x2 <= x1 or y2 <= y1:
        return 0.0
    inside = _rasterise(key, (x1, y1, x2, y2))
    for other in others:
        inside[_rasterise(other, (x1, y1, x2, y2)) > 0] = 0
    kernel = np.ones((2 * EDGE + 1, 2 * EDGE + 1), np.uint8)
    core = cv2.erode(inside, kernel, borderValue=0)
    if int((core > 0).sum()) < MIN_PIXELS:
        return 0.0
    part = luma[y1:y2, x1:x2].astype(np.float32)
    return float(np.abs(part - _fill(part, style))[core > 0].mean())


def _rasterise(key: Keyframe, window: tuple[int, int, int, int]) -> Grey:
    x1, y1, x2, y2 = window
    box = key.box
    corners = key.polygon or ((box.x1, box.y1), (box.x2, box.y1), (box.x2, box.y2), (box.x1, box.y2))
    mask = np.zeros((y2 - y1, x2 - x1), np.uint8)
    cv2.fillPoly(mask, [np.round(np.array(corners) - (x1, y1)).astype(np.int32)], (1,))
    return mask


def _fill(part: npt.NDArray[np.float32], style: Style) -> npt.NDArray[np.float32]:
    """What the region would look like if it were a fill of that style and nothing else."""
    if style is Style.SOLID:
        return np.full_like(part, BLACK)
    cells = cv2.resize(part, (MOSAIC_CELLS, MOSAIC_CELLS), interpolation=cv2.INTER_AREA)
    interpolation = cv2.INTER_NEAREST if style is Style.MOSAIC else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(cells, part.shape[::-1], interpolation=interpolation), np.float32)
