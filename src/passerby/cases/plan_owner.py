"""Which file a plan was made for, without reading all of it: that of an hour has megabytes."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import ValidationError

from passerby.core.errors import PasserbyError
from passerby.documents.plan_parts.made_from import Fingerprint
from passerby.source.fingerprint import fingerprint

#: The fingerprint stands at the beginning of a plan.
_HEAD_BYTES = 64 * 1024
_FIELD = '"source":'


def source_of_plan(plan: Path) -> Fingerprint | None:
    """The fingerprint of the file that a plan was made for; None when it cannot be told."""
    try:
        with plan.open("rb") as file:
            text = file.read(_HEAD_BYTES).decode("utf-8", "ignore")
        start = text.index(_FIELD) + len(_FIELD)
        found, _ = json.JSONDecoder().raw_decode(text, start + len(text[start:]) - len(text[start:].lstrip()))
        return Fingerprint.model_validate(found)
    except (OSError, ValueError, ValidationError):
        return None


def is_plan_of(plan: Path, source: Path, *, whole: bool) -> bool:
    """Was the plan made for this file, or can it not be told? `whole`: compare all of the file, and not only its size,
    which takes as long as reading it."""
    made_for = source_of_plan(plan)
    try:
        if made_for is None or made_for.size != source.stat().st_size:
            return made_for is None
        return not whole or fingerprint(source)[0] == made_for.sha256
    except (OSError, PasserbyError):
        return True  # a file that cannot be read fails when it is opened, and says why
