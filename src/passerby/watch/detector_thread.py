"""The thread that runs the detector of one camera, and checks that its models still give the known answer."""

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
from passerby.detect.live.region_search import LiveFrame
from passerby.detect.live_schedule import MAX_INTERVAL_S, detection_interval
from passerby.detect.schedule import Scope

#: Seconds between two known-answer tests. The models take turns, one a test, so that a test is over before the next
#: detection is due.
KNOWN_ANSWER_INTERVAL_S = 10.0
#: Seconds before models that failed are loaded again.
RELOAD_AFTER_S = 15.0
#: Weight of the newest duration in the moving average.
_EWMA_WEIGHT = 0.3


class DetectorLike(Protocol):
    """What detects: a detector for one frame geometry (in tests, a fake)."""

    @property
    def weights(self) -> tuple[str, ...]: ...
    def run_known_answer_test(self, ids: Sequence[str] | None = None) -> None: ...
    def detect(self, frame: RawFrame, scope: Scope = ...) -> list[Detection]: ...
    def open_live_frame(self, frame: RawFrame) -> LiveFrame: ...


class DetectorThread:
    """Runs detection on the frames of one camera, whatever their size.

    A single thread does all the work, so detections finish in the order in which they were submitted. `make` loads the
    models for a geometry; it raises PasserbyError where they are missing or fail the known-answer test, and is called
    again after RELOAD_AFTER_S.
    """

    def __init__(
        self,
        make_detector: Callable[[Geometry], DetectorLike],
        now: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._make_detector, self._now, self._jitter = make_detector, now, jitter
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="passerby-detect")
        self._detector: DetectorLike | None = None
        self._geometry: Geometry | None = None
        self._test_order: Iterator[str] = cycle(())
        self._tested_at = self._failed_at = -RELOAD_AFTER_S
        self._futures: list[Future[list[Detection]]] = []
        #: What is wrong with the models; None when nothing is.
        self.problem: str | None = None
        self.detections = 0
        #: Seconds that a detection takes: moving average, None before the first.
        self.mean_duration: float | None = None

    @property
    def pending(self) -> int:
        """Number of detections that have not finished."""
        self._futures = [future for future in self._futures if not future.done()]
        return len(self._futures)

    @property
    def interval(self) -> float:
        """Seconds between the starts of two detections that this machine can sustain."""
        return MAX_INTERVAL_S if self.mean_duration is None else detection_interval(self.mean_duration)

    def submit(self, frame: RawFrame, geometry: Geometry, scope: Scope) -> Future[list[Detection]]:
        """Queue a frame for detection. The future raises whatever made the detection fail; `problem` is set when the
        models are at fault."""
        future = self._thread.submit(self._detect, frame, geometry, scope)
        self._futures.append(future)
        return future

    def open_frame(self, frame: RawFrame, geometry: Geometry) -> LiveFrame | None:
        """A frame to be searched in parts, in the caller's thread; None while there are no models that work."""
        detector = self._detector
        if detector is None or geometry != self._geometry or self.problem is not None:
            return None
        return detector.open_live_frame(frame)

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _detect(self, frame: RawFrame, geometry: Geometry, scope: Scope) -> list[Detection]:
        detector = self._loaded_detector(geometry)
        started = self._now()
        found = detector.detect(frame, scope)
        duration = self._now() - started
        self.detections += 1
        self.mean_duration = (
            duration
            if self.mean_duration is None
            else (1 - _EWMA_WEIGHT) * self.mean_duration + _EWMA_WEIGHT * duration
        )
        if self._now() - self._tested_at >= KNOWN_ANSWER_INTERVAL_S:
            self._tested_at = self._now()
            with suppress(RuntimeError):  # closed in the meantime
                self._thread.submit(self._run_known_answer_test)
        return found

    def _run_known_answer_test(self) -> None:
        """Test the next model in turn. Runs right after a detection, so that no detection is late because of it."""
        if self._detector is None:
            return
        try:
            self._detector.run_known_answer_test([next(self._test_order)])
        except Exception as error:
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        """Stop using the models until they are loaded again."""
        self._failed_at = self._now()
        self._detector, self.problem = None, str(error) or type(error).__name__

    def _loaded_detector(self, geometry: Geometry) -> DetectorLike:
        """A detector for this geometry that passed its last known-answer test. Raises PasserbyError."""
        if self._detector is None or geometry != self._geometry:
            if self.problem is not None and self._now() - self._failed_at < RELOAD_AFTER_S:
                raise DetectorError(self.problem)
            self._detector = None  # a small machine has no memory for two sets of models
            try:
                self._detector, self._geometry = self._make_detector(geometry), geometry
            except Exception as error:
                self._fail(error)
                raise
            self._test_order = cycle(self._detector.weights)
            # Cameras start at the same time. Their tests should not run at the same time as well.
            self._tested_at = self._now() - self._jitter() * KNOWN_ANSWER_INTERVAL_S
        self.problem = None
        return self._detector
