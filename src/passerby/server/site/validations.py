"""Validating counts: a person counts minutes that were drawn, and the difference is stated.

What the program counted in a minute is in no answer before all are counted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Path
from fastapi.responses import Response
from pydantic import Field, JsonValue

from passerby.config.roles import Right
from passerby.core.kinds import ObjectClass
from passerby.core.model import FrozenModel
from passerby.core.names import Name
from passerby.documents.count_records import BIN_S
from passerby.documents.count_validation import CountBias, DirectionCounts
from passerby.server.site.auth.rights import ERROR_RESPONSES, CurrentPrincipal, requires
from passerby.server.site.context import SiteContext
from passerby.server.site.dependencies import Context
from passerby.server.site.parameters import JSON, content
from passerby.store.audit.log import AuditAction
from passerby.store.counts.validation_draw import CountSubject, find_minutes
from passerby.store.counts.validations import DEFAULT_STRETCHES, MAX_STRETCHES, Validations, ValidationState
from passerby.verify.report.signing import load_key, sign_validation

#: Crossings of a minute in one direction.
MAX_COUNT = 10_000
ValidationId = Annotated[int, Path(ge=1, le=2**53)]
StretchNumber = Annotated[int, Path(ge=0, lt=MAX_STRETCHES)]


class ValidationRequest(FrozenModel):
    """What to validate, and how many minutes to draw."""

    camera: Name
    location: Name = Field(description="Name of the line or zone.")
    kind: Literal["line", "zone"]
    object_class: ObjectClass = ObjectClass.PERSON
    stretches: int = Field(default=DEFAULT_STRETCHES, ge=1, le=MAX_STRETCHES)


class StretchCounts(FrozenModel):
    """Crossings by direction; of a zone, entries and exits."""

    forward: int = Field(ge=0, le=MAX_COUNT)
    backward: int = Field(ge=0, le=MAX_COUNT)


class StretchRequest(FrozenModel):
    """What a person counted in one minute; null: nobody could."""

    counts: StretchCounts | None


class StretchResponse(FrozenModel):
    """The minute that is to be counted next. Unix seconds."""

    number: int = Field(description="Counted from 0.")
    start: int
    end: int


class ValidationResult(FrozenModel):
    """The result: biases are null where too little was counted for an interval."""

    finished: float = Field(description="Unix seconds.")
    counted: int = Field(description="Minutes that a person counted.")
    both: CountBias | None
    forward: CountBias | None
    backward: CountBias | None


class ValidationResponse(FrozenModel):
    """One validation. `result` and the document are there when all minutes are done."""

    id: int
    camera: str
    location: str
    kind: Literal["line", "zone"]
    object_class: ObjectClass
    drawn_at: float = Field(description="Unix seconds.")
    drawn: int = Field(description="Minutes that were drawn.")
    done: int = Field(description="Minutes that are counted, or that nobody could count.")
    next: StretchResponse | None
    result: ValidationResult | None


router = APIRouter(prefix="/api/count-validations", tags=["counts"], responses=ERROR_RESPONSES)


@router.get("", dependencies=[requires(Right.VIEW_MEDIA)])
def validations(context: Context) -> list[ValidationResponse]:
    """All validations, the newest first."""
    store = Validations(context.database)
    return [_response(store, state) for state in store.states()]


@router.post("", dependencies=[requires(Right.MANAGE_EVENTS)])
def begin(context: Context, principal: CurrentPrincipal, request: ValidationRequest) -> ValidationResponse:
    """Draw minutes of the recordings. Of each line or zone only one validation is open at a time."""
    context.require_camera(request.camera)
    load_key()  # what could not be signed at the end is not begun
    subject = CountSubject(request.camera, request.location, request.kind, request.object_class)
    minutes = find_minutes(context.recordings, context.counts, subject)
    details: dict[str, JsonValue] = {
        "subject": "count_validation",
        "camera": request.camera,
        "location": request.location,
        "stretches": request.stretches,
    }
    context.audit(principal, AuditAction.CHANGED, details)
    store = Validations(context.database)
    return _response(store, _find(context, store.begin(subject, minutes, request.stretches, context.wall_time())))


@router.put("/{id}/stretches/{number}", dependencies=[requires(Right.MANAGE_EVENTS)])
def save(
    context: Context, principal: CurrentPrincipal, id: ValidationId, number: StretchNumber, request: StretchRequest
) -> ValidationResponse:
    """Save what was counted in one minute, for good. With the last one the result is stated and signed."""
    _find(context, id)
    details: dict[str, JsonValue] = {"subject": "count_validation", "validation": id, "stretch": number}
    context.audit(principal, AuditAction.CHANGED, details)
    store = Validations(context.database)
    counted = request.counts
    person = None if counted is None else DirectionCounts(forward=counted.forward, backward=counted.backward)
    store.save(id, number, person)
    store.finish(id, context.site.name, context.wall_time(), lambda report: sign_validation(report, load_key()))
    return _response(store, _find(context, id))


@router.get(
    "/{id}/document.json",
    dependencies=[requires(Right.VIEW_MEDIA)],
    response_class=Response,
    responses=content(JSON),
)
def document(context: Context, id: ValidationId) -> Response:
    """The signed result with every minute, as `passerby counts validate --output` writes it."""
    state = _find(context, id)
    if state.signed is None:
        raise HTTPException(404, "This validation has no result yet: count its minutes first.")
    day = datetime.fromtimestamp(state.signed.report.finished, UTC).strftime("%Y-%m-%d")
    name = f"{state.subject.camera}-{state.subject.location}-{day}.json"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(state.signed.model_dump_json(indent=1) + "\n", media_type=JSON, headers=headers)


def _find(context: SiteContext, id: int) -> ValidationState:
    state = Validations(context.database).state(id)
    if state is None:
        raise HTTPException(404, "There is no such validation, or it is past the retention of its counts.")
    return state


def _response(store: Validations, state: ValidationState) -> ValidationResponse:
    following, result = store.next(state.id), None
    if state.signed is not None:
        report = state.signed.report
        result = ValidationResult(
            finished=report.finished,
            counted=sum(one.person is not None for one in report.stretches),
            both=report.both,
            forward=report.forward,
            backward=report.backward,
        )
    return ValidationResponse(
        id=state.id,
        camera=state.subject.camera,
        location=state.subject.location,
        kind=state.subject.kind,
        object_class=state.subject.object_class,
        drawn_at=state.drawn_at,
        drawn=state.drawn,
        done=state.done,
        next=None
        if following is None
        else StretchResponse(number=following.number, start=following.start, end=following.start + BIN_S),
        result=result,
    )
