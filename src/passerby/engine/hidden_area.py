"""When masks hide a large part of the frame: in a close-up that is right, and sometimes a detector went wrong.

Either way a person should know before the file is released, without having to watch it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from passerby.core.kinds import Kind
from passerby.documents.plan import Plan, VideoPlan
from passerby.documents.report import LargeMaskRange
from passerby.documents.trim import Trims
from passerby.track.mask_schedule import MaskSchedule, ScheduledMask

#: Masks hide much when they cover more than this share of the frame, and this is reported when it lasts longer than
#: this, in seconds. Pauses of up to as long do not end a range.
MIN_SHARE, MIN_DURATION_S = 0.4, 1.0
#: Longer side of the grid on which the area is measured, in cells.
GRID = 128


@dataclass(slots=True)
class _Open:
    """A range that may go on, in ticks of the release."""

    start: int
    end: int
    share: float = 0.0
    kinds: set[Kind] = field(default_factory=set)


def large_mask_ranges(plan: Plan, times: Sequence[Sequence[int]]) -> tuple[LargeMaskRange, ...]:
    """When more than MIN_SHARE of the frame was hidden for more than MIN_DURATION_S, in seconds of the release.

    `times` are those of the frames of each video track, in ticks of the source."""
    return tuple(
        found for number, track_times in enumerate(times) for found in _ranges_of_track(plan, number, track_times)
    )


def _ranges_of_track(plan: Plan, number: int, times: Sequence[int]) -> Iterator[LargeMaskRange]:
    video = plan.videos[number]
    schedule, trims = MaskSchedule(plan.tracks(number)), Trims(plan.trim, video.time_base)
    pause = MIN_DURATION_S / video.time_base
    current: _Open | None = None
    for time in times:
        masks = schedule.at(time)
        output_time = trims.to_output_time(time)
        if output_time is None:
            continue
        if current is not None and output_time - current.end > pause:
            yield from _closed(current, number, video)
            current = None
        share = hidden_share(masks, video.width, video.height)
        if share <= MIN_SHARE:
            continue
        if current is None:
            current = _Open(output_time, output_time)
        current.end, current.share = output_time, max(current.share, share)
        current.kinds |= {track.kind for track, _ in masks}
    if current is not None:
        yield from _closed(current, number, video)


def _closed(found: _Open, number: int, video: VideoPlan) -> Iterator[LargeMaskRange]:
    start, end = float(found.start * video.time_base), float(found.end * video.time_base)
    if end - start > MIN_DURATION_S:
        kinds = tuple(kind for kind in Kind if kind in found.kinds)
        yield LargeMaskRange(
            video=number, start=round(start, 3), end=round(end, 3), share=round(found.share, 3), kinds=kinds
        )


def hidden_share(masks: Sequence[ScheduledMask], width: int, height: int) -> float:
    """The share of a frame of `width` by `height` displayed pixels that lies under at least one of the masks."""
    if sum(key.box.area for _, key in masks) <= MIN_SHARE * width * height:
        return 0.0  # not even side by side: most frames
    scale = GRID / max(width, height)
    grid = np.zeros((max(1, round(height * scale)), max(1, round(width * scale))), np.uint8)
    for _, key in masks:
        x1, y1, x2, y2 = key.box
        corners = np.array(key.polygon or ((x1, y1), (x2, y1), (x2, y2), (x1, y2)), np.float64) * scale
        cv2.fillPoly(grid, [np.round(corners - 0.5).astype(np.int32)], (1,))
    return float(grid.mean())
