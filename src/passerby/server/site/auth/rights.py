"""The right that a route requires. Each route states one; a test finds those that do not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.params import Depends as Dependency
from fastapi.routing import iter_route_contexts
from pydantic import Field

from passerby.config.roles import Right
from passerby.core.model import FrozenModel
from passerby.server.site.auth.principal import Principal, RequiredSetup


class ErrorResponse(FrozenModel):
    """Why a request failed. `needs`: what would make it succeed, where the client can supply it: `purpose`, `code`,
    `login`, an own `password`, a second factor (`totp`), `reload`."""

    detail: str
    needs: str | None = None
    code: str = Field(default="other", description="Stays the same, whatever the text; docs/ref/errors.md lists them.")


#: Error responses of all routes, for the OpenAPI description.
ERROR_RESPONSES: dict[int | str, dict[str, Any]] = {"4XX": {"model": ErrorResponse}, "5XX": {"model": ErrorResponse}}


class InputRequired(HTTPException):
    """Something is missing that the client can supply: the page asks for it."""

    def __init__(self, status: int, detail: str, needs: str) -> None:
        super().__init__(status, detail)
        self.needs = needs


class AccessDenied(HTTPException):
    """The role does not have the right. It is written to the audit log."""

    def __init__(self, principal: Principal, right: Right) -> None:
        super().__init__(403, f"The role {principal.role} does not have this right: {right}.")
        self.principal, self.right = principal, right


def current_principal(request: Request) -> Principal:
    """Who is logged in, as RequestGuard found. Raises InputRequired when nobody is."""
    principal = request.scope.get("state", {}).get("principal")
    if not isinstance(principal, Principal):
        raise InputRequired(401, "Log in first.", "login")
    return principal


_SETUP_MESSAGES: dict[RequiredSetup, str] = {
    "password": "Somebody else set your password. Choose one of your own first.",
    "totp": "This site requires a second factor. Set yours up first.",
}


@dataclass(frozen=True)
class RequiresRight:
    """A dependency: checks that the principal has this right, and has stated a purpose."""

    right: Right

    def __call__(self, request: Request) -> None:
        principal = current_principal(request)
        # A site and a fleet have the same roles, and each its own rights.
        if self.right not in request.app.state.services.rights[principal.role]:
            raise AccessDenied(principal, self.right)
        if self.right is Right.LOGIN:
            return
        if principal.must_set_up is not None:
            raise InputRequired(403, _SETUP_MESSAGES[principal.must_set_up], principal.must_set_up)
        if principal.purpose is None:
            raise InputRequired(403, "State your purpose first: it is written to the audit log.", "purpose")


def requires(right: Right) -> Dependency:
    """A dependency that requires a right, for `dependencies` of a router or a route."""
    dependency: Dependency = Depends(RequiresRight(right))
    return dependency


def route_rights(app: FastAPI) -> dict[tuple[str, str], Right | None]:
    """The right that each route requires, by method and path. None: no login is needed."""
    rights: dict[tuple[str, str], Right | None] = {}
    for route in iter_route_contexts(app.routes):
        dependant, path = getattr(route, "dependant", None), getattr(route, "path", "")
        if dependant is None:
            continue
        required = [
            dependency.call.right for dependency in dependant.dependencies if isinstance(dependency.call, RequiresRight)
        ]
        for method in getattr(route, "methods", None) or ():
            rights[method, path] = required[0] if required else None
    return rights


CurrentPrincipal = Annotated[Principal, Depends(current_principal)]
