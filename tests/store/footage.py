"""Parts of cameras that never were, and clocks that do what they are told."""

from dataclasses import dataclass, replace
from functools import cache

from passerby.core.clock import Moment
from passerby.sink.recording.fragment_encoder import PartEncoder
from passerby.store.recordings.part import whole
from tests.clips import SIZE, safe_frame
from tests.store.stamping import stamped

RATE = 10
#: Seconds of Unix time when the clocks of tests begin, and of the run of the machine.
WALL, BOOTED = 1_800_000_000.0, 100.0
DAY = 86_400.0


@dataclass
class Clock:
    """Stands until it is told to go on. `wall` may be set; `monotonic` only goes forward."""

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
    encoder = PartEncoder(camera, width=size[0], height=size[1], frame_rate=RATE)
    clock, parts = clock or Clock(), []
    began = clock.now()
    for index in range(frames):
        seconds = index / RATE if times is None else times[index]
        frame = replace(safe_frame(index, round(seconds * 1e6), size), covered=index in covered)
        at = Moment(began.monotonic + seconds, began.wall + seconds, began.trusted)
        parts.append(encoder.encode(frame, at))
    return wholes(part for part in [*parts, encoder.flush()] if part is not None)


def wholes(halves):
    """As recordings take them: from one picture that stands alone to the next."""
    found, together = [], []
    for part in halves:
        together.append(part)
        if part.closes:
            found.append(whole(together))
            together = []
    return found


@cache
def three():
    """Three parts of a second, to be stamped anew by `parts`."""
    return tuple(encoded("yard", 3 * RATE))


def parts(clock, camera="yard", count=3):
    """Parts that `camera` makes while the clock goes on. After each three the pictures are the same again."""
    for number in range(count):
        known = three()[number % 3]
        start = number * 1_000_000
        yield replace(
            known, camera=camera, body=stamped(known.body, start), start=start, at=clock.now(), fresh=number == 0
        )
        clock.go(1)
