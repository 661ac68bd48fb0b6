"""The files of a report: report.json, which is signed, and the same for reading as HTML, PDF and CSV."""

from __future__ import annotations

from importlib.resources import files

from passerby.documents.verification_report import SignedVerificationReport, VerificationReport
from passerby.verify.report.agency import Agency
from passerby.verify.report.html import render_report
from passerby.verify.report.log_table import log_csv
from passerby.verify.report.pdf import can_render_pdf, render_pdf
from passerby.verify.report.signing import SigningKey, sign, sign_copies, to_json

REPORT_JSON, REPORT_HTML, REPORT_CSV, REPORT_PDF = "report.json", "report.html", "report.csv", "report.pdf"
#: For recipients without a terminal: the page that checks file, report and signature in a browser.
CHECK_PAGE = "check.html"
NAMES = (REPORT_HTML, REPORT_CSV, REPORT_PDF, CHECK_PAGE, REPORT_JSON)


def report_files(
    report: VerificationReport, key: SigningKey, agency: Agency | None = None
) -> tuple[SignedVerificationReport, dict[str, bytes]]:
    """(the signed report, the content of its files by name, report.json last). Without Typst there is no PDF. Raises
    OutputError."""
    if agency is not None:
        report = report.model_copy(update={"agency": agency.name})
    logo = agency.logo if agency is not None else None
    signed = sign(report, key)
    copies = {
        REPORT_HTML: render_report(signed, logo.data_url if logo is not None else None).encode(),
        REPORT_CSV: log_csv(report).encode("utf-8-sig"),  # without the mark, Excel takes it for another encoding
    }
    if can_render_pdf():
        copies[REPORT_PDF] = render_pdf(signed, logo)
    signed = sign_copies(signed, copies, key)
    return signed, {**copies, CHECK_PAGE: check_page(), REPORT_JSON: to_json(signed).encode()}


def check_page() -> bytes:
    """The page that checks a report in a browser. It is the same for all reports."""
    return files("passerby.verify.report").joinpath(CHECK_PAGE).read_bytes()
