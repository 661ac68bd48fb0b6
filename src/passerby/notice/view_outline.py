"""The outline of a camera's view: what stands still in it, as a few lines, drawn from recordings in which nobody was.

The pictures are those that were recorded, masked, but a masked person is still somebody standing there. So a picture
is only taken from a minute in which nobody was counted, nor in the minutes before and after it; and a line is only
drawn where it was in nearly all of several such pictures, taken at least ten minutes apart. Where there are too few of
them, or nobody is counted at a camera, nothing is drawn.
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

from passerby.config.counting_config import PICTURE
from passerby.core.errors import StoreError
from passerby.core.kinds import ObjectClass
from passerby.documents.count_records import MINUTE, Bin
from passerby.store.counts.events_and_counts import Counts
from passerby.store.recordings.index import Recordings
from passerby.store.recordings.segment import Segment

Grey = npt.NDArray[np.uint8]

#: Seconds back to which recordings are looked through, and at least between two pictures.
BACK, APART = 14 * 86_400, 600
#: Pictures that are decoded at most, and that must be alike at least.
MOST, LEAST = 15, 5
#: Seconds of a minute that must have been watched for its "nobody" to count.
WATCHED = 30.0
#: Width of the drawing, px: too few to show a face or a text.
WIDTH = 480
#: A picture is left out when it is darker than this share of the brightest one: a night shows other edges than a day.
BRIGHT = 0.6
#: A line is drawn where this share of the pictures has it, if it is so long (px), and no more points than these.
SHARE, LONG, POINTS = 0.75, 30, 1500
#: Steps of brightness at which an edge goes on, and at which one begins.
STEPS = (20, 60)
#: Bytes of a recording that hold its first frame.
_ENOUGH = 4 << 20


@dataclass(frozen=True, slots=True)
class Outline:
    """Lines in a drawing of `width` x `height`; `pictures` were looked at for it, the newest at `newest`
    (microseconds of Unix time)."""

    width: int
    height: int
    lines: tuple[tuple[tuple[int, int], ...], ...]
    pictures: int
    newest: int


def outline(recordings: Recordings, counts: Counts, camera: str, now: float) -> Outline | None:
    """Of the camera's view as it was lately; None where nothing may be drawn. `now` is Unix seconds."""
    quiet = _quiet(counts.between(now - BACK, now, camera))
    chosen = _spread([one for one in recordings.between(camera, now - BACK, now) if _nobody(one, quiet)])
    pictures = [
        (segment, picture) for segment in chosen for picture in [_first(recordings, segment)] if picture is not None
    ]
    if not pictures:
        return None
    size = pictures[-1][1].shape  # a camera that was set to another size shows another view
    bright = max(float(picture.mean()) for _, picture in pictures)
    alike = [
        (segment, picture)
        for segment, picture in pictures
        if picture.shape == size and picture.mean() >= BRIGHT * bright
    ]
    if len(alike) < LEAST:
        return None
    lines = drawn([picture for _, picture in alike])
    if not lines:
        return None
    return Outline(size[1], size[0], lines, len(alike), max(segment.begins for segment, _ in alike))


def drawn(pictures: Sequence[Grey]) -> tuple[tuple[tuple[int, int], ...], ...]:
    """The lines that nearly all of these pictures of one size have, the longest first."""
    smooth = [np.asarray(cv2.GaussianBlur(picture, (0, 0), 1.6), np.uint8) for picture in pictures]
    around = np.ones((5, 5), np.uint8)
    votes = np.sum([cv2.dilate(_edges(one), around) > 0 for one in smooth], axis=0)
    still = np.median(np.stack(smooth), axis=0).astype(np.uint8)
    edges = np.where(votes >= SHARE * len(pictures), _edges(still), 0).astype(np.uint8)
    found, _ = cv2.findContours(edges, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    lines, points = [], 0
    for contour in sorted(found, key=len, reverse=True):
        if len(contour) < 2 * LONG:  # there and back again
            break
        line = cv2.approxPolyDP(contour, 1.2, True)[:, 0]
        points += len(line)
        if points > POINTS:
            break
        lines.append(tuple((int(x), int(y)) for x, y in line))
    return tuple(lines)


def _edges(picture: Grey) -> Grey:
    return np.asarray(cv2.Canny(picture, *STEPS), np.uint8)


def _quiet(bins: Sequence[Bin]) -> set[int]:
    """Minutes (Unix seconds) that were watched and in which nobody was counted."""
    pieces: dict[int, list[Bin]] = {}
    for one in bins:
        pieces.setdefault(one.start, []).append(one)
    return {
        start
        for start, there in pieces.items()
        if sum(one.covered for one in there) >= WATCHED and all(_empty(one) for one in there)
    }


def _empty(one: Bin) -> bool:
    people = [zone for zone in one.zones if zone.sort is ObjectClass.PERSON]
    whole = any(zone.zone == PICTURE for zone in people)
    return one.trusted and whole and all(zone.most == zone.came == zone.left == 0 for zone in people)


def _nobody(segment: Segment, quiet: set[int]) -> bool:
    """Was nobody there when its first frame was taken, as far as anybody knows?"""
    minute = segment.begins // (MINUTE * 1_000_000) * MINUTE
    return segment.run.trusted and {minute - MINUTE, minute, minute + MINUTE} <= quiet


def _spread(segments: Sequence[Segment]) -> list[Segment]:
    """At most so many, far enough from each other, over all the time that there is."""
    apart: list[Segment] = []
    for segment in sorted(segments, key=lambda one: one.begins):
        if not apart or segment.begins - apart[-1].begins >= APART * 1_000_000:
            apart.append(segment)
    if len(apart) <= MOST:
        return apart
    return [apart[round(n * (len(apart) - 1) / (MOST - 1))] for n in range(MOST)]


def _first(recordings: Recordings, segment: Segment) -> Grey | None:
    """Its first frame in grey, made small; None where it is gone, covered, or nobody knows whether it is."""
    if recordings.covered(segment, 0, 1_000_000) != 0:
        return None
    try:
        with recordings.read(segment) as file:
            data = file.read(min(segment.size, _ENOUGH))
        picture = next(_decoded(data), None)
    except (StoreError, FFmpegError):
        return None
    if picture is None:
        return None
    height = max(1, round(picture.shape[0] * WIDTH / picture.shape[1]))
    return np.asarray(cv2.resize(picture, (WIDTH, height), interpolation=cv2.INTER_AREA), np.uint8)


def _decoded(data: bytes) -> Iterator[Grey]:
    with av.open(io.BytesIO(data), "r") as container:
        for frame in container.decode(video=0):
            yield np.asarray(frame.to_ndarray(format="gray"), np.uint8)
