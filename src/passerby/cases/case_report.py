"""The report on a case as a page for reading, printing and attaching. It is derived from the signed report only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

from passerby.cases.exemption_log import COLUMNS
from passerby.documents.case_report import CaseReport, CaseReportFile, MissingReason, SignedCaseReport, WithheldItem

REPORT_JSON, REPORT_HTML, LOG_CSV = "case-report.json", "case-report.html", "exemption-log.csv"
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


def render_html(signed: SignedCaseReport, logo: str | None = None) -> str:
    """The report as a page that needs nothing else. `logo` is the agency's, as a data URL."""
    report = signed.report
    case = report.case
    details = {
        "Case": case.number,
        "Requestor": case.requestor,
        "Date of request": case.requested,
        "Agency": case.agency,
        "Officer": case.officer,
        "Released": report.created,
        "Program": report.program,
    }
    title = f"Case {case.number}" if case.number else "Case"
    parts = [
        *_agency(report, logo),
        f"<h1>{escape(title)}: what is released</h1>",
        _table(None, [(name, text) for name, text in details.items() if text]),
        f"<h2>Files ({len(report.files)})</h2>",
        _table(
            ("File", "Made from", "Independent check", "Bytes", "SHA-256"),
            [(file.path, file.source, _verdict(file), f"{file.size}", file.sha256) for file in report.files],
        ),
    ]
    if report.missing:
        rows = [(file.name, f"{MISSING_TEXTS[file.reason]}. {file.detail}".strip()) for file in report.missing]
        parts += [f"<h2>Not released ({len(rows)})</h2>", _table(("File", "Why"), rows)]
    parts += [
        f"<h2>List of redactions and reasons ({len(report.withheld)})</h2>",
        "<p>Times are those of the released file.</p>",
        _table([name.capitalize() for name in COLUMNS], map(_withheld_row, report.withheld)),
        "<h2>Limits of this report</h2>",
        "<p>The check searches the released files with other models than those that made the masks. It can miss "
        "what they miss too; a person has reviewed each file.</p>",
        *_signature(signed),
    ]
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{_CSP}"><style>{_STYLE}</style></head><body>'
        + "\n".join(parts)
        + "</body></html>\n"
    )


def _signature(signed: SignedCaseReport) -> Iterable[str]:
    """How to find out whether the report is genuine."""
    signature = signed.signature
    yield "<h2>Is this report genuine?</h2>"
    yield (
        f"<p>What is signed is {REPORT_JSON}, which came with this page, has the same contents, and names every file "
        "of the release with its SHA-256. Ask the sender for the fingerprint of their key, through a separate channel "
        "(phone, letter). Then open check.html, which came with it too, in a browser, and give it the files; or "
        "run:</p>"
        f"<p><code>passerby verify --check {REPORT_JSON} {REPORT_HTML} --key FINGERPRINT</code></p>"
    )
    yield _table(None, [("Fingerprint of the key", signature.fingerprint), ("Signature (Ed25519)", signature.value)])


def _agency(report: CaseReport, logo: str | None) -> Iterable[str]:
    """Who answers for the report, above it."""
    if logo is not None:
        yield f'<img class="logo" alt="{escape(report.agency or "")}" src="{escape(logo)}">'
    if report.agency:
        yield f'<p class="agency">{escape(report.agency)}</p>'


def _verdict(file: CaseReportFile) -> str:
    if file.verdict == "review":
        return f"Review needed: {file.findings} places" if file.findings != 1 else "Review needed: 1 place"
    return "No problems found" if file.verdict == "clean" else "Not checked independently"


def _withheld_row(item: WithheldItem) -> Sequence[str]:
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
