"""What earlier releases of a case left in its folder `release`, and is no part of the present one."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath

from pydantic import ValidationError

from passerby.core.errors import PasserbyError
from passerby.documents.case_report import SignedCaseReport
from passerby.documents.file_names import REDACTED_MARK
from passerby.source.fingerprint import fingerprint

PART_SUFFIX = ".part"


def packed_before(report: Path) -> dict[str, str]:
    """SHA-256 of each file that the report of an earlier release names, by its path; empty where there is none."""
    try:
        signed = SignedCaseReport.model_validate_json(report.read_bytes())
    except (OSError, ValidationError):
        return {}
    named = {packed.path: packed.sha256 for packed in signed.report.package}
    named |= signed.copies.files if signed.copies is not None else {}
    return {path: sha256 for path, sha256 in named.items() if _stays_inside(path)}


def clear_earlier(folder: Path, before: dict[str, str], packed: Collection[str], outputs: Collection[str]) -> None:
    """Remove from `folder` what is neither in `packed` nor a copy of a file of the case (`outputs`): copies of files
    that were taken out, what was released `before` and is not any more, and what a run that was killed left. Files
    that passerby has not made stay."""
    for path in list(_files(folder)):
        name = path.relative_to(folder).as_posix()
        if name in packed:
            continue
        made = any(REDACTED_MARK in part for part in PurePosixPath(name).parts)
        of_case = any(name == output or name.startswith((f"{output}.", f"{output}/")) for output in outputs)
        if path.suffix == PART_SUFFIX:
            _remove_unless_written(path)
        elif (made and not of_case) or (name in before and _sha256(path) == before[name]):
            _remove(path)
    for inner in sorted((path for path in folder.rglob("*") if path.is_dir()), reverse=True):
        with suppress(OSError):  # it is not empty
            inner.rmdir()


def _files(folder: Path) -> Iterator[Path]:
    for parent, _, names in os.walk(folder):
        yield from (Path(parent, name) for name in names)


def _remove(path: Path) -> None:
    with suppress(OSError):  # what cannot be removed is no part of what is packed all the same
        path.unlink()


def _remove_unless_written(path: Path) -> None:
    """Whoever writes a `.part` holds its lock."""
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
        finally:
            os.close(descriptor)


def _sha256(path: Path) -> str | None:
    try:
        return fingerprint(path)[0]
    except (OSError, PasserbyError):
        return None


def _stays_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts
