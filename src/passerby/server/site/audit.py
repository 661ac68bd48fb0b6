"""The log, for auditors: what it says, and whether it is whole."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from passerby.config.roles import Right
from passerby.core.model import FrozenModel
from passerby.server.site.context import Place
from passerby.server.site.rights import NO, Who, asks
from passerby.store.audit.log import Deed, Entry, Head, check, latest


class LogRow(FrozenModel):
    """One row. The times in `entry` are microseconds."""

    number: int
    entry: Entry


class LogTold(FrozenModel):
    """Rows, the newest first. `more`: there are others, before the last of these (`before` = its number)."""

    rows: tuple[LogRow, ...]
    more: bool


class FlawTold(FrozenModel):
    """What is wrong: missing, changed, unchained, unguarded, head; and in which rows."""

    what: str
    first: int
    last: int


class CheckTold(FrozenModel):
    """What a check of the whole log has found. `head` is worth keeping elsewhere."""

    rows: int
    head: str
    flaws: tuple[FlawTold, ...]


def log_routes(place: Place) -> APIRouter:
    routes = APIRouter(prefix="/api/log", tags=["log"], responses=NO, dependencies=[asks(Right.AUDIT)])

    @routes.get("")
    def log(
        before: Annotated[int | None, Query(ge=1, le=2**53)] = None,
        what: Annotated[str | None, Query(max_length=40)] = None,
        who: Annotated[str | None, Query(max_length=100)] = None,
        most: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> LogTold:
        """What was done."""
        with place.database.reading() as connection:
            found = latest(connection, before, most + 1, what, who)
        rows = tuple(LogRow(number=number, entry=entry) for number, entry in found[:most])
        return LogTold(rows=rows, more=len(found) > most)

    @routes.get("/check")
    def checked(
        who: Who, head: Annotated[str | None, Query(max_length=100, description="That was told once.")] = None
    ) -> CheckTold:
        """Read all of it, and see whether a row was changed, taken out, put in or moved."""
        known = None if head is None else Head.parse(head)
        place.note(who, Deed.CHECKED, {"head": head})
        with place.database.reading() as connection:
            found = check(connection, known)
        flaws = tuple(FlawTold(what=flaw.what, first=flaw.first, last=flaw.last) for flaw in found.flaws)
        return CheckTold(rows=found.rows, head=str(found.head), flaws=flaws)

    return routes
