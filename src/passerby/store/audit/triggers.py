"""The triggers that guard the audit log, as the migrations created them: a check compares their text."""

from __future__ import annotations

from sqlalchemy import Connection, text

#: The text of each trigger, with single spaces.
GUARDS = {
    "audit_update": "CREATE TRIGGER audit_update BEFORE UPDATE ON audit "
    "BEGIN SELECT RAISE(ABORT, 'the log is never changed'); END",
    "audit_delete": "CREATE TRIGGER audit_delete BEFORE DELETE ON audit "
    "BEGIN SELECT RAISE(ABORT, 'nothing leaves the log'); END",
    "audit_insert": "CREATE TRIGGER audit_insert BEFORE INSERT ON audit "
    "WHEN NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM audit) "
    "OR (NEW.number = 1 AND NEW.previous IS NOT printf('%064d', 0)) "
    "OR (NEW.number > 1 AND NEW.previous IS NOT (SELECT hash FROM audit WHERE number = NEW.number - 1)) "
    "BEGIN SELECT RAISE(ABORT, 'the log goes on where it ends, and nowhere else'); END",
    "audit_end_follows": "CREATE TRIGGER audit_end_follows AFTER INSERT ON audit "
    "BEGIN UPDATE audit_end SET number = NEW.number; END",
    "audit_end_update": "CREATE TRIGGER audit_end_update BEFORE UPDATE ON audit_end "
    "WHEN NEW.number IS NOT (SELECT max(number) FROM audit) "
    "BEGIN SELECT RAISE(ABORT, 'the end of the log is where it ends'); END",
    "audit_end_delete": "CREATE TRIGGER audit_end_delete BEFORE DELETE ON audit_end "
    "BEGIN SELECT RAISE(ABORT, 'the end of the log stays'); END",
    "audit_end_insert": "CREATE TRIGGER audit_end_insert BEFORE INSERT ON audit_end "
    "BEGIN SELECT RAISE(ABORT, 'the log has one end'); END",
}


def guarded(connection: Connection) -> bool:
    """Are these triggers there, and no others on the same tables?"""
    query = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('audit', 'audit_end')")
    found = {name: " ".join(str(sql).split()) for name, sql in connection.execute(query)}
    return found == GUARDS
