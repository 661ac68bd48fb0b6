"""The text of a plan file in two parts: the analysis, which never changes, and what people change."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from passerby.documents.plan import Plan
from passerby.documents.plan_parts.journal import has_journal

#: Fields of the plan that edits change.
_EDITED = {"trim", "audio", "audio_mode", "corrections"}
#: A longer analysis is not read by people: it is written without line ends, in a third of the space.
MAX_INDENTED_CHARS = 2_000_000


def analysis_part(plan: Plan) -> bytes:
    """The beginning of the file. That of an hour has megabytes."""
    text = plan.model_dump_json(exclude_none=True, exclude=_EDITED)
    if len(text) < MAX_INDENTED_CHARS:
        text = plan.model_dump_json(exclude_none=True, exclude=_EDITED, indent=1)
    return text.rstrip().removesuffix("}").rstrip().encode()


def edited_part(plan: Plan, correction_lines: Iterable[str]) -> bytes:
    """The end of the file, with `correction_lines`, the JSON of each correction."""
    edited = plan.model_dump_json(include={"trim", "audio", "audio_mode"}, exclude_none=True)[1:-1]
    corrections = ",\n  ".join(correction_lines)
    return f',\n {edited},\n "corrections": [\n  {corrections}\n ]\n}}\n'.encode()


def current_content(path: Path) -> bytes:
    """What the file of a plan holds, or will hold once the corrections in its journal are written into it. Raises
    OSError and PlanError."""
    if not has_journal(path):
        return path.read_bytes()
    plan = Plan.load(path)
    lines = (correction.model_dump_json(exclude_none=True) for correction in plan.corrections)
    return analysis_part(plan) + edited_part(plan, lines)
