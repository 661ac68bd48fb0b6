"""The HTTP interface of `passerby review`. Files are addressed by number; no path is ever taken from a request."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import FileResponse, Response

from passerby.config.settings import Audio, FrameRate
from passerby.core.model import FrozenModel
from passerby.core.version import PROGRAM
from passerby.review.answers import (
    EditResponse,
    ExportResponse,
    FileDetail,
    FileSummary,
    PropagationResponse,
    RegressionCaseResponse,
    ReviewSession,
    SampleResponse,
)
from passerby.review.commands import Edit, Reason
from passerby.review.errors import ForbiddenError, NotFoundError
from passerby.review.queue import QueueEntry
from passerby.review.review_item import ReviewItem
from passerby.server.review.state import ApiError, State

Number = Annotated[int, Path(ge=0, le=2**31 - 1)]
#: The longer side of an image in px; 0 for full size.
MaxSide = Annotated[int, Query(ge=0, le=16384)]
JPEG, PNG, HTML, BINARY = "image/jpeg", "image/png", "text/html", "application/octet-stream"
#: The report is shown without scripts, and without access to anything.
REPORT_CSP = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"


class ExportRequest(FrozenModel):
    """How to export: what happens to the audio; by default as in the settings of the plan."""

    audio: Audio | None = None


class RateRequest(FrozenModel):
    """Frames a second of a stream without times."""

    frame_rate: FrameRate


class ReviewedRequest(FrozenModel):
    """An entry of the queue was reviewed, or was not."""

    id: Annotated[str, Query(max_length=100)]
    reviewed: bool = True


class JudgementRequest(FrozenModel):
    """Does a frame of the sample show somebody or something that it should not?"""

    leak: bool


class AnswerRequest(FrozenModel):
    """Why a finding is no problem; empty: it may be one after all."""

    reason: Reason


class FinishedRequest(FrozenModel):
    """Was the whole file reviewed?"""

    finished: bool


class RegressionCaseRequest(FrozenModel):
    """Which track to save as a regression case, and a note."""

    video: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0
    track: Annotated[int, Query(ge=0, le=2**31 - 1)]
    note: Reason = ""


async def item_of(state: State, id: Number) -> ReviewItem:
    """The file that the path names. Raises NotFoundError."""
    return state.library.item(id)


def open_item(item: Annotated[ReviewItem, Depends(item_of)]) -> ReviewItem:
    """The same, once it is open. Raises FileNotReady before."""
    item.require_open()
    return item


Item = Annotated[ReviewItem, Depends(item_of)]
OpenItem = Annotated[ReviewItem, Depends(open_item)]


def _content(media_type: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {media_type: {}}}}


_ERRORS: dict[int | str, dict[str, Any]] = {code: {"model": ApiError} for code in (400, 401, 403, 404, 409, 413)}
router = APIRouter(prefix="/api", responses=_ERRORS)


@router.get("/session")
def session(state: State) -> ReviewSession:
    """The program, and what this server allows."""
    return ReviewSession(program=PROGRAM, reviewer=state.library.reviewer, originals_allowed=state.originals_allowed)


@router.get("/files")
def files(state: State) -> list[FileSummary]:
    """All files, and their progress."""
    return [item.summary() for item in state.library.items]


@router.get("/files/{id}", response_model=FileDetail)
def file_detail(item: Item) -> Response:
    """An open file with all its tracks."""
    return Response(item.detail_json(), media_type="application/json")


@router.get("/files/{id}/times/{video}", response_class=Response, responses=_content(BINARY))
def times(item: Item, video: Number) -> Response:
    """Times of all frames in ticks: 64-bit floats, little endian."""
    return Response(np.asarray(item.frame_times(video), dtype="<f8").tobytes(), media_type=BINARY)


@router.get("/files/{id}/masked/{video}/{frame}", response_class=Response, responses=_content(JPEG))
def masked(item: Item, video: Number, frame: Number, size: MaxSide = 1280, small: bool = False) -> Response:
    """A frame as it will be released, JPEG. `small`: for a thumbnail, with a decoder of its own."""
    return Response(item.masked_jpeg(video, frame, size or None, thumbnail=small), media_type=JPEG)


@router.get("/files/{id}/original/{video}/{frame}", response_class=Response, responses=_content(JPEG))
def original(state: State, id: Number, video: Number, frame: Number, size: MaxSide = 1280) -> Response:
    """A frame without masks, JPEG. On loopback only."""
    if not state.originals_allowed:
        raise ForbiddenError("originals_forbidden")
    return Response(state.library.item(id).original_jpeg(video, frame, size or None), media_type=JPEG)


@router.post("/files/{id}/edit")
def edit(state: State, item: Item, command: Edit) -> EditResponse:
    """Edit tracks. The plan is saved before the response is sent."""
    response = item.edits.apply(command)
    reason = getattr(command, "reason", None)
    if reason and state.cases is not None:
        state.cases.note_reason(reason)
    return response


@router.post("/files/{id}/undo")
def undo(item: Item) -> EditResponse:
    """Undo the last edit."""
    return item.edits.undo()


@router.post("/files/{id}/redo")
def redo(item: Item) -> EditResponse:
    """Redo the last edit that was undone."""
    return item.edits.redo()


@router.get("/files/{id}/propagation")
def propagation(item: Item) -> PropagationResponse:
    """Progress of propagating a box."""
    return item.propagation_status()


@router.post("/files/{id}/propagation/stop")
def stop_propagation(item: Item) -> PropagationResponse:
    """Stop propagating. What was propagated so far stays."""
    item.propagation.stop()
    return item.propagation_status()


@router.get("/files/{id}/queue")
def queue(item: Item) -> list[QueueEntry]:
    """What needs a check, the most urgent first."""
    return item.queue()


@router.post("/files/{id}/queue")
def mark_reviewed(item: Item, request: ReviewedRequest) -> list[QueueEntry]:
    """Mark an entry of the queue as reviewed, or not."""
    return item.mark_reviewed(request.id, request.reviewed)


@router.post("/files/{id}/finished")
def set_finished(item: OpenItem, request: FinishedRequest) -> FileSummary:
    """Mark the whole file as reviewed, or not."""
    item.file.update_notes(finished=request.finished)
    return item.summary()


@router.post("/files/{id}/retry")
def retry(state: State, item: Item) -> FileSummary:
    """Open a file again that could not be opened."""
    state.library.retry(item)
    return item.summary()


@router.post("/files/{id}/rate")
def search_at_rate(state: State, item: OpenItem, request: RateRequest) -> FileSummary:
    """Search a stream without times anew, at this rate."""
    state.library.search_again(item, request.frame_rate)
    return item.summary()


@router.get("/files/{id}/export")
def export(item: OpenItem) -> ExportResponse:
    """Progress of the export, and its verdict."""
    return item.export.status()


@router.post("/files/{id}/export")
def start_export(state: State, item: OpenItem, request: ExportRequest) -> ExportResponse:
    """Render and verify the release. In a case its report names the office's default reasons."""
    defaults = None if state.cases is None else state.cases.reasons().defaults
    return item.start_export(request.audio, defaults)


