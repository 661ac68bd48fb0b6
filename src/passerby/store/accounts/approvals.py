"""What one person has asked for and another must agree to, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import JsonValue
from sqlalchemy import Row, insert, select, update

from passerby.store.accounts.tables import consents
from passerby.store.database import Database


class Kind(StrEnum):
    """What is asked for."""

    EXPORT = "export"
    ACCOUNT = "account"


class Stage(StrEnum):
    """How far it is. `gone`: it was there, and its files are deleted."""

    WAITING = "waiting"
    AGREED = "agreed"
    REFUSED = "refused"
    DONE = "done"
    FAILED = "failed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Consent:
    """One row of `consents`. `body` is what was asked for, `told` what came of it."""

    id: int
    kind: Kind
    who: str
    asked: float
    purpose: str
    body: Mapping[str, Any]
    state: Stage
    by: str | None
    decided: float | None
    told: Mapping[str, Any]


class Consents:
    """Of one site."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ask(
        self,
        kind: Kind,
        who: str,
        purpose: str,
        body: Mapping[str, JsonValue],
        now: float,
        state: Stage = Stage.WAITING,
    ) -> Consent:
        """Write down what is asked for. Without a second person it is `agreed` at once."""
        row = {"kind": kind.value, "who": who, "asked": now, "purpose": purpose, "state": state.value}
        with self._database.writing() as connection:
            done = connection.execute(insert(consents).values(**row, body=json.dumps(dict(body))))
            id = int(done.inserted_primary_key[0])  # type: ignore[index]  # SQLite always says
        found = self.get(id)
        assert found is not None
        return found

    def get(self, id: int) -> Consent | None:
        with self._database.reading() as connection:
            row = connection.execute(select(consents).where(consents.c.id == id)).first()
        return None if row is None else _consent(row)

    def all(self, kind: Kind | None = None, most: int = 200) -> list[Consent]:
        """The newest first."""
        wanted = select(consents).order_by(consents.c.id.desc()).limit(most)
        if kind is not None:
            wanted = wanted.where(consents.c.kind == kind.value)
        with self._database.reading() as connection:
            return [_consent(row) for row in connection.execute(wanted)]

    def decide(self, id: int, state: Stage, by: str, now: float) -> bool:
        """Agree or refuse; False when somebody else has decided meanwhile."""
        waits = (consents.c.id == id) & (consents.c.state == Stage.WAITING.value)
        with self._database.writing() as connection:
            done = connection.execute(update(consents).where(waits).values(state=state.value, by=by, decided=now))
        return bool(done.rowcount)

    def tell(self, id: int, state: Stage, told: Mapping[str, JsonValue]) -> None:
        """What came of it."""
        with self._database.writing() as connection:
            connection.execute(
                update(consents).where(consents.c.id == id).values(state=state.value, told=json.dumps(dict(told)))
            )


def _consent(row: Row[Any]) -> Consent:
    return Consent(
        id=row.id,
        kind=Kind(row.kind),
        who=row.who,
        asked=row.asked,
        purpose=row.purpose,
        body=json.loads(row.body),
        state=Stage(row.state),
        by=row.by,
        decided=row.decided,
        told=json.loads(row.told) if row.told else {},
    )
