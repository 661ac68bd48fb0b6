"""Writes what a case releases: the reports on it, and one archive of all that goes out."""

from __future__ import annotations

import hashlib
import os
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from passerby.cases.case_folder import CaseFolder
from passerby.cases.case_report import LOG_CSV, REPORT_HTML, REPORT_JSON, REPORT_PDF, render_html
from passerby.cases.distinct_names import distinct_names
from passerby.cases.earlier_release import clear_earlier, packed_before
from passerby.cases.exemption_log import as_csv, shown_items, withheld_items
from passerby.core.errors import CaseError
from passerby.core.version import PROGRAM
from passerby.documents import file_names
from passerby.documents.case_file import CaseEntry
from passerby.documents.case_report import CaseReport, CaseReportFile, MissingFile, PackedFile, WithheldItem
from passerby.documents.plan import Plan
from passerby.documents.reason_list import ReasonList
from passerby.documents.report import Report
from passerby.review.files import ReviewPaths, make_folder
from passerby.review.release import verification
from passerby.sink.output_file import OutputFile, output_error, write_bytes_atomically
from passerby.source.still.sniff import is_still


@dataclass(frozen=True, slots=True)
class PackedCase:
    """What was written: the report, and the archive."""

    report: CaseReport
    archive: Path


def archive_path(case: CaseFolder) -> Path:
    """The archive lies in the case's folder, and is named after the case."""
    name = re.sub(r"[^\w.-]+", "-", case.case.details.number).strip("-.") or "case"
    return case.folder / file_names.shortened(f"{name}-release.zip", "-release")


def write_release(
    case: CaseFolder,
    released: Sequence[CaseEntry],
    missing: Sequence[MissingFile],
    reasons: ReasonList,
    reviewer: str,
    now: datetime,
) -> PackedCase:
    """Write report, exemption log and archive for files that were rendered, signed with the key of the user. Raises
    CaseError when there is none, UsageError when the agency's name and logo cannot be read, VerificationError when
    the key cannot, and OutputError."""
    # Imported here: what reads and draws pictures is not needed to list a case.
    from passerby.cases.case_report_pdf import render_pdf
    from passerby.verify.report.agency import load_agency
    from passerby.verify.report.files import CHECK_PAGE, check_page
    from passerby.verify.report.pdf import can_render_pdf
    from passerby.verify.report.signing import config_folder, load_key, sign_case, sign_copies, to_json

    if not released:
        raise CaseError("No file of the case is ready to go out. Mark files as reviewed, and release again.")
    key, agency = load_key(), load_agency(config_folder(os.environ))
    before = packed_before(case.release_folder / REPORT_JSON)
    names = distinct_names(entry.source for entry in case.case.files)
    files: list[CaseReportFile] = []
    withheld: list[WithheldItem] = []
    shown: list[WithheldItem] = []
    parts: list[Path] = []
    for entry in released:
        paths = case.paths(entry)
        report = _report(paths)
        sizes = [(video.width, video.height) for video in Plan.load(paths.plan).videos]
        still = is_still(paths.source)
        withheld += withheld_items(report, entry.output, reasons, sizes, still=still)
        shown += shown_items(report, entry.output, reasons, sizes, still=still)
        files.append(_released_file(entry, names[entry.source], paths, report, reviewer))
        parts += [paths.output, paths.report, *_verification_files(paths)]
    folder = case.release_folder
    make_folder(folder)
    log = ("\ufeff" + as_csv(withheld)).encode()  # by the mark spreadsheets know that it is UTF-8
    write_bytes_atomically(folder / LOG_CSV, log, force=True)
    summary = CaseReport(
        program=PROGRAM,
        created=now.isoformat(timespec="seconds"),
        agency=None if agency is None else agency.name,
        case=case.case.details,
        files=tuple(files),
        # Without details: they name paths of this machine.
        missing=tuple(file.model_copy(update={"detail": ""}) for file in missing),
        withheld=tuple(withheld),
        shown=tuple(shown),
        package=tuple(_packed(path, folder) for path in (*parts, folder / LOG_CSV)),
    )
    logo = agency.logo if agency is not None else None
    signed = sign_case(summary, key)
    copies = {REPORT_HTML: render_html(signed, None if logo is None else logo.data_url).encode()}
    if can_render_pdf():
        copies[REPORT_PDF] = render_pdf(signed, logo)
    signed = sign_copies(signed, {**copies, LOG_CSV: log}, key)
    content = {**copies, CHECK_PAGE: check_page(), REPORT_JSON: to_json(signed).encode()}
    for name, data in content.items():
        write_bytes_atomically(folder / name, data, force=True)
    archive = archive_path(case)
    packed = [*parts, *(folder / name for name in (LOG_CSV, *content))]
    _pack(archive, folder, packed)
    case.set_packed(now, archive.name)
    names_packed = {path.relative_to(folder).as_posix() for path in packed}
    clear_earlier(folder, before, names_packed, {entry.output for entry in case.case.files})
    return PackedCase(summary, archive)


def _report(paths: ReviewPaths) -> Report:
    try:
        return Report.model_validate_json(paths.report.read_bytes())
    except (OSError, ValueError) as error:
        raise CaseError(f"The report {paths.report} is missing or damaged. Release the case again.") from error


def _released_file(entry: CaseEntry, source: str, paths: ReviewPaths, report: Report, reviewer: str) -> CaseReportFile:
    checked = verification.load_earlier(paths.verification, report.output.sha256)
    findings = len(checked.findings) if checked is not None else len(report.check.findings)
    needs_review = report.needs_review if checked is None else checked.needs_review
    return CaseReportFile(
        path=entry.output,
        sha256=report.output.sha256,
        size=report.output.size,
        source=source,
        verdict="review" if needs_review else "unchecked" if checked is None else "clean",
        findings=findings,
        reviewer=reviewer,
    )


def _verification_files(paths: ReviewPaths) -> list[Path]:
    """The signed report of the check, in all its forms."""
    return (
        sorted(path for path in paths.verification.glob("*") if path.is_file()) if paths.verification.is_dir() else []
    )


def _packed(path: Path, folder: Path) -> PackedFile:
    try:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        return PackedFile(path=path.relative_to(folder).as_posix(), sha256=sha256, size=path.stat().st_size)
    except OSError as error:
        raise CaseError(f"{path} cannot be read: {error.strerror}. Release the case again.") from error


def _pack(archive: Path, folder: Path, files: Sequence[Path]) -> None:
    """Stored, not compressed: films and photos are compressed already."""
    with OutputFile(archive, force=True) as output:
        try:
            with zipfile.ZipFile(output.temp_path, "w", zipfile.ZIP_STORED) as packed:
                for path in files:
                    packed.write(path, path.relative_to(folder).as_posix())
        except OSError as error:
            raise output_error(archive, error) from error
        output.commit()
