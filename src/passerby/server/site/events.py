"""What was worth telling, with a masked picture of it, and what people have made of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query
from fastapi.responses import Response
from pydantic import Field

from passerby.config.counting_config import EventKind
from passerby.config.roles import Right
from passerby.core.model import FrozenModel
from passerby.documents.count_records import EventState
from passerby.server.site.cameras import JPEG
from passerby.server.site.context import Place
from passerby.server.site.parameters import MOST, MaybeMoment, Size
from passerby.server.site.rights import NO, Who, asks
from passerby.server.site.timeline import glimpse
from passerby.server.site.view_audit import Viewing
from passerby.store.audit.log import Deed
from passerby.store.counts.events_and_counts import Kept

Part = Annotated[str, Path(max_length=63)]
Number = Annotated[str, Path(pattern=r"^[0-9]{1,20}$")]


class EventTold(FrozenModel):
    """Something worth telling. Times are Unix seconds."""

    id: str = Field(description="CAMERA/RULE/NUMBER: what comes after /api/events/.")
    camera: str | None = Field(description="Null for what concerns the site.")
    kind: EventKind
    rule: str
    at: float
    trusted: bool = Field(description="Was the clock to be believed?")
    start: float | None = Field(description="Where the recording of it begins.")
    end: float | None = Field(description="Where it ends.")
    place: str | None = Field(description="The zone or line.")
    count: int | None = Field(description="How many.")
    detail: str | None
    state: EventState
    changed: float = Field(description="When it got that state.")
    thumbnail: str | None = Field(description="Address of a masked picture of it; null where there is none.")


class EventsTold(FrozenModel):
    """Events, the newest first. `more`: there are others, before the last of these (`end` = its `at`)."""

    events: tuple[EventTold, ...]
    more: bool


class StateWish(FrozenModel):
    """What has become of an event."""

    state: EventState


def event_routes(place: Place, viewing: Viewing) -> APIRouter:
    routes = APIRouter(prefix="/api/events", tags=["events"], responses=NO)

    @routes.get("", dependencies=[asks(Right.LOOK)])
    def events(
        start: MaybeMoment = None,
        end: MaybeMoment = None,
        camera: Annotated[str | None, Query(max_length=63)] = None,
        kind: EventKind | None = None,
        state: EventState | None = None,
        most: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> EventsTold:
        """From `start` to before `end`, the newest first."""
        found = [
            one
            for one in place.counts.events(start or 0.0, MOST if end is None else end, state)
            if (camera is None or one.event.camera == camera) and (kind is None or one.event.kind == kind)
        ]
        return EventsTold(events=tuple(_told(one) for one in found[:most]), more=len(found) > most)

    @routes.get("/{where}/{rule}/{number}", dependencies=[asks(Right.LOOK)])
    def event(where: Part, rule: Part, number: Number) -> EventTold:
        """One event."""
        return _told(_kept(place, where, rule, number))

    @routes.get(
        "/{where}/{rule}/{number}/thumbnail.jpg",
        dependencies=[asks(Right.LOOK)],
        response_class=Response,
        responses={200: {"content": {JPEG: {}}}},
    )
    def thumbnail(where: Part, rule: Part, number: Number, who: Who, size: Size = 320) -> Response:
        """What the camera showed then, masked."""
        event = _kept(place, where, rule, number).event
        if event.camera is None:
            raise HTTPException(404, "This event is of the site, and shows nothing.")
        picture = glimpse(place, event.camera, event.at, size)
        viewing.recorded(who, "event", event.camera, event.at, event.at)  # what was not there was not looked at
        return Response(picture, media_type=JPEG, headers={"cache-control": "private, max-age=3600"})

    @routes.put("/{where}/{rule}/{number}/state", dependencies=[asks(Right.HANDLE)])
    def mark(where: Part, rule: Part, number: Number, who: Who, wish: StateWish) -> EventTold:
        """Somebody has seen it, or dealt with it."""
        kept = _kept(place, where, rule, number)
        place.note(who, Deed.CHANGED, {"what": "event", "event": kept.event.id, "state": wish.state.value})
        place.counts.mark(kept.event.id, wish.state, place.clock.now())
        return _told(_kept(place, where, rule, number))

    return routes


def _kept(place: Place, where: str, rule: str, number: str) -> Kept:
    found = place.counts.event(f"{where}/{rule}/{number}")
    if found is None:
        raise HTTPException(404, "There is no such event, or it is no longer kept.")
    return found


def _told(kept: Kept) -> EventTold:
    event = kept.event
    shows = event.camera is not None and event.start is not None
    return EventTold(
        **event.model_dump(),
        state=kept.state,
        changed=kept.changed,
        thumbnail=f"/api/events/{event.id}/thumbnail.jpg" if shows else None,
    )
