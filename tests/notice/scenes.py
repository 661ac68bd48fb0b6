"""Synthetic recordings of a yard: a wall with a door, sometimes a person in front of it, and the counts for them."""

from dataclasses import replace
from functools import cache

import av
import cv2
import numpy as np

from passerby.core.clock import Moment
from passerby.core.kinds import ObjectClass
from passerby.core.safe_frame import SafeFrame
from passerby.documents.count_records import DWELL_BOUNDS_S, CountBin, ZoneCount
from passerby.sink.recording.fragment_encoder import FragmentEncoder
from passerby.store.counts.events_and_counts import CountStore
from tests.store.footage import joined_gops

WIDTH, HEIGHT = 480, 272
#: Where the person stands in `yard(person=True)`: left, top, right, bottom.
PERSON_BOX = (300, 90, 360, 250)
#: The door, which is always there.
DOOR = (80, 100, 150, 240)


def yard(person=False, light=1.0):
    """A grey picture, shape (HEIGHT, WIDTH). The head of the person is masked."""
    picture = np.full((HEIGHT, WIDTH), 190, np.uint8)
    cv2.rectangle(picture, (0, 245), (WIDTH, HEIGHT), 110, -1)
    cv2.rectangle(picture, DOOR[:2], DOOR[2:], 60, -1)
    if person:
        left, top, right, bottom = PERSON_BOX
        cv2.ellipse(picture, ((left + right) // 2, (top + bottom) // 2 + 20), (24, 60), 0, 0, 360, 30, -1)
        cv2.rectangle(picture, (left + 15, top), (right - 15, top + 35), 16, -1)
    return (picture * light).astype(np.uint8)


@cache
def recorded_second(person=False, light=1.0, covered=False):
    """One second of it, as a recorded part."""
    encoder = FragmentEncoder("yard", width=WIDTH, height=HEIGHT, frame_rate=5)
    grey = yard(person, light)
    parts = []
    for index in range(5):
        frame = av.VideoFrame.from_ndarray(grey, format="gray").reformat(format="yuv420p", threads=1)
        safe = SafeFrame(frame, index, index * 200_000, covered)
        parts.append(encoder.encode(safe, Moment(index / 5, index / 5, True)))
    (part,) = joined_gops(part for part in [*parts, encoder.flush()] if part is not None)
    return part


def record(recordings, clock, camera="yard", **scene):
    """Record one second now."""
    writer = recordings.writer(camera)
    writer.append(replace(recorded_second(**scene), camera=camera, captured_at=clock.now(), discontinuity=True))
    writer.close()


def count_bin(clock, people=0, camera="yard", zone="picture", back=0):
    """The counts of the current minute, or of `back` minutes before."""
    start = int(clock.wall) // 60 * 60 - 60 * back
    zones = ZoneCount(
        zone=zone,
        object_class=ObjectClass.PERSON,
        mean=people,
        peak=people,
        entries=people,
        exits=0,
        dwell=(0,) * (len(DWELL_BOUNDS_S) + 1),
    )
    return CountBin(camera=camera, start=start, observed_seconds=60, trusted=True, zones=(zones,))


def store_counts(recordings, clock, bins):
    CountStore(recordings.database, "hall").add(bins, [], clock.now())


def record_empty_day(recordings, clock, times=6, **scene):
    """Record one second `times` times, eleven minutes apart, with counts of nobody."""
    for _ in range(times):
        clock.go(660)
        record(recordings, clock, **scene)
        store_counts(recordings, clock, [count_bin(clock, back=back) for back in (1, 0, -1)])
