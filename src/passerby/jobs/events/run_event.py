"""The events of `--json`, on which programs may rely. docs/ref/events.schema.json is made of these.

Fields are only added within a schema version; one that is renamed, removed or means something else is a new version.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from passerby.core.model import FrozenModel
from passerby.core.version import PROGRAM
from passerby.documents.dry_run import DryRun
from passerby.jobs.events.standard_output import write_line
from passerby.jobs.task import JobState

#: Path of a file, in full, or its URL in object storage.
FullPath = Annotated[str, Field(description="full path, or URL in object storage")]


class _Event(FrozenModel):
    schema_version: Literal[1] = 1
    program: str = Field(default=PROGRAM, description="name and version of the program")


class StartedEvent(_Event):
    """A run begins. The first event."""

    event: Literal["started"] = "started"
    files: int = Field(description="number of files to redact")
    unsupported: int = Field(description="number of files in folders that are neither video nor still")


class ProgressEvent(_Event):
    """A stage of one file begins, goes on (about once a second), or ends."""

    event: Literal["progress"] = "progress"
    file: FullPath
    output: FullPath | None = Field(description="null where nothing is written")
    stage: str = Field(description="analyse, listen, render or check")
    done: int = Field(description="frames of this stage that are done; of listen, seconds")
    total: int | None = Field(description="frames or seconds in all, null where that is not known")
    fps: float | None = Field(description="frames a second")
    eta_s: int | None = Field(description="remaining seconds of the whole run, null while that is not known")


class FileEvent(_Event):
    """One file is done. It has the same fields as in summary.json."""

    event: Literal["done"] = "done"
    file: FullPath
    output: FullPath
    state: JobState = Field(description="done, already done, needs review, unsupported or in another run")
    message: str | None = Field(default=None, description="why it was not written in this run, null where it was")
    report: FullPath | None = Field(default=None, description="null where there is none")
    frames: int = Field(default=0, description="frames that were written")
    hidden: dict[str, int] = Field(default_factory=dict, description="number of tracks by kind")
    shown_on_purpose: int = Field(default=0, description="number of things that are shown on purpose")
    large_masks: list[list[float]] = Field(default_factory=list, description="start and end, seconds")
    findings: int = Field(default=0, description="places that the check of the output points at")
    needs_review: bool = Field(default=False, description="whether a person must look at the output")
    carried: dict[str, str] = Field(default_factory=dict, description="other columns of the manifest")


class DryRunEvent(_Event):
    """What a run would do with one file (`--dry-run`). Only the pictures were written."""

    event: Literal["dry_run"] = "dry_run"
    file: FullPath
    output: FullPath = Field(description="what a run would write")
    result: DryRun = Field(description="what would be hidden and when, and how long it would take")
    pictures: list[FullPath] = Field(description="masked pictures that were written")


class ErrorEvent(_Event):
    """A file failed, or (`file` is null) the whole run did."""

    event: Literal["error"] = "error"
    file: FullPath | None = Field(default=None, description="null for an error of the whole run")
    output: FullPath | None = None
    state: JobState = Field(default=JobState.FAILED, description="failed")
    message: str = Field(description="what happened, and what to do next")
    exit_code: int = Field(description="exit code for this file alone, or of the program")
    carried: dict[str, str] = Field(default_factory=dict, description="other columns of the manifest")


class OverallEvent(_Event):
    """How far a run over a cluster is."""

    event: Literal["overall"] = "overall"
    files: int = Field(description="files that are done, however they ended")
    total_files: int = Field(description="files of the run")
    video_hours: float = Field(description="hours of video that are done")
    fps: float = Field(description="frames a second, of all machines together")
    eta_s: int | None = Field(description="remaining seconds of the run, null while that is not known")


class InterruptedEvent(_Event):
    """The run was stopped. Files that are not reported as done were not written. The last event."""

    event: Literal["interrupted"] = "interrupted"
    signal: str = Field(description="SIGINT, SIGTERM or SIGHUP")
    exit_code: int = Field(description="exit code of the program")


class FinishedEvent(_Event):
    """The run is over. The last event."""

    event: Literal["finished"] = "finished"
    exit_code: int = Field(description="exit code of the program")
    counts: dict[JobState, int] = Field(description="number of files by state")
    summary: FullPath | None = Field(description="summary.json, null where none was written")


RunEvent = Annotated[
    StartedEvent
    | ProgressEvent
    | FileEvent
    | DryRunEvent
    | ErrorEvent
    | OverallEvent
    | InterruptedEvent
    | FinishedEvent,
    Field(discriminator="event"),
]
#: Reads a line, and gives the schema.
RUN_EVENT: TypeAdapter[RunEvent] = TypeAdapter(RunEvent)


def print_event(event: RunEvent, write: Callable[[str], None] = write_line) -> None:
    """One event on standard output. Raises StandardOutputError."""
    write(event.model_dump_json())
