"""Detector runs that can be left out, because nothing has changed since one that searched for the same.

A camera in an empty hall shows the same picture for hours. Models would see the same in it again, and what they saw is
taken over; that holds for a false positive as well. Compared is the frame of the last run itself, not the one before,
so that what comes slowly is noticed.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from passerby.core.kinds import Detection
from passerby.detect.schedule import Scope

#: By how much the mean luma (of 255) of no cell may differ. A cell is an eightieth of the width: compression and
#: the noise of a sensor change it by up to 2, the smallest face or plate that is found by 10 and more.
MAX_DIFFERENCE = 4
#: Seconds after which models run again even so.
MAX_STILL_S = 2.0

Tasks = Sequence[Future[list[Detection]]]
Cells = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class _Run:
    scope: Scope
    seconds: float
    cells: Cells
    tasks: Tasks

    def covers(self, scope: Scope) -> bool:
        """Did it search for everything that such a run does?"""
        if self.scope.quick or scope.quick:
            return self.scope == scope
        wider = self.scope.full_res_faces >= scope.full_res_faces
        return wider and self.scope.full_frame_plates >= scope.full_frame_plates


class StillScene:
    """Remembers the runs of one scene."""

    def __init__(self) -> None:
        self._runs: list[_Run] = []

    def earlier(self, scope: Scope, seconds: float, cells: Cells | None, cut: bool = False) -> Tasks | None:
        """The results of an earlier run that such a run would only repeat; None where it has to run. `cells` is as in
        SceneStats, `cut` marks the first frame of a scene."""
        if cut or cells is None:
            self._runs.clear()
        self._runs = [run for run in self._runs if 0 <= seconds - run.seconds < MAX_STILL_S]
        same = (run for run in reversed(self._runs) if run.covers(scope) and _is_same(run.cells, cells))
        return next((run.tasks for run in same), None)

    def ran(self, scope: Scope, seconds: float, cells: Cells | None, tasks: Tasks) -> None:
        """A run has been started."""
        if cells is not None:
            self._runs.append(_Run(scope, seconds, cells, tasks))


def _is_same(before: Cells, now: Cells | None) -> bool:
    if now is None or before.shape != now.shape:
        return False
    return int(np.abs(before.astype(np.int16) - now).max()) <= MAX_DIFFERENCE