@router.post("/files/{id}/export/stop")
def stop_export(item: OpenItem) -> ExportResponse:
    """Cancel the export. No output is written."""
    item.export.job.stop()
    return item.export.status()


@router.get("/files/{id}/export/report", response_class=Response, responses=_content(HTML))
def export_report(item: OpenItem) -> Response:
    """The full report of the verification."""
    if not item.export.report_path.is_file():
        raise NotFoundError("no_report")
    headers = {"content-security-policy": REPORT_CSP}
    return FileResponse(item.export.report_path, media_type=HTML, headers=headers)


@router.post("/files/{id}/findings/{number}")
def answer_finding(item: OpenItem, number: Number, request: AnswerRequest) -> ExportResponse:
    """Answer a finding of the verification: a person has looked, and it is no problem."""
    return item.export.answer(number, request.reason)


@router.get("/files/{id}/sample")
def sample(item: OpenItem) -> SampleResponse:
    """The random sample, and its judgements."""
    return item.export.sample()


@router.post("/files/{id}/sample")
def draw_sample(item: OpenItem) -> ExportResponse:
    """Draw a random sample of frames from the release."""
    item.export.draw_sample()
    return item.export.status()


@router.get("/files/{id}/sample/{number}", response_class=Response, responses=_content(PNG))
def sample_image(item: OpenItem, number: Number) -> Response:
    """One frame of the sample, PNG."""
    return Response(item.export.sample_image(number), media_type=PNG)


@router.post("/files/{id}/sample/{number}")
def judge(item: OpenItem, number: Number, request: JudgementRequest) -> SampleResponse:
    """Judge whether a frame of the sample leaks."""
    return item.export.judge(number, request.leak)


@router.post("/files/{id}/regression-case")
def save_regression_case(item: Item, request: RegressionCaseRequest) -> RegressionCaseResponse:
    """Save a track as a regression case: a reference and boxes, never pixels."""
    return RegressionCaseResponse(name=item.save_regression_case(request.video, request.track, request.note))
