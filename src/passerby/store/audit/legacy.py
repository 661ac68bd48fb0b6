"""Audit rows that were written under the names used before database revision 0007.

The log is append-only and its rows are hashed as they were written, so a migration cannot rename anything in them. They
are translated when they are read: every reader sees one set of names, and the hash chain stays whole. New rows are
written in the new names only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_FIELDS = {"who": "actor", "what": "action", "on": "details"}
_ACTIONS = {
    "export": "export_requested",
    "exported": "export_completed",
    "deleted": "recordings_deleted",
    "forgotten": "counts_deleted",
    "login_refused": "login_failed",
    "denied": "access_denied",
    "agreed": "approved",
    "refused": "rejected",
    "taken": "export_downloaded",
    "tried": "camera_checked",
    "checked": "log_verified",
}
_DETAILS = {
    "what": "subject",
    "do": "operation",
    "begins": "start",
    "ends": "end",
    "why": "reason",
    "run": "boot",
    "waits": "needs_approval",
    "asked_in": "requested_in",
    "agreed_by": "approved_by",
    "holds": "required",
}


def translate(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The body of a row in today's names; unchanged if it has them already."""
    if "who" not in row:
        return row
    found = {_FIELDS.get(name, name): value for name, value in row.items()}
    found["action"] = _ACTIONS.get(found.get("action", ""), found.get("action"))
    details = found.get("details")
    if isinstance(details, Mapping):
        found["details"] = {_DETAILS.get(name, name): value for name, value in details.items()}
    return found
