"""Validations of counts: minutes that were drawn, what a person counted in them, and the signed result.

The draw stores what the program counted, and keeps it to itself until the last minute is counted: whoever knows the
program's number counts towards it, and whoever sees a result may stop when it pleases.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, insert, select, update

from passerby.core.errors import UsageError
from passerby.core.kinds import ObjectClass
from passerby.core.version import __version__
from passerby.documents.count_validation import (
    CountBias,
    CountValidation,
    DirectionCounts,
    SignedCountValidation,
    ValidatedStretch,
)
from passerby.store.counts.bias import MIN_STRETCHES, CountedStretch, bias
from passerby.store.counts.tables import validation_stretches as stretches
from passerby.store.counts.tables import validations
from passerby.store.counts.validation_draw import CountSubject, draw
from passerby.store.database import Database

MAX_STRETCHES = 500
DEFAULT_STRETCHES = 30


@dataclass(frozen=True, slots=True)
class NextStretch:
    """The minute that is to be counted next. `number` counts from 0."""

    number: int
    start: int


@dataclass(frozen=True, slots=True)
class ValidationState:
    """One validation: how many minutes were drawn, how many are done, and how many of those nobody could count.
    `signed` once all are done."""

    id: int
    subject: CountSubject
    drawn_at: float
    drawn: int
    done: int
    not_countable: int
    signed: SignedCountValidation | None


class Validations:
    """The validations of one site."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def states(self) -> list[ValidationState]:
        """All of them, the newest first."""
        with self._database.read_transaction() as connection:
            rows = connection.execute(select(validations).order_by(validations.c.id.desc())).all()
            return [_state(connection, row) for row in rows]

    def state(self, id: int) -> ValidationState | None:
        with self._database.read_transaction() as connection:
            row = connection.execute(select(validations).where(validations.c.id == id)).first()
            return None if row is None else _state(connection, row)

    def newest(self, subject: CountSubject) -> ValidationState | None:
        return next((state for state in self.states() if state.subject == subject), None)

    def begin(self, subject: CountSubject, minutes: dict[int, DirectionCounts], number: int, now: float) -> int:
        """Draw `number` of the eligible minutes; the id of the validation. Raises UsageError when there are too few,
        or when one of the same is not finished: it is never thrown away, or somebody could draw until it pleases."""
        if not MIN_STRETCHES <= number <= MAX_STRETCHES:
            raise UsageError(f"{number} minutes cannot be drawn. Choose {MIN_STRETCHES} to {MAX_STRETCHES}.")
        if len(minutes) < number:
            raise UsageError(
                f"Only {len(minutes)} minutes of {subject.camera}/{subject.location} are both recorded and counted "
                f"from beginning to end, and {number} are to be drawn. Wait until more was recorded."
            )
        seed = secrets.token_hex(16)
        with self._database.write_transaction() as connection:
            if connection.execute(
                select(validations.c.id).where(_is_of(subject), validations.c.document.is_(None))
            ).first():
                raise UsageError(
                    f"A validation of {subject.camera}/{subject.location} has begun already. Finish it first, on the "
                    "page Counts."
                )
            row = {
                "camera": subject.camera,
                "location": subject.location,
                "kind": subject.kind,
                "object_class": subject.object_class.value,
                "seed": seed,
                "eligible_minutes": len(minutes),
                "first": min(minutes),
                "last": max(minutes),
                "drawn": now,
            }
            id = int(connection.execute(insert(validations).values(row).returning(validations.c.id)).scalar_one())
            for at, stretch in enumerate(draw(minutes, number, seed)):
                values = {
                    "validation": id,
                    "number": at,
                    "start": stretch.start,
                    "stratum": stretch.stratum,
                    "stratum_minutes": stretch.stratum_minutes,
                    "program_forward": stretch.program.forward,
                    "program_backward": stretch.program.backward,
                    "done": False,
                }
                connection.execute(insert(stretches).values(values))
        return id

    def next(self, id: int) -> NextStretch | None:
        """None when all are done."""
        open_ones = (stretches.c.validation == id) & ~stretches.c.done
        query = select(stretches.c.number, stretches.c.start).where(open_ones).order_by(stretches.c.number)
        with self._database.read_transaction() as connection:
            row = connection.execute(query).first()
        return None if row is None else NextStretch(row.number, row.start)

    def save(self, id: int, number: int, person: DirectionCounts | None) -> None:
        """What a person counted in one minute; None: nobody could. It is final. Raises UsageError when it is done."""
        chosen = (stretches.c.validation == id) & (stretches.c.number == number) & ~stretches.c.done
        values = {
            "person_forward": None if person is None else person.forward,
            "person_backward": None if person is None else person.backward,
            "done": True,
        }
        with self._database.write_transaction() as connection:
            if not connection.execute(update(stretches).where(chosen).values(values)).rowcount:
                raise UsageError("This minute was counted already, or is none of this validation. Load the page again.")

    def finish(
        self, id: int, site: str, now: float, sign: Callable[[CountValidation], SignedCountValidation]
    ) -> SignedCountValidation | None:
        """The signed result, once all minutes are done; stored the first time. None: some are not done."""
        with self._database.write_transaction() as connection:
            row = connection.execute(select(validations).where(validations.c.id == id)).one()
            if row.document is not None:
                return SignedCountValidation.model_validate_json(row.document)
            drawn = connection.execute(
                select(stretches).where(stretches.c.validation == id).order_by(stretches.c.number)
            ).all()
            if not all(one.done for one in drawn):
                return None
            signed = sign(_report(row, drawn, site, now))
            document = {"document": signed.model_dump_json()}
            connection.execute(update(validations).where(validations.c.id == id).values(document))
        return signed


