"""What the routes of `passerby review` serve, and how they get at it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from passerby.cases.case_list import CaseList
from passerby.cases.folder_browser import FolderBrowser
from passerby.core.model import FrozenModel
from passerby.review.errors import ErrorInfo, ForbiddenError, NotFoundError
from passerby.review.library import ReviewLibrary


class ApiError(FrozenModel):
    """Why a request was rejected. `detail` is for clients other than the page. `error` is null for requests that were
    rejected before they reached a file: the status code says all."""

    detail: str
    error: ErrorInfo | None = None


@dataclass(frozen=True, slots=True)
class ReviewState:
    """What the routes serve. `originals_allowed`: the server is on loopback, so originals may be shown, and folders
    listed. `cases` is None when single files are reviewed; `start_case` is the number of the case to begin with."""

    library: ReviewLibrary
    originals_allowed: bool
    cases: CaseList | None = None
    browser: FolderBrowser | None = None
    start_case: int | None = None


async def review_state(request: Request) -> ReviewState:
    """Set by review_app."""
    state: ReviewState = request.app.state.review
    return state


State = Annotated[ReviewState, Depends(review_state)]


async def case_list(state: State) -> CaseList:
    """Raises NotFoundError where single files are reviewed."""
    if state.cases is None:
        raise NotFoundError("no_case")
    return state.cases


async def folder_browser(state: State) -> FolderBrowser:
    """Raises ForbiddenError where other machines can reach the server: they are not shown what lies on this one."""
    if state.browser is None or not state.originals_allowed:
        raise ForbiddenError("folders_forbidden")
    return state.browser


Cases = Annotated[CaseList, Depends(case_list)]
Browser = Annotated[FolderBrowser, Depends(folder_browser)]
