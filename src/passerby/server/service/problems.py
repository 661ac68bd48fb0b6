"""Errors of the job service as problem details (RFC 9457)."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from passerby.core.errors import PasserbyError
from passerby.core.model import FrozenModel

MEDIA_TYPE = "application/problem+json"
#: What `type` begins with. docs/ref/service.md lists them.
TYPE_PREFIX = "urn:passerby:problem:"
_log = logging.getLogger(__name__)

#: Name -> (status, title).
PROBLEMS = {
    "invalid-request": (422, "The request is not valid"),
    "unauthorised": (401, "A valid key is needed"),
    "forbidden": (403, "This key may not do that"),
    "not-found": (404, "There is no such thing"),
    "method-not-allowed": (405, "This method is not allowed here"),
    "conflict": (409, "It does not fit the state of the job"),
    "idempotency-key-reused": (409, "The idempotency key was used before"),
    "gone": (410, "It was deleted"),
    "too-large": (413, "It is too large"),
    "quota-exceeded": (429, "The quota of this key is used up"),
    "too-many-requests": (429, "Too many requests"),
    "no-space": (507, "There is no room for it"),
    "unavailable": (503, "The service cannot do that at the moment"),
    "fault": (500, "A fault of passerby"),
}
_OF_STATUS = {401: "unauthorised", 403: "forbidden", 404: "not-found", 405: "method-not-allowed", 413: "too-large"}


class ProblemField(FrozenModel):
    """What is wrong with one field."""

    pointer: str = Field(description="JSON pointer into the body, or the name of a parameter")
    detail: str


class ProblemResponse(FrozenModel):
    """Why a request was refused, as RFC 9457 describes it."""

    type: str = Field(description=f"{TYPE_PREFIX}NAME")
    title: str
    status: int
    detail: str = Field(description="what happened, and what to do")
    errors: tuple[ProblemField, ...] = ()


class Problem(Exception):
    """An error that is answered as a problem. `name` is one of PROBLEMS."""

    def __init__(self, name: str, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.name, self.detail, self.headers = name, detail, headers or {}


def problem_response(
    name: str, detail: str, headers: dict[str, str] | None = None, errors: tuple[ProblemField, ...] = ()
) -> JSONResponse:
    """The answer with a problem."""
    status, title = PROBLEMS[name]
    body = ProblemResponse(type=TYPE_PREFIX + name, title=title, status=status, detail=detail, errors=errors)
    return JSONResponse(body.model_dump(), status, headers, media_type=MEDIA_TYPE)


def documented(*names: str) -> dict[int | str, dict[str, Any]]:
    """What a route may answer with, for its OpenAPI."""
    found: dict[int | str, dict[str, Any]] = {}
    for name in names:
        status, title = PROBLEMS[name]
        described = found.setdefault(
            status,
            {
                "description": title,
                "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemResponse"}}},
            },
        )
        if title not in described["description"]:
            described["description"] += f". {title}"
    return found


def add_problem_handlers(app: FastAPI) -> None:
    """Answer every error of the application with a problem."""
    app.add_exception_handler(Problem, _of_problem)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(PasserbyError, _of_passerby)
    app.add_exception_handler(OSError, _of_system)


async def _of_problem(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)
    return problem_response(error.name, error.detail, error.headers)


async def _of_validation(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    fields = tuple(
        ProblemField(pointer=_pointer(found["loc"]), detail=str(found["msg"]).removeprefix("Value error, "))
        for found in error.errors()
    )
    first = fields[0]
    return problem_response("invalid-request", f"{first.pointer or 'body'}: {first.detail}", errors=fields)


async def _of_http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if error.status_code == 400:
        return problem_response("invalid-request", str(error.detail))
    return problem_response(
        _OF_STATUS.get(error.status_code, "not-found"), str(error.detail), dict(error.headers or {})
    )


async def _of_passerby(_: Request, error: Exception) -> JSONResponse:
    _log.warning("A request failed: %s", error)
    return problem_response("unavailable", "The service cannot store that at the moment.", {"retry-after": "30"})


async def _of_system(_: Request, error: Exception) -> JSONResponse:
    _log.warning("A request failed: %s", error)
    return problem_response("unavailable", "The system reports an error. The log of the service says which.")


def _pointer(location: tuple[object, ...]) -> str:
    """Where it is, as a JSON pointer into the body, or the name of a parameter."""
    source, *rest = location
    return "".join(f"/{part}" for part in rest) if source == "body" else str(rest[0] if rest else source)
