"""Why a request to the editor cannot be carried out: an error code, and the values that belong in its message.

The page has a message for each code (`web/src/review/messages.ts`), so that all its texts are translated in one place.
"""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import Field

from passerby.core.errors import PasserbyError
from passerby.core.model import FrozenModel
from passerby.review.page_text import without_commands

#: Requests that are invalid, or not possible in the present state.
ErrorCode = Literal[
    "already_hidden",
    "box_outside_picture",
    "busy",
    "details_changed",
    "export_first",
    "file_mismatch",
    "frame_not_seen",
    "folders_forbidden",
    "hidden_characters",
    "ranges_changed",
    "rate_corrected",
    "reasons_changed",
    "reasons_twice",
    "release_nothing",
    "upload_order",
    "invalid_name",
    "invalid_polygon",
    "invalid_span",
    "merge_with_itself",
    "no_case",
    "no_entry",
    "no_file",
    "no_finding",
    "no_folder",
    "no_frame",
    "no_rate",
    "no_report",
    "no_sound",
    "no_speech_search",
    "no_track",
    "no_video",
    "not_in_sample",
    "not_open",
    "originals_forbidden",
    "plan_changed",
    "regression_case_kind",
    "regression_case_video",
    "report_missing",
    "sample_again",
    "sample_outdated",
    "split_ends",
    "track_already_there",
    "track_crossing",
    "track_end_between_frames",
    "track_not_in_frame",
]
#: Failures: classes of core/errors.py by their names, errors of the operating system, and faults of the program.
FailureCode = Literal[
    "UsageError",
    "UnsupportedSource",
    "DamagedSource",
    "SourceChanged",
    "SourceError",
    "OutputExists",
    "OutputBusy",
    "DiskFull",
    "OutputError",
    "WeightsError",
    "DetectorError",
    "PlanError",
    "CaseError",
    "VerificationError",
    "PasserbyError",
    "OSError",
    "Fault",
]


class ErrorInfo(FrozenModel):
    """An error as the page receives it: a code, the parameters of its message, and details in English, if there are
    any (a file name, what the operating system reported)."""

    code: ErrorCode | FailureCode
    params: dict[str, str | int] = Field(default_factory=dict)
    message: str | None = None

    @property
    def as_text(self) -> str:
        """For clients other than the page."""
        params = ", ".join(f"{name} {value}" for name, value in self.params.items())
        return self.message or self.code.replace("_", " ") + (f": {params}" if params else "")


class ReviewError(ValueError):
    """The request is invalid, or not possible now."""

    def __init__(self, code: ErrorCode, **params: str | int) -> None:
        self.info = ErrorInfo(code=code, params=params)
        super().__init__(self.info.as_text)


class NotFoundError(ReviewError):
    """The request names a file, a video track, a frame or an entry that does not exist."""


class ForbiddenError(ReviewError):
    """This server does not allow the request."""


def error_info(error: Exception) -> ErrorInfo:
    """An error as the page receives it."""
    if isinstance(error, ReviewError):
        return error.info
    if isinstance(error, PasserbyError | OSError):
        code = next(cls.__name__ for cls in type(error).__mro__ if cls.__name__ in get_args(FailureCode))
        return ErrorInfo.model_validate({"code": code, "message": without_commands(str(error)) or None})
    return ErrorInfo(code="Fault", message=f"{type(error).__name__}: {error}")
