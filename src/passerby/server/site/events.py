"""Events, with a masked thumbnail of each, and their state: new, acknowledged, resolved."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path
from fastapi.responses import Response
from pydantic import Field

from passerby.config.counting_config import EventKind
from passerby.config.roles import Right
from passerby.core.model import FrozenModel
from passerby.documents.count_records import EventState
from passerby.server.site.auth.rights import ERROR_RESPONSES, CurrentPrincipal, requires
from passerby.server.site.context import SiteContext
from passerby.server.site.dependencies import Context, Views
from passerby.server.site.parameters import (
    JPEG,
    MAX_UNIX_S,
    THUMBNAIL_CACHING,
    ImageSize,
    Limit,
    OptionalCamera,
    OptionalUnixTime,
    content,
)
from passerby.server.site.playback import recorded_thumbnail
from passerby.store.audit.log import AuditAction
from passerby.store.counts.events_and_counts import StoredEvent

IdPart = Annotated[str, Path(max_length=63)]
Number = Annotated[str, Path(pattern=r"^[0-9]{1,20}$")]


class EventResponse(FrozenModel):
    """An event. Times are Unix seconds."""

    id: str = Field(description="CAMERA/RULE/NUMBER: what follows /api/events/.")
    camera: str | None = Field(description="Null for an event of the site.")
    kind: EventKind
    rule: str
    time: float
    trusted: bool = Field(description="Was the clock synchronised?")
    start: float | None = Field(description="Start of its recording.")
    end: float | None = Field(description="End of its recording.")
    location: str | None = Field(description="Name of the zone or line.")
    count: int | None = Field(description="Number of objects.")
    detail: str | None
    state: EventState
    state_changed_at: float
    thumbnail_url: str | None = Field(description="A masked thumbnail; null if there is none.")


class EventListResponse(FrozenModel):
    """Events, the newest first. `has_more`: there are more, before the last of these (`end` = its `time`)."""

    events: tuple[EventResponse, ...]
    has_more: bool


class EventStateRequest(FrozenModel):
    """The new state of an event."""

    state: EventState


router = APIRouter(prefix="/api/events", tags=["events"], responses=ERROR_RESPONSES)


@router.get("", dependencies=[requires(Right.VIEW_MEDIA)])
def events(
    context: Context,
    start: OptionalUnixTime = None,
    end: OptionalUnixTime = None,
    camera: OptionalCamera = None,
    kind: EventKind | None = None,
    state: EventState | None = None,
    limit: Limit = 100,
) -> EventListResponse:
    """Events from `start` to before `end`, the newest first."""
    found = [
        stored
        for stored in context.counts.events(start or 0.0, MAX_UNIX_S if end is None else end, state)
        if (camera is None or stored.event.camera == camera) and (kind is None or stored.event.kind == kind)
    ]
    return EventListResponse(events=tuple(_response(stored) for stored in found[:limit]), has_more=len(found) > limit)


@router.get("/{where}/{rule}/{number}", dependencies=[requires(Right.VIEW_MEDIA)])
def event(context: Context, where: IdPart, rule: IdPart, number: Number) -> EventResponse:
    """One event."""
    return _response(_find(context, where, rule, number))


@router.get(
    "/{where}/{rule}/{number}/thumbnail.jpg",
    dependencies=[requires(Right.VIEW_MEDIA)],
    response_class=Response,
    responses=content(JPEG),
)
def thumbnail(
    context: Context,
    views: Views,
    where: IdPart,
    rule: IdPart,
    number: Number,
    principal: CurrentPrincipal,
    size: ImageSize = 320,
) -> Response:
    """The recording at the time of the event, masked."""
    event = _find(context, where, rule, number).event
    if event.camera is None:
        raise HTTPException(404, "This is an event of the site. It has no thumbnail.")
    image = recorded_thumbnail(context, event.camera, event.time, size)
    views.recorded(principal, "event", event.camera, event.time, event.time)  # after it was found: else nothing is seen
    return Response(image, media_type=JPEG, headers=THUMBNAIL_CACHING)


@router.put("/{where}/{rule}/{number}/state", dependencies=[requires(Right.MANAGE_EVENTS)])
def set_state(
    context: Context,
    where: IdPart,
    rule: IdPart,
    number: Number,
    principal: CurrentPrincipal,
    request: EventStateRequest,
) -> EventResponse:
    """Acknowledge or resolve an event, or set it back to new."""
    stored = _find(context, where, rule, number)
    details = {"subject": "event", "event": stored.event.id, "state": request.state.value}
    context.audit(principal, AuditAction.CHANGED, details)
    context.counts.set_event_state(stored.event.id, request.state, context.clock.now())
    return _response(_find(context, where, rule, number))


def _find(context: SiteContext, where: str, rule: str, number: str) -> StoredEvent:
    stored = context.counts.event(f"{where}/{rule}/{number}")
    if stored is None:
        raise HTTPException(404, "There is no such event, or it is past its retention.")
    return stored


def _response(stored: StoredEvent) -> EventResponse:
    event = stored.event
    has_thumbnail = event.camera is not None and event.start is not None
    return EventResponse(
        **event.model_dump(),
        state=stored.state,
        state_changed_at=stored.changed,
        thumbnail_url=f"/api/events/{event.id}/thumbnail.jpg" if has_thumbnail else None,
    )
