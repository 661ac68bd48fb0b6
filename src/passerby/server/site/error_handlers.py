"""Errors as the pages get them: what happened, and what would make the request succeed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from passerby.config.invalid_value import invalid_text
from passerby.core.errors import DiskFull, PasserbyError, UsageError
from passerby.server.rate_limit import RateExceeded
from passerby.server.site.auth.rights import AccessDenied, InputRequired
from passerby.server.site.config.site_file import ConfigConflict
from passerby.server.site.dependencies import SiteServices
from passerby.store.accounts.passwords import RETRY_AFTER_S, HashingBusy


def add_error_handlers(app: FastAPI) -> None:
    """For an application whose `state.services` are SiteServices."""
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(RateExceeded, _too_often)
    app.add_exception_handler(PasserbyError, _failure)


def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if isinstance(error, AccessDenied):
        services: SiteServices = request.app.state.services
        services.view_audit.denied(error.principal, error.right)
    needs = error.needs if isinstance(error, InputRequired) else None
    return JSONResponse({"detail": error.detail, "needs": needs}, error.status_code, error.headers)


def _invalid_request(_: Request, error: Exception) -> JSONResponse:
    """The errors, without the invalid values: one may be a password."""
    assert isinstance(error, RequestValidationError)
    detail = "; ".join(_sentence(item) for item in error.errors())
    return JSONResponse({"detail": detail, "needs": None}, 422)


def _sentence(item: Mapping[str, Any]) -> str:
    """One error, with the name of the field as the page has it: `max_fps` is Max fps."""
    names = [str(part) for part in item["loc"][1:] if not isinstance(part, int)]
    name = names[-1].replace("_", " ").capitalize() if names else "The request"
    return f"{name} {invalid_text(item['type'], item['msg'], item.get('ctx'))}."


def _too_often(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RateExceeded)
    return JSONResponse({"detail": str(error), "needs": None}, 429, error.headers)


def _failure(_: Request, error: Exception) -> JSONResponse:
    if isinstance(error, ConfigConflict):
        return JSONResponse({"detail": str(error), "needs": "reload"}, 409)
    if isinstance(error, HashingBusy):
        return JSONResponse({"detail": str(error), "needs": None}, 503, {"retry-after": str(RETRY_AFTER_S)})
    status = 422 if isinstance(error, UsageError) else 507 if isinstance(error, DiskFull) else 409
    return JSONResponse({"detail": str(error), "needs": None}, status)
