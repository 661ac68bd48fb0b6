"""The journal of a plan: what was changed since its file was written as a whole, as `NAME.plan.json.journal`.

The plan of an hour has megabytes, so an edit is appended here, and the plan is written when its file is closed or
released. Each line is JSON. A line with `plan` names the bytes of a plan file, one with `edits` what was changed after
it; of a plan file, the edits after the last line that names it apply. Whoever reads a plan reads its journal too
(`Plan.load`).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from pydantic import Field, ValidationError

from passerby.core.errors import PlanError
from passerby.core.model import FrozenModel

JOURNAL_SUFFIX = ".journal"
#: Bytes at the end of a plan that are hashed: corrections stand there, and each edit changes them.
_END_BYTES = 64 * 1024
#: Times that a plan is read again which another program has just replaced.
_ATTEMPTS = 10


class PlanMark(FrozenModel):
    """Tells one content of a plan file from another, without reading megabytes."""

    size: int = Field(ge=0)
    end_sha256: str

    @classmethod
    def of(cls, parts: Sequence[bytes]) -> Self:
        """The mark of a file with this content, in parts."""
        end = b""
        for part in reversed(parts):
            end = part[-(_END_BYTES - len(end)) :] + end
            if len(end) >= _END_BYTES:
                break
        return cls(size=sum(map(len, parts)), end_sha256=hashlib.sha256(end).hexdigest())

    @classmethod
    def of_file(cls, plan: Path) -> Self:
        """Raises OSError."""
        with plan.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            file.seek(max(0, size - _END_BYTES))
            return cls(size=size, end_sha256=hashlib.sha256(file.read()).hexdigest())


class JournalEdit(FrozenModel):
    """A correction that was appended to those of the plan. `replaces`: it takes the place of the last one."""

    correction: dict[str, Any]
    replaces: bool = False


class JournalLine(FrozenModel):
    """One line: the plan file that following edits are about, or edits that were made in one step."""

    plan: PlanMark | None = None
    edits: tuple[JournalEdit, ...] = ()


def edits_line(edits: Iterable[tuple[str, bool]]) -> bytes:
    """A line for edits made in one step: the JSON of each correction, and whether it replaces the last one."""
    listed = ", ".join(f'{{"replaces": {str(replaces).lower()}, "correction": {text}}}' for text, replaces in edits)
    return f'{{"edits": [{listed}]}}\n'.encode()


def mark_line(mark: PlanMark) -> bytes:
    """A line that says that all edits before it are in the plan file with this mark."""
    return f'{{"plan": {mark.model_dump_json()}}}\n'.encode()


def journal_path(plan: Path) -> Path:
    """Where the journal of a plan lies."""
    return plan.with_name(plan.name + JOURNAL_SUFFIX)


def has_journal(plan: Path) -> bool:
    """Are there edits that the file of the plan may not hold yet?"""
    try:
        return journal_path(plan).stat().st_size > 0
    except OSError:
        return False


def read_with_journal(plan: Path) -> tuple[bytes, list[JournalEdit]]:
    """The content of a plan file, and the edits that it does not hold yet, in order. Raises OSError, and PlanError when
    the journal belongs to another plan, or is damaged."""
    journal = journal_path(plan)
    for _ in range(_ATTEMPTS):
        before = plan.stat()
        content, text = plan.read_bytes(), b""
        with suppress(FileNotFoundError):
            text = journal.read_bytes()
        after = plan.stat()
        if (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns):
            return content, _edits_after(PlanMark.of([content]), text, plan)
    raise PlanError(f"The plan {plan} is being changed by another program. Wait until it has ended, and try again.")


def _edits_after(mark: PlanMark, text: bytes, plan: Path) -> list[JournalEdit]:
    lines = _lines(text, journal_path(plan))
    if not lines:
        return []
    start = next((n for n in reversed(range(len(lines))) if lines[n].plan == mark), None)
    if start is None:
        raise PlanError(
            f"{journal_path(plan)} holds corrections of another state of {plan.name}. Put that plan back, or delete "
            "the journal to go on without these corrections."
        )
    return [edit for line in lines[start:] for edit in line.edits]


def _lines(text: bytes, journal: Path) -> list[JournalLine]:
    """A last line that a power cut left unfinished was never confirmed to anybody: it is passed over."""
    found = []
    for line in text.split(b"\n")[:-1]:
        try:
            found.append(JournalLine.model_validate_json(line))
        except ValidationError as error:
            raise PlanError(
                f"{journal} is damaged in line {len(found) + 1}. Restore it from a backup, or delete it to go on "
                "without the corrections in it."
            ) from error
    return found
