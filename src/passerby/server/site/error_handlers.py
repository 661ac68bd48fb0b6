"""Errors as the pages get them: what happened, in the language of the page, and what would make the request succeed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException

from passerby.config.invalid_value import invalid_text
from passerby.config.notice import Language
from passerby.core.errors import DiskFull, PasserbyError, UsageError
from passerby.server.rate_limit import RateExceeded
from passerby.server.site.auth.rights import AccessDenied, InputRequired
from passerby.server.site.config.site_file import ConfigConflict
from passerby.server.site.dependencies import SiteServices
from passerby.server.site.errors.catalogue import describe, describe_field, language_of
from passerby.store.accounts.passwords import RETRY_AFTER_S, HashingBusy


def add_error_handlers(app: FastAPI) -> None:
    """For an application whose `state.services` are SiteServices."""
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(RateExceeded, _too_often)
    app.add_exception_handler(PasserbyError, _failure)


def error_response(
    request: Request, english: str, status: int, needs: str | None = None, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """An error with its code, in the language that the page asks for."""
    told = describe(english, language_of(request.headers.get("accept-language")))
    return JSONResponse({"detail": told.text, "needs": needs, "code": told.code}, status, headers)


def rejection(headers: Headers, english: str) -> dict[str, object]:
    """The same for what is rejected before any route is asked."""
    told = describe(english, language_of(headers.get("accept-language")))
    return {"detail": told.text, "needs": None, "code": told.code}


def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if isinstance(error, AccessDenied):
        services: SiteServices = request.app.state.services
        services.view_audit.denied(error.principal, error.right)
    needs = error.needs if isinstance(error, InputRequired) else None
    return error_response(request, str(error.detail), error.status_code, needs, error.headers)


def _invalid_request(request: Request, error: Exception) -> JSONResponse:
    """The errors, without the invalid values: one may be a password."""
    assert isinstance(error, RequestValidationError)
    language = language_of(request.headers.get("accept-language"))
    detail = "; ".join(_sentence(item, language) for item in error.errors())
    return JSONResponse({"detail": detail, "needs": None, "code": "invalid_request"}, 422)


def _sentence(item: Mapping[str, Any], language: Language) -> str:
    """One error, with the name of the field as the page has it: `max_fps` is Max fps."""
    names = [str(part) for part in item["loc"][1:] if not isinstance(part, int)]
    name = names[-1].replace("_", " ").capitalize() if names else "The request"
    return describe_field(name, invalid_text(item["type"], item["msg"], item.get("ctx")), language)


def _too_often(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RateExceeded)
    return error_response(request, str(error), 429, headers=error.headers)


def _failure(request: Request, error: Exception) -> JSONResponse:
    if isinstance(error, ConfigConflict):
        return error_response(request, str(error), 409, "reload")
    if isinstance(error, HashingBusy):
        return error_response(request, str(error), 503, headers={"retry-after": str(RETRY_AFTER_S)})
    status = 422 if isinstance(error, UsageError) else 507 if isinstance(error, DiskFull) else 409
    return error_response(request, str(error), status)
