"""Jobs over HTTP: submit, list, follow, fetch, cancel."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import FileResponse, Response, StreamingResponse
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from passerby.core.model import FrozenModel
from passerby.server.service.problems import Problem, documented
from passerby.server.service.state import CancellingKey, ReadingKey, ServiceState, State, SubmittingKey
from passerby.service.job_queue import IdempotencyConflict, NoSuchUpload, QuotaExceeded
from passerby.service.keys import ApiKey, KeyScope
from passerby.service.records import Id, JobOutput, JobRequest, ServiceJobState, StoredJob
from passerby.service.status import API_PREFIX, JobResponse, job_response

#: Seconds between two looks at a job that is followed, and between two signs of life.
FOLLOW_S, HEARTBEAT_S = 0.5, 15.0
#: Seconds for which a client of events waits before it connects again (the field `retry`), in milliseconds.
RETRY_MS = 2000
MAX_PAGE = 200
_COMMON = ("unauthorised", "forbidden", "invalid-request", "too-many-requests", "unavailable")
#: One event, as its fields are named in the stream.
_EVENT = {
    "type": "object",
    "properties": {
        "event": {"type": "string", "description": "job"},
        "id": {"type": "string"},
        "data": {"type": "string", "description": "a JobResponse, as JSON"},
    },
}
router = APIRouter(prefix=API_PREFIX, tags=["jobs"])


class JobPage(FrozenModel):
    """Jobs, the newest first. `next` is the path of older ones, null at the end."""

    jobs: tuple[JobResponse, ...]
    next: str | None = Field(default=None)


@router.post(
    "/jobs",
    status_code=202,
    response_model=JobResponse,
    responses={
        200: {"model": JobResponse, "description": "The job that was submitted before under this idempotency key"},
        **documented(*_COMMON, "not-found", "idempotency-key-reused", "quota-exceeded", "too-large"),
    },
)
def submit_job(
    body: JobRequest,
    state: State,
    key: SubmittingKey,
    response: Response,
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=200,
            pattern=r"^[\x21-\x7e]+$",
            description="any text of your own: the same one gives the same job again, and no second one",
        ),
    ] = None,
) -> JobResponse:
    """Submit a file. What was accepted is on the disk, and is done once, whatever happens to the service."""
    for address in (body.source, body.output):
        if address is not None and not key.may_use_storage(address):
            raise Problem("forbidden", f"This key may not use {address}. Its prefixes are set by `--storage`.")
    if body.callback is not None and not key.may_call(body.callback):
        raise Problem(
            "forbidden",
            "This key may not send callbacks there. Its hosts are set by `--callback-host`, and the address is https.",
        )
    try:
        job, is_new = state.queue.submit(key, body, idempotency_key)
    except QuotaExceeded as error:
        raise Problem("quota-exceeded", str(error), {"retry-after": "60"}) from error
    except NoSuchUpload as error:
        raise Problem("not-found", str(error)) from error
    except IdempotencyConflict as error:
        raise Problem("idempotency-key-reused", str(error)) from error
    response.status_code = 202 if is_new else 200
    response.headers["location"] = f"{API_PREFIX}/jobs/{job.id}"
    return job_response(job, state.stages.get(job.id))


@router.get("/jobs", response_model=JobPage, responses=documented(*_COMMON))
def list_jobs(
    state: State,
    key: ReadingKey,
    only: Annotated[ServiceJobState | None, Query(alias="state", description="jobs in this state")] = None,
    before: Annotated[Id | None, Query(description="jobs that were submitted before this one")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
) -> JobPage:
    """Jobs of this key, the newest first; with the scope `all`, those of all keys."""
    owner = None if key.has(KeyScope.ALL) else key.id
    found = state.queue.list_jobs(owner, only, before, limit + 1)
    jobs = tuple(job_response(job, state.stages.get(job.id)) for job in found[:limit])
    if len(found) <= limit:
        return JobPage(jobs=jobs)
    chosen = f"&state={only.value}" if only is not None else ""
    return JobPage(jobs=jobs, next=f"{API_PREFIX}/jobs?before={jobs[-1].id}&limit={limit}{chosen}")


@router.get("/jobs/{job}", response_model=JobResponse, responses=documented(*_COMMON, "not-found"))
def read_job(job: Id, state: State, key: ReadingKey) -> JobResponse:
    """One job, and how far it is."""
    return job_response(_own(state, key, job), state.stages.get(job))


@router.delete("/jobs/{job}", status_code=204, response_class=Response, responses=documented(*_COMMON, "not-found"))
def delete_job(job: Id, state: State, key: CancellingKey) -> Response:
    """Cancel a job that has not ended; of one that has, delete the files."""
    _own(state, key, job)
    if state.queue.cancel(job):
        state.interrupt(job)
    state.folders.remove_job(job)
    state.queue.mark_removed([job])
    return Response(status_code=204)


@router.get(
    "/jobs/{job}/events",
    response_class=StreamingResponse,
    responses={
        200: {"description": "Server-sent events", "content": {"text/event-stream": {"schema": _EVENT}}},
        **documented(*_COMMON, "not-found"),
    },
)
def follow_job(request: Request, job: Id, state: State, key: ReadingKey) -> StreamingResponse:
    """Follow a job until it has ended, as server-sent events. The data of each event `job` is what `GET` of the job
    gives; one comes at once, and one whenever something has changed."""
    _own(state, key, job)
    return StreamingResponse(_events(request, state, job), media_type="text/event-stream")


@router.get(
    "/jobs/{job}/result",
    response_class=FileResponse,
    responses={
        200: {
            "description": "The redacted file",
            "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
        },
        206: {"description": "A part of it", "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}},
        **documented(*_COMMON, "not-found", "conflict", "gone"),
        416: {"description": "There is no such part", "content": {"text/plain": {"schema": {"type": "string"}}}},
    },
)
def fetch_result(job: Id, state: State, key: ReadingKey) -> FileResponse:
    """The redacted file. Ranges are understood."""
    found = _own(state, key, job)
    path, output = _file(state, found, "result")
    return FileResponse(path, media_type=output.media_type, filename=path.name)


@router.get(
    "/jobs/{job}/report",
    response_class=FileResponse,
    responses={
        200: {"description": "The report", "content": {"application/json": {"schema": {"type": "object"}}}},
        **documented(*_COMMON, "not-found", "conflict", "gone"),
    },
)
def fetch_report(job: Id, state: State, key: ReadingKey) -> FileResponse:
    """The report on the redacted file, as `passerby redact` writes it."""
    path, _ = _file(state, _own(state, key, job), "report")
    return FileResponse(path, media_type="application/json", filename=path.name)


@router.get(
    "/jobs/{job}/plan",
    response_class=FileResponse,
    responses={
        200: {"description": "The plan", "content": {"application/json": {"schema": {"type": "object"}}}},
        **documented(*_COMMON, "not-found", "conflict", "gone"),
    },
)
def fetch_plan(job: Id, state: State, key: ReadingKey) -> FileResponse:
    """The plan by which it was redacted: what was hidden where and when. Edit it, send it as an upload, and submit the
    file again with `plan_upload`."""
    path, _ = _file(state, _own(state, key, job), "plan")
    return FileResponse(path, media_type="application/json", filename=path.name)


def _own(state: ServiceState, key: ApiKey, id: str) -> StoredJob:
    """A job that this key may see. One of another key is as little there as one that does not exist."""
    found = state.queue.find(id)
    if found is None or (found.key != key.id and not key.has(KeyScope.ALL)):
        raise Problem("not-found", "There is no such job of this key.")
    return found


def _file(state: ServiceState, job: StoredJob, kind: str) -> tuple[Path, JobOutput]:
    if not job.state.is_final:
        raise Problem("conflict", "The job has not ended. Follow its events, or ask for it again.")
    if job.output is None:
        raise Problem("conflict", f"The job has no files: {job.message}")
    name = getattr(job.output, kind)
    if name is None:
        raise Problem("conflict", f"It went to object storage: {job.request.output}")
    path = state.folders.job(job.id) / name
    if job.removed or not path.is_file():
        raise Problem("gone", "The files of this job were deleted. Submit the source again.")
    return path, job.output


async def _events(request: Request, state: ServiceState, id: str) -> AsyncIterator[str]:
    """The events of one job, until it has ended or the client has gone."""
    yield f"retry: {RETRY_MS}\n\n"
    last, silent_s, number = "", 0.0, 0
    while not await request.is_disconnected():
        found = await run_in_threadpool(state.queue.find, id)
        if found is None:
            return
        text = job_response(found, state.stages.get(id)).model_dump_json()
        if text != last:
            number += 1
            yield f"id: {number}\nevent: job\ndata: {text}\n\n"
            last, silent_s = text, 0.0
        if found.state.is_final:
            return
        await asyncio.sleep(FOLLOW_S)
        silent_s += FOLLOW_S
        if silent_s >= HEARTBEAT_S:
            yield ": still there\n\n"
            silent_s = 0.0
