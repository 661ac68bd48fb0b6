"""The report on a case as a page for reading. It is derived from the signed report only, and so is the PDF."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

from passerby.cases.exemption_log import COLUMNS
from passerby.documents.case_report import CaseReport, CaseReportFile, MissingReason, SignedCaseReport, WithheldItem
from passerby.verify.report.text import format_time

REPORT_JSON, REPORT_HTML, REPORT_PDF = "case-report.json", "case-report.html", "case-report.pdf"
LOG_CSV = "exemption-log.csv"
FILE_COLUMNS = ("File", "Made from", "Independent check", "Bytes", "SHA-256")
MISSING_COLUMNS = ("File", "Why")
WITHHELD_COLUMNS = tuple(name.capitalize() for name in COLUMNS)
SHOWN_NOTE = "These were detected or marked, and a person, or the settings, left them in."
TIMES_NOTE = "Times are those of the released file."
LIMITS = (
    "The check searches the released files with other models than those that made the masks. It can miss what they "
    "miss too; a person has reviewed each file."
)
#: No scripts, and nothing from anywhere; the logo lies in the page.
_CSP = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_STYLE = (
    "body{font:14px/1.45 system-ui,sans-serif;margin:2em auto;max-width:70em;padding:0 1em;color:#16202e}"
    "table{border-collapse:collapse;width:100%;margin:1em 0}th,td{border:1px solid #b9c3d1;padding:3px 7px;"
    "text-align:left;vertical-align:top}td,h1{overflow-wrap:anywhere}td{min-width:3.5em}td.n{white-space:nowrap}th{background:#e3e9f3}code{font-size:11px;word-break:break-all}"
    ".logo{max-width:16em;max-height:5em}.agency{font-weight:600;margin:0 0 .6rem}"
)

_NUMBER = re.compile(r"[\d.]{1,15}( s)?")
MISSING_TEXTS: dict[MissingReason, str] = {
    "not_reviewed": "nobody has marked it as reviewed",
    "not_open": "it is still being searched",
    "failed": "it cannot be opened or rendered",
    "waiting": "it was not searched yet",
}


def details(report: CaseReport) -> list[tuple[str, str]]:
    """What the case is about; only what is known."""
    case = report.case
    rows = {
        "Case": case.number,
        "Requestor": case.requestor,
        "Date of request": case.requested,
        "Agency": case.agency,
        "Officer": case.officer,
        "Released": format_time(report.created),
        "Program": report.program,
    }
    return [(name, text) for name, text in rows.items() if text]


def title(report: CaseReport) -> str:
    return f"Case {report.case.number}" if report.case.number else "Case"


def file_rows(report: CaseReport) -> list[tuple[str, ...]]:
    return [(file.path, file.source, _verdict(file), f"{file.size}", file.sha256) for file in report.files]


def missing_rows(report: CaseReport) -> list[tuple[str, ...]]:
    return [(file.name, f"{MISSING_TEXTS[file.reason]}. {file.detail}".strip()) for file in report.missing]


def withheld_rows(report: CaseReport) -> list[tuple[str, ...]]:
    return list(map(_withheld_row, report.withheld))


def shown_rows(report: CaseReport) -> list[tuple[str, ...]]:
    return list(map(_withheld_row, report.shown or ()))


def genuine(name: str) -> tuple[str, str]:
    """How to find out whether the report is genuine, from the copy that has this `name`, and the command that does."""
    return (
        f"What is signed is {REPORT_JSON}, which came with this page, has the same contents, and names every file "
        "of the release with its SHA-256. Ask the sender for the fingerprint of their key, through a separate channel "
        "(phone, letter). Then open check.html, which came with it too, in a browser, and give it the files; or run:",
        f"passerby verify --check {REPORT_JSON} {name} --key FINGERPRINT",
    )


def signature_rows(signed: SignedCaseReport) -> list[tuple[str, str]]:
    return [
        ("Fingerprint of the key", signed.signature.fingerprint),
        ("Signature (Ed25519)", signed.signature.value),
    ]


def render_html(signed: SignedCaseReport, logo: str | None = None) -> str:
    """The report as a page that needs nothing else. `logo` is the agency's, as a data URL."""
    report = signed.report
    parts = [
        *_agency(report, logo),
        f"<h1>{escape(title(report))}: what is released</h1>",
        _table(None, details(report)),
        f"<h2>Files ({len(report.files)})</h2>",
        _table(FILE_COLUMNS, file_rows(report)),
    ]
    if report.missing:
        parts += [f"<h2>Not released ({len(report.missing)})</h2>", _table(MISSING_COLUMNS, missing_rows(report))]
    text, command = genuine(REPORT_HTML)
    shown = shown_rows(report)
    parts += [
        f"<h2>List of redactions and reasons ({len(report.withheld)})</h2>",
        f"<p>{escape(TIMES_NOTE)}</p>",
        _table(WITHHELD_COLUMNS, withheld_rows(report)),
        f"<h2>Shown on purpose ({len(shown)})</h2>",
        *([f"<p>{escape(SHOWN_NOTE)}</p>", _table(WITHHELD_COLUMNS, shown)] if shown else ["<p>Nothing.</p>"]),
        "<h2>Limits of this report</h2>",
        f"<p>{escape(LIMITS)}</p>",
        "<h2>Is this report genuine?</h2>",
        f"<p>{escape(text)}</p><p><code>{escape(command)}</code></p>",
        _table(None, signature_rows(signed)),
    ]
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title(report))}</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{_CSP}"><style>{_STYLE}</style></head><body>'
        + "\n".join(parts)
        + "</body></html>\n"
    )


def _agency(report: CaseReport, logo: str | None) -> Iterable[str]:
    """Who answers for the report, above it."""
    if logo is not None:
        yield f'<img class="logo" alt="{escape(report.agency or "")}" src="{escape(logo)}">'
    if report.agency:
        yield f'<p class="agency">{escape(report.agency)}</p>'


def _verdict(file: CaseReportFile) -> str:
    if file.verdict == "review":
        return f"Review needed: {file.findings} places" if file.findings != 1 else "Review needed: 1 place"
    if file.verdict == "unchecked":
        return "Not checked independently"
    if file.findings == 1:
        return "Reviewed: 1 place, it is no problem"
    return f"Reviewed: {file.findings} places, none is a problem" if file.findings else "No problems found"


def _withheld_row(item: WithheldItem) -> tuple[str, ...]:
    times = ("" if seconds is None else f"{seconds:.2f} s" for seconds in (item.start, item.end))
    return (item.file, item.item, *times, item.code, item.statute, item.text, item.by)


def _table(head: Sequence[str] | None, rows: Iterable[Sequence[str]]) -> str:
    lines = ["<table>"]
    if head is not None:
        lines.append("<thead><tr>" + "".join(f"<th>{escape(cell)}</th>" for cell in head) + "</tr></thead>")
    lines.append("<tbody>")
    lines += ["<tr>" + "".join(map(_cell, row)) + "</tr>" for row in rows]
    return "".join([*lines, "</tbody></table>"])


def _cell(text: str) -> str:
    """Numbers and times stay on one line; names break wherever they must."""
    return f'<td class="n">{escape(text)}</td>' if _NUMBER.fullmatch(text) else f"<td>{escape(text)}</td>"
