"""The quick check of a still after writing: decode it once, and see whether it is what it was meant to be.

Every planned region painted, at the picture's own resolution, and nothing in the file but the picture. The models that
made the masks are not asked again: on 389 development stills they gave 88 warnings when shown the result, of things
that black boxes suggest; the ones among them that were looked at by eye were all wrong. The thorough check, by other
models, is `passerby verify`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from passerby.config.settings import ALWAYS_SOLID, CELLS, Settings, Style
from passerby.core.exif_dates import DATE
from passerby.core.progress import Progress
from passerby.core.raw_frame import RawFrame
from passerby.core.still_info import StillInfo
from passerby.documents.plan import Keyframe, Plan
from passerby.documents.report import QuickCheck, Suspect
from passerby.source.still.file import StillFile
from passerby.track.active_tracks import Schedule, Showing

#: A fill may differ from what it should look like by this after encoding: mean luma difference, in steps of 255.
FAITHFUL = 8.0
#: ...and in a JPEG by half a step of its coarsest mean as well: a block's mean is written as a multiple of step / 8.
HALF_STEP = 1 / 16
#: Luma of a solid fill: stills have full range.
BLACK = 0.0
#: Pixels at the rim of a mask that encoding may blend with what is beside it.
RIM = 4
#: A mask with fewer pixels within its rim is not measured.
FEWEST = 16
#: No more suspects than this are listed.
MOST = 100

Grey = npt.NDArray[np.uint8]


def check_still(
    written: Path, name: str, plan: Plan, source: StillInfo, settings: Settings, progress: Progress
) -> QuickCheck:
    """Decode `written` once and compare it with the plan. `name` is for the progress; times of suspects are pages."""
    with StillFile.open(written) as still:
        suspects, most = list(_differences(still.info, source, settings.keep_times)), _faithful(still.info)
        places = _places(still.info, source)
        schedule = Schedule(plan.tracks(0))
        progress.start(name, "check", len(places))
        for frame, place in zip(still.frames(), places, strict=False):
            here = schedule.at(place)
            suspects += _uncovered(frame, place, here, settings.style, most)
            progress.advance(1)
        progress.finish()
    return QuickCheck(ran=True, frames_compared=len(places), suspects=tuple(suspects[:MOST]))


def _differences(written: StillInfo, source: StillInfo, keep_times: bool) -> Iterator[Suspect]:
    for line in written.source.dropped:
        if line == DATE and keep_times and written.created == source.created:
            continue
        yield Suspect(time=0, what=f"the output holds more than the picture: {line}")
    if written.kind is not source.kind:
        yield Suspect(time=0, what=f"the output is a {written.kind}, the source a {source.kind}")
    lengths = [sum(page.duration for page in still.pages) for still in (written, source)]
    if len(written.pages) != len(source.pages) and (not source.animated or lengths[0] != lengths[1]):
        yield Suspect(
            time=0, what=f"the output has {len(written.pages)} pages or frames, the source {len(source.pages)}"
        )
    for number, (new, old) in enumerate(zip(written.pages, source.pages, strict=False)):
        if (new.width, new.height) != (old.width, old.height):
            yield Suspect(time=number, what=f"a page of {old.width}x{old.height} became {new.width}x{new.height}")


def _places(written: StillInfo, source: StillInfo) -> list[int]:
    """Which of the source's frames each written one shows. Frames that are alike are written as one that lasts."""
    if len(written.pages) >= len(source.pages):
        return list(range(len(source.pages)))
    begins = list(accumulate((page.duration for page in source.pages), initial=0))
    places, now = [], 0
    for page in written.pages:
        places.append(int(np.searchsorted(begins[:-1], now, side="right")) - 1)
        now += page.duration
    return places


def _faithful(written: StillInfo) -> float:
    """How far a fill may be from what it should look like: photos from messengers have very coarse steps."""
    return FAITHFUL + (HALF_STEP * max(table[0] for table in written.jpeg.tables) if written.jpeg else 0.0)


def _uncovered(frame: RawFrame, place: int, here: Sequence[Showing], style: Style, most: float) -> Iterator[Suspect]:
    """Planned regions that differ by more than `most` from what their fill should look like."""
    if not here:
        return
    picture = np.asarray(frame.picture.reformat(format="gray", threads=1).to_ndarray(), np.uint8)
    for track, key in here:
        own = Style.SOLID if track.kind in ALWAYS_SOLID else style
        others = [other for number, other in here if number is not track] if own is not Style.SOLID else []
        if _difference(picture, key, others, own) > most:
            yield Suspect(time=place, what=f"the mask of track {track.number} ({track.kind}) is not there", box=key.box)


def _difference(picture: Grey, key: Keyframe, others: Sequence[Keyframe], style: Style) -> float:
    """Mean difference of luma within the rim; 0 where too little is left to measure."""
    height, width = picture.shape
    x1, y1 = max(0, int(key.box.x1)), max(0, int(key.box.y1))
    x2, y2 = min(width, int(np.ceil(key.box.x2))), min(height, int(np.ceil(key.box.y2)))
    if x2 <= x1 or y2 <= y1:
        return 0.0
    inside = _drawn(key, (x1, y1, x2, y2))
    for other in others:
        inside[_drawn(other, (x1, y1, x2, y2)) > 0] = 0
    kernel = np.ones((2 * RIM + 1, 2 * RIM + 1), np.uint8)
    core = cv2.erode(inside, kernel, borderValue=0)
    if int((core > 0).sum()) < FEWEST:
        return 0.0
    part = picture[y1:y2, x1:x2].astype(np.float32)
    return float(np.abs(part - _fill(part, style))[core > 0].mean())


def _drawn(key: Keyframe, window: tuple[int, int, int, int]) -> Grey:
    x1, y1, x2, y2 = window
    box = key.box
    corners = key.polygon or ((box.x1, box.y1), (box.x2, box.y1), (box.x2, box.y2), (box.x1, box.y2))
    drawn = np.zeros((y2 - y1, x2 - x1), np.uint8)
    cv2.fillPoly(drawn, [np.round(np.array(corners) - (x1, y1)).astype(np.int32)], (1,))
    return drawn


def _fill(part: npt.NDArray[np.float32], style: Style) -> npt.NDArray[np.float32]:
    """What the region would look like if it were a fill of that style and nothing else."""
    if style is Style.SOLID:
        return np.full_like(part, BLACK)
    cells = cv2.resize(part, (CELLS, CELLS), interpolation=cv2.INTER_AREA)
    how = cv2.INTER_NEAREST if style is Style.MOSAIC else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(cells, part.shape[::-1], interpolation=how), np.float32)