def newest_signed(connection: Connection) -> list[SignedCountValidation]:
    """The newest finished validation of each line or zone and class."""
    query = select(validations.c.document).where(validations.c.document.is_not(None)).order_by(validations.c.id)
    found = map(SignedCountValidation.model_validate_json, connection.execute(query).scalars())
    newest = {(r.camera, r.location, r.kind, r.object_class): signed for signed in found if (r := signed.report)}
    return list(newest.values())


def delete_expired(connection: Connection, camera: str, deleted_until: int) -> None:
    """Delete validations with a minute up to `deleted_until` (start, Unix seconds), whose counts were deleted."""
    of_camera = select(validations.c.id).where(validations.c.camera == camera)
    expired = select(stretches.c.validation).where(
        stretches.c.validation.in_(of_camera), stretches.c.start <= deleted_until
    )
    ids = list(connection.execute(expired.distinct()).scalars())
    connection.execute(delete(stretches).where(stretches.c.validation.in_(ids)))
    connection.execute(delete(validations).where(validations.c.id.in_(ids)))


def _is_of(subject: CountSubject) -> ColumnElement[bool]:
    return and_(
        validations.c.camera == subject.camera,
        validations.c.location == subject.location,
        validations.c.kind == subject.kind,
        validations.c.object_class == subject.object_class.value,
    )


def _state(connection: Connection, row: Row[Any]) -> ValidationState:
    counted = stretches.c.person_forward.is_not(None)
    drawn, done, usable = connection.execute(
        select(func.count(), func.count().filter(stretches.c.done), func.count().filter(counted)).where(
            stretches.c.validation == row.id
        )
    ).one()
    subject = CountSubject(row.camera, row.location, row.kind, ObjectClass(row.object_class))
    signed = None if row.document is None else SignedCountValidation.model_validate_json(row.document)
    return ValidationState(row.id, subject, row.drawn, drawn, done, done - usable, signed)


def _report(row: Row[Any], drawn: Sequence[Row[Any]], site: str, now: float) -> CountValidation:
    counted = tuple(
        ValidatedStretch(
            start=one.start,
            stratum=one.stratum,
            stratum_minutes=one.stratum_minutes,
            program=DirectionCounts(forward=one.program_forward, backward=one.program_backward),
            person=None
            if one.person_forward is None
            else DirectionCounts(forward=one.person_forward, backward=one.person_backward),
        )
        for one in drawn
    )
    return CountValidation(
        program=__version__,
        site=site,
        camera=row.camera,
        location=row.location,
        kind=row.kind,
        object_class=ObjectClass(row.object_class),
        seed=row.seed,
        eligible_minutes=row.eligible_minutes,
        first=row.first,
        last=row.last,
        drawn=row.drawn,
        finished=now,
        stretches=counted,
        both=_bias(counted, lambda counts: counts.both),
        forward=_bias(counted, lambda counts: counts.forward),
        backward=_bias(counted, lambda counts: counts.backward),
    )


def _bias(counted: Sequence[ValidatedStretch], number: Callable[[DirectionCounts], int]) -> CountBias | None:
    found = bias(
        [
            CountedStretch(one.stratum, one.stratum_minutes, number(one.program), number(one.person))
            for one in counted
            if one.person is not None
        ]
    )
    if found is None:
        return None
    return CountBias(bias=round(found.bias, 4), low=round(found.low, 4), high=round(found.high, 4))
