"""How far the running jobs are: in memory only, since after a restart they begin again."""

from __future__ import annotations

import threading

from pydantic import Field

from passerby.core.model import FrozenModel

#: Share of the time of a file that is over when a stage begins, and the share that the stage takes; as in the events of
#: `--json` (jobs/events/event_stream.py says where the figures are from).
STAGE_SHARES = {"analyse": (0.0, 0.68), "listen": (0.68, 0.02), "render": (0.70, 0.11), "check": (0.81, 0.19)}


class JobStage(FrozenModel):
    """Where a running job is."""

    stage: str = Field(description="analyse, listen, render or check")
    done: int = Field(description="frames of this stage that are done; of listen, seconds")
    total: int | None = Field(description="frames or seconds in all, null where that is not known")
    percent: int = Field(ge=0, le=100, description="of the whole job, an estimate")


class JobStages:
    """The stage of each running job. Safe for several threads."""

    def __init__(self) -> None:
        self._stages: dict[str, JobStage] = {}
        self._lock = threading.Lock()

    def set(self, id: str, stage: str, done: int, total: int | None) -> None:
        begin, share = STAGE_SHARES.get(stage, (0.0, 0.0))
        fraction = begin + (share * min(1.0, done / total) if total else 0.0)
        with self._lock:
            before = self._stages.get(id)
            percent = max(0 if before is None else before.percent, min(100, round(100 * fraction)))
            self._stages[id] = JobStage(stage=stage, done=done, total=total, percent=percent)

    def get(self, id: str) -> JobStage | None:
        with self._lock:
            return self._stages.get(id)

    def remove(self, id: str) -> None:
        with self._lock:
            self._stages.pop(id, None)
