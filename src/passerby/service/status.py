"""What a program is told of a job: by the API, in events and in callbacks alike."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from pydantic import Field

from passerby.core.model import FrozenModel
from passerby.service.progress import JobStage
from passerby.service.records import Id, ServiceJobState, StoredJob

API_PREFIX = "/v1"


class JobLinks(FrozenModel):
    """Paths on this service. Those of files are null until there is one, and once they were deleted."""

    self: str
    events: str
    result: str | None = None
    report: str | None = None
    plan: str | None = None


class JobResponse(FrozenModel):
    """One job. Times are ISO 8601, in UTC."""

    schema_version: Literal[1] = 1
    id: Id
    state: ServiceJobState
    label: str | None = None
    source: str = Field(description="name of the file, or its address")
    output: str | None = Field(default=None, description="address of the result in object storage, if it goes there")
    created: str
    started: str | None = None
    finished: str | None = None
    attempts: int = Field(default=0, description="how often it was begun; more than once where the service was ended")
    progress: JobStage | None = Field(default=None, description="while it is running")
    message: str | None = Field(default=None, description="why it failed, and what to do")
    hidden: dict[str, int] = Field(default_factory=dict, description="number of tracks by kind")
    frames: int = 0
    findings: int = Field(default=0, description="places that the check of the output points at")
    links: JobLinks


def job_response(job: StoredJob, stage: JobStage | None = None) -> JobResponse:
    """What is told of a job."""
    path, output = f"{API_PREFIX}/jobs/{job.id}", job.output
    files = {}
    if output is not None and not job.removed:
        names = {"result": output.result, "report": output.report, "plan": output.plan}
        files = {kind: f"{path}/{kind}" for kind, name in names.items() if name is not None}
    return JobResponse(
        id=job.id,
        state=job.state,
        label=job.request.label,
        source=job.request.source or job.source_name,
        output=job.request.output,
        created=iso_time(job.created),
        started=None if job.started is None else iso_time(job.started),
        finished=None if job.finished is None else iso_time(job.finished),
        attempts=job.attempts,
        progress=stage if job.state is ServiceJobState.RUNNING else None,
        message=job.message,
        hidden={} if output is None else output.hidden,
        frames=0 if output is None else output.frames,
        findings=0 if output is None else output.findings,
        links=JobLinks(self=path, events=f"{path}/events", **files),
    )


def iso_time(seconds: float) -> str:
    """Unix time as ISO 8601 in UTC, to a millisecond."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
