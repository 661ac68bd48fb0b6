"""Recordings of a yard that never was: a wall with a door, at times somebody before it, and what was counted there."""

from dataclasses import replace
from functools import cache

import av
import cv2
import numpy as np

from passerby.core.clock import Moment
from passerby.core.kinds import ObjectClass
from passerby.core.safe_frame import SafeFrame
from passerby.documents.count_records import DWELL, Bin, ZoneCount
from passerby.sink.recording.fragment_encoder import PartEncoder
from passerby.store.counts.events_and_counts import Counts
from tests.store.footage import wholes

WIDTH, HEIGHT = 480, 272
#: Where somebody stands in `yard(True)`: left, top, right, bottom.
STANDS = (300, 90, 360, 250)
#: The door, which is there always.
DOOR = (80, 100, 150, 240)


def yard(somebody=False, light=1.0):
    """Grey, shape (HEIGHT, WIDTH). Whoever stands there has the head painted over."""
    picture = np.full((HEIGHT, WIDTH), 190, np.uint8)
    cv2.rectangle(picture, (0, 245), (WIDTH, HEIGHT), 110, -1)
    cv2.rectangle(picture, DOOR[:2], DOOR[2:], 60, -1)
    if somebody:
        left, top, right, bottom = STANDS
        cv2.ellipse(picture, ((left + right) // 2, (top + bottom) // 2 + 20), (24, 60), 0, 0, 360, 30, -1)
        cv2.rectangle(picture, (left + 15, top), (right - 15, top + 35), 16, -1)
    return (picture * light).astype(np.uint8)


@cache
def second(somebody=False, light=1.0, covered=False):
    """A second of it, as it is recorded."""
    encoder = PartEncoder("yard", width=WIDTH, height=HEIGHT, frame_rate=5)
    grey = yard(somebody, light)
    parts = []
    for index in range(5):
        frame = av.VideoFrame.from_ndarray(grey, format="gray").reformat(format="yuv420p", threads=1)
        safe = SafeFrame(frame, index, index * 200_000, covered)
        parts.append(encoder.encode(safe, Moment(index / 5, index / 5, True)))
    (part,) = wholes(part for part in [*parts, encoder.flush()] if part is not None)
    return part


def recorded(recordings, clock, camera="yard", **scene):
    """A second of it is recorded now."""
    writer = recordings.writer(camera)
    writer.append(replace(second(**scene), camera=camera, at=clock.now(), fresh=True))
    writer.close()


def minute(clock, people=0, camera="yard", zone="picture", back=0):
    """What was counted in the minute that it is, or `back` minutes before."""
    start = int(clock.wall) // 60 * 60 - 60 * back
    zones = ZoneCount(
        zone=zone, sort=ObjectClass.PERSON, mean=people, most=people, came=people, left=0, dwell=(0,) * (len(DWELL) + 1)
    )
    return Bin(camera=camera, start=start, covered=60, trusted=True, zones=(zones,))


def counted(recordings, clock, bins):
    Counts(recordings.database, "hall").add(bins, [], clock.now())


def quiet_day(recordings, clock, times=6, **scene):
    """So many seconds are recorded, eleven minutes apart, and nobody is counted."""
    for _ in range(times):
        clock.go(660)
        recorded(recordings, clock, **scene)
        counted(recordings, clock, [minute(clock, back=back) for back in (1, 0, -1)])
