"""The events of a run on standard output, with the time left of the whole of it."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from passerby.config.object_path import is_remote, url_of
from passerby.documents.dry_run import DryRun
from passerby.jobs.events.run_event import (
    DryRunEvent,
    ErrorEvent,
    FileEvent,
    FinishedEvent,
    ProgressEvent,
    RunEvent,
    StartedEvent,
    print_event,
)
from passerby.jobs.events.stage_progress import StageProgress
from passerby.jobs.events.standard_output import write_line
from passerby.jobs.file_job import FileJob
from passerby.jobs.progress import source_size
from passerby.jobs.summary import summary_row
from passerby.jobs.task import JobOutcome, JobState, Task

#: Share of the time of a file that is over when a stage begins, and the share that the stage takes (sample of 720p, two
#: processors: 3.1 s, 0.5 s and 0.9 s).
STAGES = {"analyse": (0.0, 0.68), "listen": (0.68, 0.02), "render": (0.70, 0.11), "check": (0.81, 0.19)}


class EventStream:
    """Prints the events of a run. Safe for several threads: files may be redacted in parallel."""

    def __init__(
        self,
        jobs: Sequence[FileJob],
        unsupported: int = 0,
        clock: Callable[[], float] = time.monotonic,
        write: Callable[[str], None] = write_line,
    ) -> None:
        self._clock, self._write, self._lock = clock, write, threading.Lock()
        self._sizes = {job.source: source_size(job) for job in jobs}
        self._started = clock()
        self._bytes_left, self._bytes_done = float(sum(self._sizes.values())), 0.0
        self._fractions: dict[Path, float] = {}
        self._counts: Counter[JobState] = Counter()
        self._print(StartedEvent(files=len(jobs), unsupported=unsupported))

    def progress(self, task: Task, stage: StageProgress) -> None:
        """A stage of a file goes on."""
        job = task.job
        begin, share = STAGES.get(stage.stage, (0.0, 0.0))
        fraction = begin + (share * min(1.0, stage.done / stage.total) if stage.total else 0.0)
        with self._lock:
            self._fractions[job.source] = max(fraction, self._fractions.get(job.source, 0.0))
            self._print(
                ProgressEvent(
                    file=full_path(job.source),
                    output=full_path(job.output),
                    stage=stage.stage,
                    done=stage.done,
                    total=stage.total,
                    fps=stage.fps,
                    eta_s=self._eta_s(),
                )
            )

    def record(self, outcome: JobOutcome) -> None:
        """A file is done, or has failed."""
        with self._lock:
            size = self._sizes.pop(outcome.job.source, 0)
            self._fractions.pop(outcome.job.source, None)
            self._bytes_left -= size
            if outcome.state is not JobState.ALREADY_DONE:
                self._bytes_done += size
            self._counts[outcome.state] += 1
            self._print(file_event(outcome))

    def finish(self, exit_code: int, unsupported: int = 0, summary: Path | None = None) -> None:
        """The run is over."""
        counts = dict(self._counts) | ({JobState.UNSUPPORTED: unsupported} if unsupported else {})
        path = None if summary is None else full_path(summary)
        self._print(FinishedEvent(exit_code=exit_code, counts=counts, summary=path))

    def _eta_s(self) -> int | None:
        """Remaining seconds at the speed so far, by the bytes of the sources and how far each file is."""
        under_way = sum(self._sizes.get(source, 0) * fraction for source, fraction in self._fractions.items())
        done, elapsed = self._bytes_done + under_way, self._clock() - self._started
        return round((self._bytes_left - under_way) * elapsed / done) if done > 0 and elapsed > 0 else None

    def _print(self, event: RunEvent) -> None:
        print_event(event, self._write)


def file_event(outcome: JobOutcome) -> FileEvent | ErrorEvent | DryRunEvent:
    """The event for a file that is done or has failed."""
    job = outcome.job
    file, output = full_path(job.source), full_path(job.output)
    if outcome.state is JobState.FAILED:
        message, code = printable_text(outcome.error or ""), outcome.exit_code
        return ErrorEvent(file=file, output=output, message=message, exit_code=code, carried=dict(job.carried))
    if isinstance(outcome.result, DryRun):
        pictures = [full_path(job.output.with_name(name)) for name in outcome.result.pictures]
        return DryRunEvent(file=file, output=output, result=outcome.result, pictures=pictures)
    row = summary_row(outcome) | {"file": file, "output": output, "state": outcome.state}
    if outcome.error is not None:
        row["message"] = printable_text(outcome.error)
    if outcome.report is not None:
        row["report"] = full_path(job.report_path)
    return FileEvent.model_validate(row)


def full_path(path: Path) -> str:
    """The whole path as text; bytes that are no UTF-8 become ?."""
    return printable_text(url_of(path) if is_remote(path) else str(path.absolute()))


def printable_text(text: str) -> str:
    """The text as UTF-8 can hold it."""
    return text.encode("utf-8", "replace").decode()
