"""What a route asks of whoever asks for it. Each route says so once; a test finds those that say nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.params import Depends as Dependency
from fastapi.routing import iter_route_contexts

from passerby.config.roles import RIGHTS, Right
from passerby.core.model import FrozenModel
from passerby.server.site.principal import Owes, Visitor


class Refusal(FrozenModel):
    """Why something cannot be done. `needs`: what is missing that can be given: `purpose`, `code`, `login`, one's own
    `password`, a second `factor`."""

    detail: str
    needs: str | None = None


#: What routes may answer instead, for their documentation.
NO: dict[int | str, dict[str, Any]] = {"4XX": {"model": Refusal}, "5XX": {"model": Refusal}}


class Needs(HTTPException):
    """Something is missing that can be given: the page asks for it."""

    def __init__(self, status: int, detail: str, needs: str) -> None:
        super().__init__(status, detail)
        self.needs = needs


class Denied(HTTPException):
    """Somebody has asked for what their role does not allow. It is written down."""

    def __init__(self, visitor: Visitor, right: Right) -> None:
        super().__init__(403, f"The role {visitor.role} does not have this right: {right}.")
        self.visitor, self.right = visitor, right


def visitor_of(request: Request) -> Visitor:
    """Whoever the gate has let in. Raises Needs when it has not let in anybody."""
    found = request.scope.get("state", {}).get("visitor")
    if not isinstance(found, Visitor):
        raise Needs(401, "Log in first.", "login")
    return found


_OWED: dict[Owes, str] = {
    "password": "Your password was given to you by somebody else. Take one of your own first.",
    "factor": "Here everybody has a second factor. Set yours up first.",
}


@dataclass(frozen=True)
class Asks:
    """Does a visitor have this right? And have they said what for?"""

    right: Right

    def __call__(self, request: Request) -> None:
        visitor = visitor_of(request)
        if self.right not in RIGHTS[visitor.role]:
            raise Denied(visitor, self.right)
        if visitor.owes is not None and self.right is not Right.ENTER:
            raise Needs(403, _OWED[visitor.owes], visitor.owes)
        if visitor.purpose is None and self.right is not Right.ENTER:
            raise Needs(403, "Say first what you are here for: it is written into the log.", "purpose")


def asks(right: Right) -> Dependency:
    """For `dependencies` of a router or a route."""
    dependency: Dependency = Depends(Asks(right))
    return dependency


def rights_of(app: FastAPI) -> dict[tuple[str, str], Right | None]:
    """By method and address: what each route asks for. None: nothing, and so everybody may."""
    found: dict[tuple[str, str], Right | None] = {}
    for route in iter_route_contexts(app.routes):
        dependant, path = getattr(route, "dependant", None), getattr(route, "path", "")
        if dependant is None:
            continue
        asked = [one.call.right for one in dependant.dependencies if isinstance(one.call, Asks)]
        for method in getattr(route, "methods", None) or ():
            found[method, path] = asked[0] if asked else None
    return found


Who = Annotated[Visitor, Depends(visitor_of)]
