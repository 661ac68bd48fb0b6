"""The HTTP interface of cases. Paths that a page names are relative to a root, and are listed on loopback only."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Path, Query
from pydantic import Field

from passerby.cases.case_list import CaseSummary
from passerby.cases.folder_browser import FolderResponse
from passerby.cases.open_case import CaseResponse, KindResponse, KindUndoResponse, OpenCase
from passerby.cases.upload import Upload
from passerby.core.model import FrozenModel
from passerby.documents.case_file import CaseDetails
from passerby.documents.reason_list import ReasonList, ReleaseReason
from passerby.review.commands import DrawableKind, Reason
from passerby.review.errors import ForbiddenError
from passerby.server.review.state import ApiError, Browser, Cases, State

Number = Annotated[int, Path(ge=0, le=2**31 - 1)]
RelativePath = Annotated[str, Field(max_length=4000)]
Paths = Annotated[tuple[RelativePath, ...], Field(max_length=10_000)]
#: A piece of a file that is dropped on the page: requests have at most a megabyte.
Offset = Annotated[int, Query(ge=0, le=2**53)]


class StartResponse(FrozenModel):
    """What the page begins with: the start page when there are `cases`, or the case with the number `case`.
    `may_browse`: folders of this machine may be listed."""

    cases: bool
    case: int | None
    may_browse: bool


class NewCaseRequest(FrozenModel):
    """A case to make, and the files and folders to begin with."""

    details: CaseDetails
    paths: Paths = ()


class PathsRequest(FrozenModel):
    """Files and folders, relative to the root."""

    paths: Paths


class FolderRequest(FrozenModel):
    """A folder, relative to the root."""

    path: RelativePath


class FileRequest(FrozenModel):
    """A file of the case, by its number."""

    file: Annotated[int, Field(ge=0, le=2**31 - 1)]


class KindRequest(FrozenModel):
    """A kind, and whether it is to be shown."""

    kind: DrawableKind
    shown: bool
    reason: Reason | None = None


class DetailsRequest(FrozenModel):
    """The details of a case, and those that were `seen` before they were changed."""

    details: CaseDetails
    seen: CaseDetails


class ReasonsRequest(FrozenModel):
    """All reasons of the office, and those that were `seen` before they were changed."""

    reasons: Annotated[tuple[ReleaseReason, ...], Field(max_length=200)]
    seen: Annotated[tuple[ReleaseReason, ...], Field(max_length=200)]


def open_case(cases: Cases, case: Number) -> OpenCase:
    """The case that the path names. Raises NotFoundError."""
    return cases.case(case)


Case = Annotated[OpenCase, Depends(open_case)]
_ERRORS: dict[int | str, dict[str, Any]] = {code: {"model": ApiError} for code in (400, 401, 403, 404, 409, 413)}
router = APIRouter(prefix="/api", responses=_ERRORS)


@router.get("/start")
def start(state: State) -> StartResponse:
    """What the page begins with."""
    may_browse = state.originals_allowed and state.browser is not None
    return StartResponse(cases=state.cases is not None, case=state.start_case, may_browse=may_browse)


@router.get("/cases")
def cases_of_office(cases: Cases) -> list[CaseSummary]:
    """All cases."""
    return cases.summaries()


@router.post("/cases")
def create_case(cases: Cases, state: State, request: NewCaseRequest) -> CaseResponse:
    """Make a case."""
    if request.paths and (state.browser is None or not state.originals_allowed):
        raise ForbiddenError("folders_forbidden")
    paths = [state.browser.resolve(path) for path in request.paths] if state.browser is not None else []
    return cases.create(request.details, paths).response()


@router.post("/cases/open")
def open_folder(cases: Cases, browser: Browser, request: FolderRequest) -> CaseResponse:
    """Open any folder as a case."""
    return cases.open_folder(browser.resolve(request.path)).response()


@router.get("/cases/{case}")
def case(case: Case) -> CaseResponse:
    """A case with its files."""
    return case.response()


@router.post("/cases/{case}/details")
def set_details(case: Case, request: DetailsRequest) -> CaseResponse:
    """Change number, requestor, date, agency and officer, unless another page has changed them meanwhile."""
    case.set_details(request.details, request.seen)
    return case.response()


@router.post("/cases/{case}/files")
def add_files(cases: Cases, case: Case, browser: Browser, request: PathsRequest) -> CaseResponse:
    """Add files and folders. They stay where they are."""
    case.add(cases.find([browser.resolve(path) for path in request.paths]))
    return case.response()


@router.post("/cases/{case}/remove")
def remove_file(case: Case, request: FileRequest) -> CaseResponse:
    """Take a file out of the case. Nothing is deleted."""
    case.remove(request.file)
    return case.response()


@router.post("/cases/{case}/upload")
def upload(
    cases: Cases,
    case: Case,
    name: Annotated[str, Query(max_length=1000)],
    data: Annotated[bytes, Body(media_type="application/octet-stream")],
    offset: Offset = 0,
    last: bool = False,
) -> CaseResponse:
    """Copy a dropped file into the folder of the case, piece by piece."""
    path = Upload(case.folder.folder, name).write(offset, data, last=last)
    if path is not None:
        case.add(cases.find([path]))
    return case.response()


@router.post("/cases/{case}/kind")
def show_kind(case: Case, request: KindRequest) -> KindResponse:
    """Show, or hide again, all items of a kind in every file of the case that is open."""
    return case.show_kind(request.kind, shown=request.shown, reason=request.reason)


@router.post("/cases/{case}/kind/undo")
def undo_kind(case: Case) -> KindUndoResponse:
    """Undo the last change of a kind in all files."""
    return case.undo_kind()


@router.post("/cases/{case}/release")
def start_release(cases: Cases, case: Case) -> CaseResponse:
    """Render, check and pack all files that were reviewed."""
    case.start_release(cases.reasons())
    return case.response()


@router.post("/cases/{case}/release/stop")
def stop_release(case: Case) -> CaseResponse:
    """Stop. Nothing is packed."""
    case.stop_release()
    return case.response()


@router.get("/folders")
def folders(browser: Browser, path: Annotated[str, Query(max_length=4000)] = "") -> FolderResponse:
    """A folder of this machine."""
    return browser.list(path)


@router.get("/reasons")
def reasons(state: State) -> ReasonList:
    """The reasons that the office gives."""
    return ReasonList() if state.cases is None else state.cases.reasons()


@router.post("/reasons")
def set_reasons(cases: Cases, request: ReasonsRequest) -> ReasonList:
    """Replace the list of reasons, unless another page has changed it meanwhile."""
    return cases.set_reasons(request.reasons, request.seen)
