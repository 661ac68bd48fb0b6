"""The quick check after writing: decode the result once and see whether it is what it was meant to be.

Times of all frames, every planned region covered in every frame, and no face for the model that made the masks in
frames sampled once a second; every twentieth of these is looked at as hard as the source was. The thorough check, by
other models, is `passerby verify`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from passerby.config.settings import ALWAYS_SOLID, CELLS, Settings, Style
from passerby.core.background import background
from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.core.media import Geometry
from passerby.core.progress import Progress
from passerby.core.raw_frame import RawFrame
from passerby.detect.frame_detector import Looker
from passerby.detect.model import AT_ONCE, Detectors
from passerby.detect.preprocess import fitted, luma
from passerby.documents.plan import Keyframe, Plan, Track
from passerby.documents.report import QuickCheck, Suspect
from passerby.documents.trim import Trims
from passerby.source.video.file import VideoFile
from passerby.track.active_tracks import Schedule, Showing

#: Masks are compared on a picture halved until its longer side is no more than this, px.
COMPARED = 960
#: A fill may differ from what it should look like by this after encoding: mean luma difference, in steps of 255.
FAITHFUL = 8.0
#: Luma of a solid fill, by whether the range of samples is full (ITU-R BT.709).
BLACK = {False: 16.0, True: 0.0}
#: A mask smaller than this on that picture (shorter side, px) is not measured: all of it is rim.
SMALLEST = 6
#: Pixels of a weak fill that are measured, at most.
MEASURED = 2000
#: Scores from which a face or a plate that shows is a suspect.
SHOWS = {Kind.FACE: 0.5, Kind.PLATE: 0.5}
#: No more suspects than this are listed.
MOST = 100
#: Seconds between two frames that are searched, and every how many of them gets a whole look.
SEARCHED, WHOLE = 1.0, 20
#: Matroska keeps milliseconds; elsewhere times must be the same.
ROUNDED = {".mkv": 0.001, ".webm": 0.001}


def quick_check(
    written: Path,
    released: Path,
    plan: Plan,
    times: Sequence[Sequence[int]],
    settings: Settings,
    detectors: Detectors,
    progress: Progress,
    threads: int = 0,
    begins: int = 0,
) -> QuickCheck:
    """Decode `written` once and compare it with the plan. `released` is the name it will have; `times` are the
    presentation times of the source's frames in each video track, in the time base of its plan. Frames that the plan
    leaves out must not be there, and those after them earlier by as much. `threads` decode it, 0 for all. A piece that
    `begins` at a tick of the source has its first frame at 0."""
    suspects: list[Suspect] = []
    compared = searched = 0
    late = ROUNDED.get(released.suffix.lower(), 1e-9)
    with VideoFile.open(written, threads) as video:
        for number, expected in enumerate(times):
            progress.start(released.name, "check", len(expected))
            found, frames, looks = _check_track(
                video, number, expected, late, plan, settings, detectors, progress, begins
            )
            progress.finish()
            later = float(begins * plan.videos[number].time_base)
            suspects += [one.model_copy(update={"time": one.time + later}) for one in found]
            compared += frames
            searched += looks
    return QuickCheck(ran=True, frames_compared=compared, frames_searched=searched, suspects=tuple(suspects[:MOST]))


def _check_track(
    video: VideoFile,
    number: int,
    times: Sequence[int],
    late: float,
    plan: Plan,
    settings: Settings,
    detectors: Detectors,
    progress: Progress,
    begins: int,
) -> tuple[list[Suspect], int, int]:
    """(suspects, frames compared, frames searched) of one video track."""
    if number >= len(video.info.videos):
        return [Suspect(time=0.0, what=f"video track {number + 1} is not in the output")], 0, 0
    suspects: list[Suspect] = []
    looks: list[Future[list[Suspect]]] = []
    compared = 0
    info, base = video.info.videos[number], plan.videos[number].time_base
    trims = Trims(plan.trim, base)
    kept = [(time, shown - begins) for time in times if (shown := trims.written(time)) is not None]
    looker = Looker(detectors, info.geometry, settings.hide)
    schedule = Schedule(plan.tracks(number))
    search_from = float("-inf")

    def search(frame: RawFrame, seconds: float, whole: bool, hidden: Sequence[Box], time: int) -> list[Suspect]:
        found = looker.look(frame) if whole else looker.glance(frame)
        keep = [region for region in settings.keep_regions if region.shows(float(time * base))]
        found = [d for d in found if not any(region.contains(*d.box.centre) for region in keep)]
        return list(_showing(found, seconds, settings.hide, hidden))

    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="passerby-check") as pool:
        for frame in background(video.frames(number)):
            seconds = float(frame.time * info.time_base)
            if compared == len(kept):
                what = f"the output goes on after the source's {len(kept)} frames"
                suspects.append(Suspect(time=seconds, what=what))
                break
            time, shown = kept[compared]
            if abs(seconds - float(shown * base)) > late:
                suspects.append(Suspect(time=seconds, what="a frame is not at the time it has in the source"))
            here = schedule.at(time)
            black = BLACK[bool(info.colour.full_range)]
            suspects += _uncovered(frame, info.geometry, seconds, here, settings.style, black)
            if seconds >= search_from:
                if len(looks) >= AT_ONCE:
                    looks[-AT_ONCE].result()  # no more frames are held than are being looked at
                hidden = [key.box for _, key in here] + _let_show(plan.tracks(number), time)
                looks.append(pool.submit(search, frame, seconds, len(looks) % WHOLE == 0, hidden, time))
                search_from = seconds + SEARCHED
            compared += 1
            progress.advance(1)
    suspects += chain.from_iterable(look.result() for look in looks)
    suspects.sort(key=lambda suspect: suspect.time)
    if compared != len(kept):
        suspects.append(Suspect(time=0.0, what=f"the output has {compared} frames, the source {len(kept)}"))
    return suspects, compared, len(looks)


def _let_show(tracks: Sequence[Track], time: int) -> list[Box]:
    """Where things are that a person decided to let show at this moment."""
    let = (track for track in tracks if any(span.start <= time <= span.end for span in track.visible))
    return [key.box for track in let if (key := track.place(time)) is not None]


def _uncovered(
    frame: RawFrame, geometry: Geometry, seconds: float, here: Sequence[Showing], style: Style, black: float
) -> Iterator[Suspect]:
    """Planned regions that do not look as their fill should."""
    if not here:
        return
    longest = max(geometry.upright)
    size = fitted(geometry, longest / 2 ** max(0, math.ceil(math.log2(longest / COMPARED))))
    picture = luma(frame, geometry, size)
    scale = size[0] / geometry.upright[0]
    weak = [style is not Style.SOLID and track.kind not in ALWAYS_SOLID for track, _ in here]
    regions = [_region(key, scale, picture.shape) for _, key in here]
    layers = np.zeros(picture.shape if any(weak) else (0, 0), np.uint16)
    if any(weak):
        for place, region in regions:
            layers[place] += region
    for (track, key), (place, region), cells in zip(here, regions, weak, strict=True):
        bounds = tuple(round(v * scale) for v in key.box)
        if not region.size or min(bounds[2] - bounds[0], bounds[3] - bounds[1]) < SMALLEST:
            continue
        # Solid fills lie uppermost; a weak one is seen as it is only where no other mask lies.
        seen = region & (layers[place] == 1) if cells else region
        own = cv2.erode(seen, np.ones((3, 3), np.uint8)) > 0
        if own.sum() < SMALLEST**2:
            continue
        if cells:
            whole = np.zeros(picture.shape, np.bool_)
            whole[place] = own
            unlike = _more_than_cells(picture, whole, bounds, style)
        else:
            unlike = float(np.abs(picture[place][own] - black).mean())
        if unlike > FAITHFUL:
            yield Suspect(
                time=seconds, what=f"the mask of track {track.number} ({track.kind}) is not there", box=key.box
            )


def _region(key: Keyframe, scale: float, shape: tuple[int, ...]) -> tuple[tuple[slice, slice], npt.NDArray[np.uint8]]:
    """(where, what) of the planned shape on the small picture: rows and columns around it, 1 in it and 0 outside."""
    x1, y1, x2, y2 = key.box
    corners = np.round(np.array(key.polygon or ((x1, y1), (x2, y1), (x2, y2), (x1, y2))) * scale).astype(np.int32)
    left, top = np.clip(corners.min(0) - 1, 0, (shape[1], shape[0]))
    right, bottom = np.clip(corners.max(0) + 2, (left, top), (shape[1], shape[0]))
    region = np.zeros((bottom - top, right - left), np.uint8)
    if region.size:
        cv2.fillPoly(region, [corners - (left, top)], (1,))
    return (slice(top, bottom), slice(left, right)), region


def _more_than_cells(
    picture: npt.NDArray[np.uint8], own: npt.NDArray[np.bool_], bounds: tuple[int, ...], style: Style
) -> float:
    """How far the pixels of `own` are from the nearest fill that CELLS x CELLS colours over `bounds` can make."""
    x1, y1, x2, y2 = bounds
    how = cv2.INTER_NEAREST if style is Style.MOSAIC else cv2.INTER_LINEAR
    rows, columns = np.nonzero(own)
    here = np.flatnonzero((rows >= y1) & (rows < y2) & (columns >= x1) & (columns < x2))
    here = here[:: max(1, len(here) // MEASURED)]
    rows, columns = rows[here], columns[here]
    cells = np.eye(CELLS * CELLS, dtype=np.float32).reshape(-1, CELLS, CELLS)
    spread = [cv2.resize(cell, (x2 - x1, y2 - y1), interpolation=how) for cell in cells]
    each = np.stack([cell[rows - y1, columns - x1] for cell in spread])
    values = picture[rows, columns].astype(np.float32)
    colours = np.linalg.lstsq(each @ each.T, each @ values)[0]
    return float(np.abs(each.T @ colours - values).mean())


def _showing(
    found: Sequence[Detection], seconds: float, hide: Sequence[Kind], hidden: Sequence[Box]
) -> Iterator[Suspect]:
    """What the models still see where nothing was painted."""
    for d in found:
        wanted = SHOWS.get(d.kind) if d.kind in hide else None
        if wanted is not None and d.score >= wanted and not any(d.box.containment(mask) > 0.3 for mask in hidden):
            yield Suspect(time=seconds, what=f"a {d.kind} shows", box=d.box, score=round(d.score, 3))
