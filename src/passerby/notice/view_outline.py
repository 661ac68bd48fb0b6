"""The outline of a camera's view: its static edges, as a few lines, drawn from recordings without people.

The frames come from the recordings and are masked, but a masked person is still visible as a shape. So a frame is
only taken from a minute in which nobody was counted, nor in the minutes before and after it; and a line is only drawn
where it appears in most of several such frames (MIN_EDGE_SHARE), taken at least ten minutes apart. Where there are
too few of them, or people are not counted at a camera, nothing is drawn.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import av
import cv2
import numpy as np
import numpy.typing as npt
from av.error import FFmpegError

from passerby.config.counting_config import FULL_FRAME_ZONE
from passerby.core.errors import StoreError
from passerby.core.kinds import ObjectClass
from passerby.documents.count_records import BIN_S, CountBin
from passerby.store.counts.events_and_counts import CountStore
from passerby.store.recordings.index import Recordings
from passerby.store.recordings.segment import Segment

Grey = npt.NDArray[np.uint8]

#: How far back recordings are searched, and the minimum distance between two frames, seconds.
LOOKBACK_S, MIN_SPACING_S = 14 * 86_400, 600
#: Maximum number of decoded frames, and minimum number of similar ones among them.
MAX_FRAMES, MIN_FRAMES = 15, 5
#: Seconds of a minute that counting must have covered for the minute to count as empty.
MIN_COVERED_S = 30.0
#: Width of the drawing, px: too small to show a face or text.
OUTLINE_WIDTH = 480
#: Frames darker than this share of the brightest one are left out: edges at night differ from those by day.
MIN_BRIGHTNESS_SHARE = 0.6
#: A line is drawn where this share of the frames has it, if it is at least this long (px); maximum number of points.
MIN_EDGE_SHARE, MIN_LINE_LENGTH, MAX_POINTS = 0.75, 30, 1500
#: Lower and upper threshold of Canny's hysteresis.
CANNY_THRESHOLDS = (20, 60)
#: Bytes at the start of a recording that are enough for its first frame.
_FIRST_FRAME_BYTES = 4 << 20


@dataclass(frozen=True, slots=True)
class ViewOutline:
    """Polylines in a drawing of `width` x `height` px, made from `frames` frames, the newest at `newest_us`
    (microseconds of Unix time)."""

    width: int
    height: int
    lines: tuple[tuple[tuple[int, int], ...], ...]
    frames: int
    newest_us: int


def view_outline(recordings: Recordings, counts: CountStore, camera: str, now: float) -> ViewOutline | None:
    """The outline of a camera's current view; None where nothing may be drawn. `now` is Unix seconds."""
    empty_minutes = _empty_minutes(counts.between(now - LOOKBACK_S, now, camera))
    chosen = _sample(
        [
            segment
            for segment in recordings.between(camera, now - LOOKBACK_S, now)
            if _is_empty_scene(segment, empty_minutes)
        ]
    )
    frames = [
        (segment, image) for segment in chosen for image in [_first_frame(recordings, segment)] if image is not None
    ]
    if not frames:
        return None
    size = frames[-1][1].shape  # a camera set to another resolution shows another view
    brightest = max(float(image.mean()) for _, image in frames)
    similar = [
        (segment, image)
        for segment, image in frames
        if image.shape == size and image.mean() >= MIN_BRIGHTNESS_SHARE * brightest
    ]
    if len(similar) < MIN_FRAMES:
        return None
    lines = common_edges([image for _, image in similar])
    if not lines:
        return None
    return ViewOutline(size[1], size[0], lines, len(similar), max(segment.wall_start for segment, _ in similar))


