"""The report beside the file: is it about this file, and is the file what the report says?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from passerby.core.errors import ProofError
from passerby.documents.report import Report
from passerby.documents.verification_report import FileSeen, Release
from passerby.source.fingerprint import fingerprint, printable


def beside(file: Path) -> Path | None:
    """Where `passerby redact` puts the report on a file, if there is one."""
    path = file.with_name(f"{file.stem}.report.json")
    return path if path.is_file() else None


def read_report(path: Path) -> tuple[Report, str]:
    """(the report, its SHA-256). Raises ProofError when it is none."""
    try:
        content = path.read_bytes()
        return Report.model_validate_json(content), fingerprint(path)[0]
    except FileNotFoundError:
        raise ProofError(f"There is no report {path}. Check the name.") from None
    except OSError as error:
        raise ProofError(f"The report {path} cannot be read: {error.strerror}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise ProofError(
            f"{path} is not a report of passerby redact: {where}: {first['msg']}. Move it away, or redact anew."
        ) from error


def release_of(report: Report, path: Path, sha256: str) -> Release:
    """What of the redaction's report goes into the proof."""
    return Release(
        name=printable(path),
        sha256=sha256,
        made=report.made,
        program=report.program,
        source=report.source,
        settings=report.settings,
        weights=report.weights,
        hidden=report.hidden,
        dropped=report.dropped,
        damage=report.damage,
        warnings=report.warnings,
        covered=report.output.covered,
    )


def is_about(report: Report, file: FileSeen) -> bool:
    """Is the report about this very file?"""
    return report.output.sha256 == file.sha256


def differences(report: Report, file: FileSeen, still: bool) -> Iterator[str]:
    """Where the file is not what its report says."""
    if report.output.size != file.size:
        yield f"the report says {report.output.size} bytes, the file has {file.size}"
    frames = sum(video.frames for video in file.videos)
    # Stills merge frames of an animation that are alike into one that lasts as long.
    if frames != report.output.frames and not (still and frames < report.output.frames):
        yield f"the report says {report.output.frames} frames, the file shows {frames}"
    black = sum(video.black for video in file.videos)
    if report.output.covered and black < report.output.covered:
        yield f"the report says that {report.output.covered} frames were covered whole, {black} are black"
