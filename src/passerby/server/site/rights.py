"""What a route asks of whoever asks for it. Each route says so once; a test finds those that say nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.params import Depends as Dependency
from fastapi.routing import APIRoute

from passerby.base.frozen import Frozen
from passerby.base.roles import RIGHTS, Right
from passerby.server.site.visitor import Visitor


class Refusal(Frozen):
    """Why something cannot be done. `needs`: what is missing that can be given: `purpose`, `code`, `login`."""

    detail: str
    needs: str | None = None


#: What routes may answer instead, for their documentation.
NO: dict[int | str, dict[str, Any]] = {"4XX": {"model": Refusal}, "5XX": {"model": Refusal}}


class Needs(HTTPException):
    """Something is missing that can be given: the page asks for it."""

    def __init__(self, status: int, detail: str, needs: str) -> None:
        super().__init__(status, detail)
        self.needs = needs


def visitor_of(request: Request) -> Visitor:
    """Whoever the gate has let in. Raises Needs when it has not let in anybody."""
    found = request.scope.get("state", {}).get("visitor")
    if not isinstance(found, Visitor):
        raise Needs(401, "Log in first.", "login")
    return found


@dataclass(frozen=True)
class Asks:
    """Does a visitor have this right? And have they said what for?"""

    right: Right

    def __call__(self, request: Request) -> None:
        visitor = visitor_of(request)
        if self.right not in RIGHTS[visitor.role]:
            raise HTTPException(403, f"The role {visitor.role} does not have this right: {self.right}.")
        if visitor.purpose is None and self.right is not Right.ENTER:
            raise Needs(403, "Say first what you are here for: it is written into the log.", "purpose")


def asks(right: Right) -> Dependency:
    """For `dependencies` of a router or a route."""
    dependency: Dependency = Depends(Asks(right))
    return dependency


def rights_of(app: FastAPI) -> dict[tuple[str, str], Right | None]:
    """By method and address: what each route asks for. None: nothing, and so everybody may."""
    found: dict[tuple[str, str], Right | None] = {}
    for route in app.routes:
        if not isinstance(route, APIRoute):
            continue
        asked = [one.call.right for one in route.dependant.dependencies if isinstance(one.call, Asks)]
        for method in route.methods:
            found[method, route.path] = asked[0] if asked else None
    return found


Who = Annotated[Visitor, Depends(visitor_of)]
