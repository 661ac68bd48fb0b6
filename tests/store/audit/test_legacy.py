"""Rows that were written under older names are read under today's, and the chain over them stays whole."""

import json

from passerby.core.clock import Moment
from passerby.store.audit import legacy
from passerby.store.audit.log import GENESIS_HASH, AuditAction, AuditEntry, append, check, digest, latest, read
from passerby.store.audit.tables import audit
from passerby.store.database import Database

OLD = {
    "who": "system:jo",
    "what": "deleted",
    "on": {"camera": "gate", "begins": 1, "ends": 2, "why": "age", "run": "abc"},
    "purpose": None,
    "wall": 5,
    "trusted": True,
    "boot": "abc",
    "monotonic": 7,
}


def test_fields_action_and_details_are_translated():
    found = legacy.translate(OLD)
    assert ("system:jo", "recordings_deleted") == (found["actor"], found["action"])
    assert {"camera": "gate", "start": 1, "end": 2, "reason": "age", "boot": "abc"} == found["details"]
    assert 5 == found["wall"]


def test_rows_of_today_are_left_alone():
    new = legacy.translate(OLD)
    assert new is legacy.translate(new)


def test_every_translated_action_is_one_that_is_known():
    assert set(legacy._ACTIONS.values()) <= {action.value for action in AuditAction}


def test_old_and_new_rows_share_one_chain(tmp_path):
    body = json.dumps(OLD)
    with Database.open(tmp_path, create=True) as database:
        with database.write_transaction() as connection:
            hash = digest(1, GENESIS_HASH.encode(), body.encode())
            connection.execute(audit.insert().values(number=1, previous=GENESIS_HASH, body=body, hash=hash))
            entry = AuditEntry.of(
                "passerby", AuditAction.RECORDINGS_DELETED, {"camera": "hall"}, Moment(1.0, 9.0, True), "b"
            )
            append(connection, [entry])
        with database.read_transaction() as connection:
            assert [] == check(connection).flaws
            assert ["recordings_deleted"] * 2 == [entry.action for _, entry in read(connection)]
            assert [2, 1] == [number for number, _ in latest(connection, None, 10, "recordings_deleted")]
            assert [1] == [number for number, _ in latest(connection, None, 10, actor="system:jo")]
