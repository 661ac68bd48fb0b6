"""Why a notification could not be sent, as the pages show it to its owner and to administrators."""

from __future__ import annotations

from enum import StrEnum


class SendProblem(StrEnum):
    """The pages have a text for each."""

    UNREACHABLE = "unreachable"
    LOGIN_REFUSED = "login_refused"
    ADDRESS_REFUSED = "address_refused"
    REFUSED = "refused"
    NOT_CONFIGURED = "not_configured"
    NOT_ALLOWED = "not_allowed"
    GONE = "gone"
    FAILED = "failed"


class SendError(Exception):
    """It was not sent. `permanent`: another attempt would not help. `retry_after_s`: not before."""

    def __init__(self, problem: SendProblem, detail: str = "", *, permanent: bool = False) -> None:
        super().__init__(f"{problem.value} {' '.join(detail.split())}".strip())
        self.problem, self.permanent = problem, permanent