def common_edges(frames: Sequence[Grey]) -> tuple[tuple[tuple[int, int], ...], ...]:
    """The lines that at least MIN_EDGE_SHARE of these pictures of one size have in common, longest first."""
    smooth = [np.asarray(cv2.GaussianBlur(image, (0, 0), 1.6), np.uint8) for image in frames]
    kernel = np.ones((5, 5), np.uint8)
    votes = np.sum([cv2.dilate(_edges(image), kernel) > 0 for image in smooth], axis=0)
    median = np.median(np.stack(smooth), axis=0).astype(np.uint8)
    edges = np.where(votes >= MIN_EDGE_SHARE * len(frames), _edges(median), 0).astype(np.uint8)
    found, _ = cv2.findContours(edges, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    lines, points = [], 0
    for contour in sorted(found, key=len, reverse=True):
        if len(contour) < 2 * MIN_LINE_LENGTH:  # a contour runs along both sides of a line
            break
        line = cv2.approxPolyDP(contour, 1.2, True)[:, 0]
        points += len(line)
        if points > MAX_POINTS:
            break
        lines.append(tuple((int(x), int(y)) for x, y in line))
    return tuple(lines)


def _edges(image: Grey) -> Grey:
    return np.asarray(cv2.Canny(image, *CANNY_THRESHOLDS), np.uint8)


def _empty_minutes(bins: Sequence[CountBin]) -> set[int]:
    """Minutes (Unix seconds) that were covered by counting and in which nobody was counted."""
    by_minute: dict[int, list[CountBin]] = {}
    for count_bin in bins:
        by_minute.setdefault(count_bin.start, []).append(count_bin)
    return {
        start
        for start, minute in by_minute.items()
        if sum(count_bin.observed_seconds for count_bin in minute) >= MIN_COVERED_S
        and all(_is_empty(count_bin) for count_bin in minute)
    }


def _is_empty(count_bin: CountBin) -> bool:
    people = [zone for zone in count_bin.zones if zone.object_class is ObjectClass.PERSON]
    whole = any(zone.zone == FULL_FRAME_ZONE for zone in people)
    return count_bin.trusted and whole and all(zone.peak == zone.entries == zone.exits == 0 for zone in people)


def _is_empty_scene(segment: Segment, empty_minutes: set[int]) -> bool:
    """Whether nobody was counted around its first frame, and its times are trustworthy."""
    minute = segment.wall_start // (BIN_S * 1_000_000) * BIN_S
    return segment.boot_session.trusted and {minute - BIN_S, minute, minute + BIN_S} <= empty_minutes


def _sample(segments: Sequence[Segment]) -> list[Segment]:
    """At most MAX_FRAMES, at least MIN_SPACING_S apart, spread over the whole time."""
    apart: list[Segment] = []
    for segment in sorted(segments, key=lambda segment: segment.wall_start):
        if not apart or segment.wall_start - apart[-1].wall_start >= MIN_SPACING_S * 1_000_000:
            apart.append(segment)
    if len(apart) <= MAX_FRAMES:
        return apart
    return [apart[round(n * (len(apart) - 1) / (MAX_FRAMES - 1))] for n in range(MAX_FRAMES)]


def _first_frame(recordings: Recordings, segment: Segment) -> Grey | None:
    """Its first frame in grey, scaled down; None where it was deleted, or is not known to be uncovered."""
    if recordings.covered_frames(segment, 0, 1_000_000) != 0:
        return None
    try:
        with recordings.open_segment(segment) as file:
            data = file.read(min(segment.size, _FIRST_FRAME_BYTES))
        image = next(_decoded(data), None)
    except (StoreError, FFmpegError):
        return None
    if image is None:
        return None
    height = max(1, round(image.shape[0] * OUTLINE_WIDTH / image.shape[1]))
    return np.asarray(cv2.resize(image, (OUTLINE_WIDTH, height), interpolation=cv2.INTER_AREA), np.uint8)


def _decoded(data: bytes) -> Iterator[Grey]:
    with av.open(io.BytesIO(data), "r") as container:
        for frame in container.decode(video=0):
            yield np.asarray(frame.to_ndarray(format="gray"), np.uint8)
