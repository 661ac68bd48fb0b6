"""The report beside the file: is it about this file, and is the file what the report says?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from passerby.core.errors import VerificationError
from passerby.documents.renamed_fields import REPORT_FIELDS, explain_renamed
from passerby.documents.report import Report
from passerby.documents.verification_report import CheckedFile, ReleaseSummary
from passerby.source.fingerprint import fingerprint, printable_name


def read_report(path: Path) -> tuple[Report, str]:
    """(the report, its SHA-256). Raises VerificationError when it is none."""
    try:
        content = path.read_bytes()
        return Report.model_validate_json(content), fingerprint(path)[0]
    except FileNotFoundError:
        raise VerificationError(f"There is no report {path}. Check the name.") from None
    except OSError as error:
        raise VerificationError(f"The report {path} cannot be read: {error.strerror}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        location = ".".join(str(part) for part in first["loc"]) or "the file"
        with suppress(ValueError):
            renamed = explain_renamed(json.loads(content), REPORT_FIELDS)
            if renamed is not None:
                raise VerificationError(
                    f"{path} was written by an earlier version: {renamed}. Redact the source again."
                ) from error
        raise VerificationError(
            f"{path} is not a report of passerby redact: {location}: {first['msg']}. Move it away, or redact again."
        ) from error


def summarise_release(report: Report, path: Path, sha256: str) -> ReleaseSummary:
    """What the verification report takes over from that of the redaction."""
    return ReleaseSummary(
        name=printable_name(path),
        sha256=sha256,
        created=report.created,
        program=report.program,
        source=report.source,
        settings=report.settings,
        weights=report.weights,
        hidden=report.hidden,
        redaction_log=report.redaction_log,
        edited_by_hand=report.edited_by_hand,
        dropped=report.dropped,
        damage=report.damage,
        warnings=report.warnings,
        covered=report.output.covered,
    )


def is_about(report: Report, file: CheckedFile) -> bool:
    """Is the report about this very file?"""
    return report.output.sha256 == file.sha256


def differences(report: Report, file: CheckedFile, still: bool) -> Iterator[str]:
    """Where the file does not match its report."""
    if report.output.size != file.size:
        yield f"the report states {report.output.size} bytes, the file has {file.size}"
    frames = sum(video.frames for video in file.videos)
    # Stills merge identical consecutive frames of an animation into one.
    if frames != report.output.frames and not (still and frames < report.output.frames):
        yield f"the report states {report.output.frames} frames, the file has {frames}"
    black = sum(video.black for video in file.videos)
    if report.output.covered and black < report.output.covered:
        yield f"the report states that {report.output.covered} frames were covered whole, but {black} are black"
