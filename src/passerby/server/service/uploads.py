"""Files that are sent to the service: written to the disk as they come, and known to a job once they are complete."""

from __future__ import annotations

import hashlib
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from passerby.core.model import FrozenModel
from passerby.server.service.problems import Problem, documented
from passerby.server.service.state import ServiceState, State, SubmittingKey
from passerby.service.folders import safe_name
from passerby.service.job_queue import QuotaExceeded, stored_too_much
from passerby.service.keys import ApiKey
from passerby.service.records import Id, StoredUpload
from passerby.service.status import API_PREFIX, iso_time

#: Bytes that are written at a time, and after which the limits are checked again.
WRITE_BYTES = 4 << 20
UPLOAD_PATH = f"{API_PREFIX}/uploads"
router = APIRouter(prefix=API_PREFIX, tags=["uploads"])


class UploadResponse(FrozenModel):
    """A file that was sent, and can be used by one job."""

    id: Id
    name: str
    size: int
    sha256: str
    created: str


@router.post(
    "/uploads",
    status_code=201,
    response_model=UploadResponse,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary", "minLength": 1}}},
        }
    },
    responses=documented(
        "unauthorised", "forbidden", "too-large", "invalid-request", "quota-exceeded", "unavailable", "no-space"
    ),
)
async def send_file(
    request: Request,
    state: State,
    key: SubmittingKey,
    name: Annotated[
        str, Query(min_length=1, max_length=255, description="name of the file; its suffix tells what it is")
    ],
) -> UploadResponse:
    """Send a file: a video, a still, or a plan. The body is the file itself. It can be read by nobody, and is deleted
    when its job has ended, or after a day."""
    id = secrets.token_hex(16)
    folder = state.folders.make_upload(id)
    try:
        size, sha256 = await _received(request, state, key, folder / safe_name(name))
        upload = StoredUpload(id=id, key=key.id, name=safe_name(name), size=size, sha256=sha256, created=state.clock())
        try:
            await run_in_threadpool(state.queue.add_upload, upload, key.settings.max_bytes)
        except QuotaExceeded as error:
            raise Problem("quota-exceeded", str(error)) from error
    except BaseException:  # whoever has gone away in the middle too
        state.folders.remove_upload(id)
        raise
    return UploadResponse(id=id, name=upload.name, size=size, sha256=sha256, created=iso_time(upload.created))


@router.delete(
    "/uploads/{upload}",
    status_code=204,
    response_class=Response,
    responses=documented("unauthorised", "forbidden", "not-found", "conflict", "invalid-request", "too-many-requests"),
)
def delete_upload(upload: Id, state: State, key: SubmittingKey) -> Response:
    """Delete a file that no job has used."""
    found = state.queue.upload(upload)
    if found is None or found.key != key.id:
        raise Problem("not-found", "There is no such upload of this key.")
    if found.job is not None:
        raise Problem("conflict", "A job uses this upload. It is deleted when that has ended.")
    state.folders.remove_upload(upload)
    state.queue.delete_upload(upload)
    return Response(status_code=204)


async def _received(request: Request, state: ServiceState, key: ApiKey, path: Path) -> tuple[int, str]:
    """Size and SHA-256 of what was received into a new file, which is on the disk. Raises Problem."""
    used = await run_in_threadpool(state.queue.stored_bytes, key.id)
    announced = int(request.headers.get("content-length") or 0)
    _check(state, key, used, announced, announced)
    hashed, size, waiting = hashlib.sha256(), 0, bytearray()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb", buffering=0) as file:

        def write(content: bytes) -> None:
            hashed.update(content)
            file.write(content)

        def check() -> None:
            unwritten = max(announced - size, 0) + len(waiting)
            _check(state, key, used, size, unwritten)

        try:
            async for chunk in request.stream():
                waiting += chunk
                size += len(chunk)
                if len(waiting) >= WRITE_BYTES:
                    check()
                    await run_in_threadpool(write, bytes(waiting))
                    waiting.clear()
            check()
            await run_in_threadpool(write, bytes(waiting))
            await run_in_threadpool(os.fsync, file.fileno())
        except ClientDisconnect as error:
            raise Problem("invalid-request", "The file was cut off. Send it again.") from error
        except OSError as error:
            raise Problem("no-space", "The file cannot be stored: the disk of the service is full or fails.") from error
    if not size:
        raise Problem("invalid-request", "The file is empty. Send it as the body of the request.")
    with suppress(OSError):  # the name too, after a power cut
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    return size, hashed.hexdigest()


def _check(state: ServiceState, key: ApiKey, used: int, size: int, unwritten: int) -> None:
    """Whether a file may go on. `size`: its bytes so far; `unwritten`: those that are not on the disk yet, for what is
    there has made the free bytes fewer already. Raises Problem."""
    if size > state.max_upload_bytes:
        raise Problem("too-large", f"A file has {state.max_upload_bytes} bytes at most. Put it into object storage.")
    if used + size > key.settings.max_bytes:
        raise Problem("quota-exceeded", stored_too_much(key.settings.max_bytes))
    if state.folders.free_bytes() - unwritten < state.min_free_bytes:
        raise Problem("no-space", "The disk of the service is almost full. Try it later.")
