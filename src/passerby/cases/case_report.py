"""The report on a case: which files were asked for, which go out, what is withheld, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Literal

from pydantic import Field

from passerby.cases.exemption_log import COLUMNS, WithheldItem
from passerby.core.model import FrozenModel
from passerby.documents.case_file import CaseDetails

REPORT_JSON, REPORT_HTML, LOG_CSV = "case-report.json", "case-report.html", "exemption-log.csv"
#: No scripts, and nothing from anywhere; the logo lies in the page.
_CSP = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_STYLE = (
    "body{font:14px/1.45 system-ui,sans-serif;margin:2em auto;max-width:70em;padding:0 1em;color:#16202e}"
    "table{border-collapse:collapse;width:100%;margin:1em 0}th,td{border:1px solid #b9c3d1;padding:3px 7px;"
    "text-align:left;vertical-align:top}th{background:#e3e9f3}code{font-size:11px;word-break:break-all}"
    ".logo{max-width:16em;max-height:5em}.agency{font-weight:600;margin:0 0 .6rem}"
)

#: Why a file does not go out.
MissingReason = Literal["not_reviewed", "not_open", "failed", "waiting"]
MISSING_TEXTS: dict[MissingReason, str] = {
    "not_reviewed": "nobody has marked it as reviewed",
    "not_open": "it is still being searched",
    "failed": "it cannot be opened or rendered",
    "waiting": "it was not searched yet",
}


class MissingFile(FrozenModel):
    """A file that was asked for and does not go out. `detail` in English, where there is more to say."""

    name: str
    reason: MissingReason
    detail: str = ""


class CaseReportFile(FrozenModel):
    """A file that goes out, with its path in the package. `verdict` is that of the independent check."""

    path: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    size: int
    source: str
    verdict: Literal["clean", "review", "unchecked"]
    findings: int = 0
    reviewer: str = ""


class PackedFile(FrozenModel):
    """Any file in the package, so that whoever receives it can tell whether one is missing or was changed."""

    path: str
    sha256: str
    size: int


class CaseReport(FrozenModel):
    """What goes out in a case. `agency` is who answers for the report, as on the reports of the check; `case.agency` is
    what a person wrote about the case."""

    schema_version: Literal[1] = 1
    program: str
    created: str = Field(description="ISO 8601 with offset")
    agency: str | None = None
    case: CaseDetails
    files: tuple[CaseReportFile, ...]
    missing: tuple[MissingFile, ...]
    withheld: tuple[WithheldItem, ...]
    package: tuple[PackedFile, ...] = ()

    def to_json(self) -> str:
        return self.model_dump_json(indent=1) + "\n"


def render_html(report: CaseReport, logo: str | None = None) -> str:
    """The report as a page that needs nothing else. `logo` is the agency's, as a data URL."""
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
            ("File", "Independent check", "Bytes", "SHA-256"),
            [(file.path, _verdict(file), f"{file.size}", file.sha256) for file in report.files],
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
    ]
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
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
    return "No problems found" if file.verdict == "clean" else "Not checked independently"


def _withheld_row(item: WithheldItem) -> Sequence[str]:
    times = ("" if seconds is None else f"{seconds:.2f} s" for seconds in (item.start, item.end))
    return (item.file, item.item, *times, item.code, item.statute, item.text, item.by)


def _table(head: Sequence[str] | None, rows: Iterable[Sequence[str]]) -> str:
    lines = ["<table>"]
    if head is not None:
        lines.append("<thead><tr>" + "".join(f"<th>{escape(cell)}</th>" for cell in head) + "</tr></thead>")
    lines.append("<tbody>")
    lines += ["<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows]
    return "".join([*lines, "</tbody></table>"])
