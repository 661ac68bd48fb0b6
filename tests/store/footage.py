"""Synthetic parts of cameras, and a clock that is set by the test."""

from dataclasses import dataclass, replace
from functools import cache

from passerby.core.clock import Moment
from passerby.sink.recording.fragment_encoder import FragmentEncoder
from passerby.store.recordings.part import join_parts
from tests.clips import SIZE, safe_frame
from tests.store.stamping import stamped

RATE = 10
#: Unix time at which the clocks of tests start, and the uptime of the machine then.
WALL, BOOTED = 1_800_000_000.0, 100.0
DAY = 86_400.0


@dataclass
class Clock:
    """Stands still until `go`. `wall` may be set; `monotonic` only goes forward."""

    monotonic: float = BOOTED
    wall: float = WALL
    trusted: bool = True

    def now(self):
        return Moment(self.monotonic, self.wall, self.trusted)

    def go(self, seconds):
        self.monotonic += seconds
        self.wall += seconds
        return self.now()


def encoded(camera, frames, size=SIZE, covered=(), times=None, clock=None):
    """The parts of a camera whose frame n shows `drawing(n)`, at RATE frames a second unless `times` (seconds) say."""
    encoder = FragmentEncoder(camera, width=size[0], height=size[1], frame_rate=RATE)
    clock, parts = clock or Clock(), []
    began = clock.now()
    for index in range(frames):
        seconds = index / RATE if times is None else times[index]
        frame = replace(safe_frame(index, round(seconds * 1e6), size), covered=index in covered)
        at = Moment(began.monotonic + seconds, began.wall + seconds, began.trusted)
        parts.append(encoder.encode(frame, at))
    return joined_gops(part for part in [*parts, encoder.flush()] if part is not None)


def joined_gops(halves):
    """As recordings use them: from one keyframe to the next."""
    found, together = [], []
    for part in halves:
        together.append(part)
        if part.ends_gop:
            found.append(join_parts(together))
            together = []
    return found


@cache
def three():
    """Three parts of a second, to be timestamped again by `parts`."""
    return tuple(encoded("yard", 3 * RATE))


def parts(clock, camera="yard", count=3):
    """Parts of `camera` while the clock goes on. Every three parts the frames repeat."""
    for number in range(count):
        known = three()[number % 3]
        start = number * 1_000_000
        yield replace(
            known,
            camera=camera,
            body=stamped(known.body, start),
            start=start,
            captured_at=clock.now(),
            discontinuity=number == 0,
        )
        clock.go(1)
