"""The quick check after writing: decode the result once and see whether it is what it was meant to be.

Times of all frames, every planned region covered in every frame, and no face for the models that made the masks in
frames sampled once a second. The thorough check, by other models, is `passerby verify`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from passerby.base.background import background
from passerby.base.box import Box
from passerby.base.kinds import Detection, Kind
from passerby.base.media import Geometry
from passerby.base.plan import Plan
from passerby.base.progress import Progress
from passerby.base.raw import RawFrame
from passerby.base.report import QuickCheck, Suspect
from passerby.base.schedule import Schedule, Showing
from passerby.base.settings import ALWAYS_SOLID, CELLS, Settings, Style
from passerby.detect.look import Looker
from passerby.detect.pictures import fitted, luma
from passerby.detect.weights import Registry
from passerby.source.file import VideoFile

#: Size of the picture that masks are compared on: longer side, px.
COMPARED = 640
#: A fill may differ from what it should look like by this after encoding: mean luma difference, in steps of 255.
FAITHFUL = 8.0
#: Luma of a solid fill; 16 in limited range, 0 in full: both are near enough.
BLACK = 12.0
#: A mask smaller than this on that picture (shorter side, px) is not measured: all of it is rim.
SMALLEST = 6
#: Scores from which a face or a plate that shows is a suspect.
SHOWS = {Kind.FACE: 0.5, Kind.PLATE: 0.5}
#: No more suspects than this are listed.
MOST = 100
#: Matroska keeps milliseconds; elsewhere times must be the same.
ROUNDED = {".mkv": 0.001, ".webm": 0.001}


def quick_check(
    written: Path,
    released: Path,
    plan: Plan,
    times: Sequence[int],
    settings: Settings,
    threads: int | None,
    progress: Progress,
) -> QuickCheck:
    """Decode `written` once and compare it with the plan. `released` is the name it will have; `times` are the
    presentation times that its frames must have, in the time base of the plan."""
    suspects: list[Suspect] = []
    compared = searched = 0
    base, late = plan.videos[0].time_base, ROUNDED.get(released.suffix.lower(), 1e-9)
    with VideoFile.open(written) as video:
        info = video.info.videos[0]
        looker = Looker(Registry.load(), info.geometry, settings.hide, threads=threads)
        schedule = Schedule(plan.tracks(0))
        search_from = float("-inf")
        progress.start(released.name, "check", len(times))
        for frame in background(video.frames()):
            seconds = float(frame.time * info.time_base)
            if compared >= len(times):
                break
            if abs(seconds - float(times[compared] * base)) > late:
                suspects.append(Suspect(time=seconds, what="a frame is not at the time it has in the source"))
            here = schedule.at(times[compared])
            suspects += _uncovered(frame, info.geometry, seconds, here, settings.style)
            if seconds >= search_from:
                suspects += _showing(
                    looker.look(frame, deep=True), seconds, settings.hide, [key.box for _, key in here]
                )
                search_from = seconds + 1.0
                searched += 1
            compared += 1
            progress.advance(1)
        progress.finish()
    if compared != len(times):
        suspects.append(Suspect(time=0.0, what=f"the output has {compared} frames, the source {len(times)}"))
    return QuickCheck(ran=True, frames_compared=compared, frames_searched=searched, suspects=tuple(suspects[:MOST]))


def _uncovered(
    frame: RawFrame, geometry: Geometry, seconds: float, here: Sequence[Showing], style: Style
) -> Iterator[Suspect]:
    """Planned regions that do not look as their fill should."""
    if not here:
        return
    size = fitted(geometry, COMPARED)
    picture = luma(frame, geometry, size)
    scale = size[0] / geometry.upright[0]
    owner = np.zeros(picture.shape, np.uint16)
    for number, (_, key) in enumerate(here, 1):
        corners = key.polygon or (
            (key.box.x1, key.box.y1),
            (key.box.x2, key.box.y1),
            (key.box.x2, key.box.y2),
            (key.box.x1, key.box.y2),
        )
        points = np.round(np.array(corners) * scale).astype(np.int32)
        alone = np.zeros(picture.shape, np.uint16)
        cv2.fillPoly(alone, [points], 1)
        owner[alone > 0] = np.where(owner[alone > 0] == 0, number, len(here) + 1)
    for number, (track, key) in enumerate(here, 1):
        x1, y1, x2, y2 = (round(v * scale) for v in key.box)
        if min(x2 - x1, y2 - y1) < SMALLEST:
            continue
        part = picture[max(0, y1) : y2, max(0, x1) : x2].astype(np.float32)
        own = (
            cv2.erode(
                (owner[max(0, y1) : y2, max(0, x1) : x2] == number).astype(np.uint8),
                np.ones((3, 3), np.uint8),
                borderValue=0,
            )
            > 0
        )
        if own.sum() < SMALLEST:
            continue
        fill = _fill(part, Style.SOLID if track.kind in ALWAYS_SOLID else style)
        if float(np.abs(part - fill)[own].mean()) > FAITHFUL:
            yield Suspect(
                time=seconds, what=f"the mask of track {track.number} ({track.kind}) is not there", box=key.box
            )


def _fill(part: npt.NDArray[np.float32], style: Style) -> npt.NDArray[np.float32]:
    """What the region would look like if it were a fill of that style and nothing else."""
    if style is Style.SOLID:
        return np.full_like(part, BLACK)
    cells = cv2.resize(part, (CELLS, CELLS), interpolation=cv2.INTER_AREA)
    how = cv2.INTER_NEAREST if style is Style.MOSAIC else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(cells, part.shape[::-1], interpolation=how), np.float32)


def _showing(
    found: Sequence[Detection], seconds: float, hide: Sequence[Kind], hidden: Sequence[Box]
) -> Iterator[Suspect]:
    """What the models still see where nothing was painted."""
    for d in found:
        wanted = SHOWS.get(d.kind) if d.kind in hide else None
        if wanted is not None and d.score >= wanted and not any(d.box.inside(mask) > 0.3 for mask in hidden):
            yield Suspect(time=seconds, what=f"a {d.kind} shows", box=d.box, score=round(d.score, 3))
