"""The looks of one camera, one at a time, beside everything else; and whether the models can be believed."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from itertools import cycle
from typing import Protocol

from passerby.core.errors import DetectorError
from passerby.core.kinds import Detection
from passerby.core.media import Geometry
from passerby.core.raw_frame import RawFrame
from passerby.detect.live_schedule import LATEST, pause
from passerby.detect.schedule import Reach

#: Seconds between two checks of one model by the known pictures. The models take turns, so that a check is over before
#: the next look is due.
ALIVE_EVERY = 10.0
#: Seconds before models that failed are loaded anew.
AGAIN_AFTER = 15.0
#: How much of the usual time of a look the newest one decides.
_NEWEST = 0.3


class Looks(Protocol):
    """What looks: a Looker, or in tests something else."""

    @property
    def weights(self) -> tuple[str, ...]: ...
    def alive(self, ids: Sequence[str] | None = None) -> None: ...
    def look(self, frame: RawFrame, reach: Reach = ...) -> list[Detection]: ...


class Looking:
    """Looks at the frames of one camera, of whatever size.

    All work is done in one thread, so looks end in the order in which they were asked for. `make` loads the models for
    a geometry and raises PasserbyError where they are missing or not alive; it is called again after a while.
    """

    def __init__(
        self,
        make: Callable[[Geometry], Looks],
        clock: Callable[[], float] = time.monotonic,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self._make, self._clock, self._draw = make, clock, draw
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="passerby-look")
        self._looker: Looks | None = None
        self._geometry: Geometry | None = None
        self._checks: Iterator[str] = cycle(())
        self._checked = self._failed = -AGAIN_AFTER
        self._under_way: list[Future[list[Detection]]] = []
        #: What is wrong with the models, None when nothing is.
        self.problem: str | None = None
        self.looks = 0
        #: Seconds that a look takes, running mean.
        self.usual: float | None = None

    @property
    def busy(self) -> int:
        """Looks that are waited for."""
        self._under_way = [future for future in self._under_way if not future.done()]
        return len(self._under_way)

    @property
    def pause(self) -> float:
        """Seconds between the beginnings of two looks, as the machine bears it."""
        return LATEST if self.usual is None else pause(self.usual)

    def look(self, frame: RawFrame, geometry: Geometry, reach: Reach) -> Future[list[Detection]]:
        """What is in a frame, in a while. The future raises whatever made the look fail; `problem` says when it is the
        models that are to blame."""
        future = self._thread.submit(self._look, frame, geometry, reach)
        self._under_way.append(future)
        return future

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _look(self, frame: RawFrame, geometry: Geometry, reach: Reach) -> list[Detection]:
        looker = self._ready(geometry)
        began = self._clock()
        found = looker.look(frame, reach)
        took = self._clock() - began
        self.looks += 1
        self.usual = took if self.usual is None else (1 - _NEWEST) * self.usual + _NEWEST * took
        if self._clock() - self._checked >= ALIVE_EVERY:
            self._checked = self._clock()
            with suppress(RuntimeError):  # it was closed meanwhile
                self._thread.submit(self._check)
        return found

    def _check(self) -> None:
        """Is the next model in turn alive? In the pause after a look, so that none becomes late for it."""
        if self._looker is None:
            return
        try:
            self._looker.alive([next(self._checks)])
        except Exception as error:
            self._blame(error)

    def _blame(self, error: Exception) -> None:
        """The models cannot be believed until they are loaded anew."""
        self._failed = self._clock()
        self._looker, self.problem = None, str(error) or type(error).__name__

    def _ready(self, geometry: Geometry) -> Looks:
        """Models that were alive not long ago. Raises PasserbyError, with what to do."""
        if self._looker is None or geometry != self._geometry:
            if self.problem is not None and self._clock() - self._failed < AGAIN_AFTER:
                raise DetectorError(self.problem)
            self._looker = None  # two sets of models are more memory than a small machine has
            try:
                self._looker, self._geometry = self._make(geometry), geometry
            except Exception as error:
                self._blame(error)
                raise
            self._checks = cycle(self._looker.weights)
            # Cameras begin together. Their checks are not to fall together as well.
            self._checked = self._clock() - self._draw() * ALIVE_EVERY
        self.problem = None
        return self._looker
