"""The report on a case as PDF, to print and to keep: the texts of the page, set as the reports on files are."""

from __future__ import annotations

from importlib.resources import files

from passerby.cases import case_report
from passerby.documents.case_report import SignedCaseReport
from passerby.verify.report.agency import Logo
from passerby.verify.report.pdf import letterhead, typeset


def render_pdf(signed: SignedCaseReport, logo: Logo | None = None) -> bytes:
    """The content of `case-report.pdf`. Raises OutputError."""
    report = signed.report
    title = f"{case_report.title(report)}: what is released"
    genuine, command = case_report.genuine(case_report.REPORT_PDF)
    data: dict[str, object] = {
        **letterhead(title, title, report.agency, report.program, logo),
        "details": case_report.details(report),
        "files_title": f"Files ({len(report.files)})",
        "file_columns": case_report.FILE_COLUMNS,
        "files": case_report.file_rows(report),
        "missing_title": f"Not released ({len(report.missing)})",
        "missing_columns": case_report.MISSING_COLUMNS,
        "missing": case_report.missing_rows(report),
        "withheld_title": f"List of redactions and reasons ({len(report.withheld)})",
        "withheld_note": case_report.TIMES_NOTE,
        "withheld_columns": case_report.WITHHELD_COLUMNS,
        "withheld": case_report.withheld_rows(report),
        "shown_title": f"Shown on purpose ({len(report.shown or ())})",
        "shown_note": case_report.SHOWN_NOTE if report.shown else "Nothing.",
        "shown": case_report.shown_rows(report),
        "limits": case_report.LIMITS,
        "genuine": genuine,
        "command": command,
        "signature": case_report.signature_rows(signed),
    }
    template = files("passerby.cases").joinpath("case_report.typ").read_bytes()
    return typeset(template, data, case_report.REPORT_HTML)
