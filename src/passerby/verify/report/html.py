"""The report as one HTML page for reading, printing and attaching: no script, no external resource, and no picture but
the agency's logo.

It is derived from the signed report only, so anybody who has that can render it again and compare.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from passerby.documents.verification_report import CheckOutcome, SignedVerificationReport, VerificationReport
from passerby.verify.report import content
from passerby.verify.report.css import STYLE
from passerby.verify.report.log_table import COLUMNS, is_still, log_of, log_rows
from passerby.verify.report.text import clock, format_time

_MARKS = {
    CheckOutcome.PASSED: "✓",
    CheckOutcome.PARTIAL: "◐",
    CheckOutcome.SKIPPED: "\N{EN DASH}",
    CheckOutcome.FINDINGS: "!",
}


def render_report(signed: SignedVerificationReport, logo: str | None = None) -> str:
    """The text of `report.html`. `logo` is the agency's, as a data URL."""
    report = signed.report
    return "".join(
        [
            "<!doctype html>\n<html lang=en><meta charset=utf-8>",
            "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'unsafe-inline'; "
            'img-src data:">',
            '<meta name=viewport content="width=device-width, initial-scale=1">',
            f"<title>Verification of {_t(report.file.name)}</title><style>{STYLE}</style>\n<main>",
            *_head(report, logo),
            *_findings(report),
            *_log(report),
            *_timeline(report),
            *_checks(report),
            *_bound(report),
            *_lists(report),
            *_provenance(report),
            *_signature(signed),
            "</main></html>\n",
        ]
    )


def _head(report: VerificationReport, logo: str | None) -> Iterator[str]:
    title, says = content.headline(report)
    yield "<header>"
    if logo is not None:
        yield f'<img class=logo alt="{_t(report.agency or "")}" src="{_t(logo)}">'
    if report.agency is not None:
        yield f"<p class=agency>{_t(report.agency)}</p>"
    yield f"<p class=kicker>Report on a released file</p><h1>{_t(report.file.name)}</h1></header>"
    yield f'<section class="verdict {report.verdict.value}"><h2>{_t(title)}</h2><p>{_t(says)}</p></section>'
    yield _rows(content.facts(report))


def _findings(report: VerificationReport) -> Iterator[str]:
    if not report.findings:
        return
    total = content.total_findings(report)
    yield f"<section><h2>Findings ({total})</h2>"
    yield _table(content.FINDING_COLUMNS, content.finding_rows(report))
    if total > len(report.findings):
        yield f"<p>{total - len(report.findings)} more findings are not listed.</p>"
    yield "<p class=soft>A finding need not be a leak: go to that time and position, and decide.</p></section>"


def _log(report: VerificationReport) -> Iterator[str]:
    yield f"<section><h2>List of redactions and reasons</h2><p>{_t(content.log_intro(report))}</p>"
    if log_of(report):
        classes = ["" if entry.withheld else "shown" for entry in log_of(report)]
        yield _table(COLUMNS, log_rows(report), classes)
        yield "<p class=soft>An item is one object followed without interruption. Nobody is recognised, so somebody "
        yield "who leaves and returns is two items. The same table is in report.csv.</p>"
    yield "</section>"


def _timeline(report: VerificationReport) -> Iterator[str]:
    length = report.file.duration
    hidden = report.release.hidden if report.release is not None else ()
    rows = [(str(of_kind.kind), "hidden", [(r.start, r.end) for r in of_kind.ranges]) for of_kind in hidden]
    times = [(s.start, s.end or s.start) for s in report.findings if s.start is not None and s.box is not None]
    if times:
        rows.append(("findings", "finding", times))
    if not length or not rows or is_still(report):
        return
    yield "<section><h2>When something was hidden</h2><div class=timeline>"
    for name, css, spans in rows:
        yield f'<span class=name>{_t(name)}</span><svg viewBox="0 0 1000 16" preserveAspectRatio=none role=img '
        yield f'aria-label="{_t(name)}: {len(spans)} ranges"><rect class=ground width=1000 height=16 />'
        for start, end in spans:
            x, w = 1000 * max(0.0, start) / length, max(3.0, 1000 * (end - start) / length)
            yield f'<rect class={css} x="{min(x, 997):.1f}" width="{min(w, 1000 - min(x, 997)):.1f}" height=16 />'
        yield "</svg>"
    yield f"<span></span><span class=axis><span>{clock(0)}</span><span>{clock(length / 2)}</span>"
    yield f"<span>{clock(length)}</span></span></div></section>"


def _checks(report: VerificationReport) -> Iterator[str]:
    yield "<section><h2>What was checked</h2><table class=checks><tbody>"
    for line in content.check_lines(report):
        method = f"<p>{_t(line.method)}</p>" if line.method else ""
        limitation = f"<p class=why>{_t(line.limitation)}</p>" if line.limitation else ""
        yield (
            f'<tr><td class="mark {line.outcome.value}"><b aria-hidden=true>{_MARKS[line.outcome]}</b> '
            f"{line.word}<td><strong>{_t(line.title)}</strong>{method}{limitation}"
        )
    yield "</table></section>"


def _bound(report: VerificationReport) -> Iterator[str]:
    says, how = content.bound_text(report)
    yield f"<section><h2>How much may have been missed</h2><p class=bound>{_t(says)}</p><p>{_t(how)}</p>"
    yield (
        "<p class=soft>Models tend to miss the same objects, more often than independent ones would, so the agreement "
        "of several models is no such bound.</p></section>"
    )


def _lists(report: VerificationReport) -> Iterator[str]:
    for title, lines in (*content.removed_lines(report), ("Limits of this report", report.not_claimed)):
        if lines:
            yield f"<section><h2>{_t(title)}</h2><ul>{''.join(f'<li>{_t(line)}' for line in lines)}</ul></section>"


def _provenance(report: VerificationReport) -> Iterator[str]:
    yield f"<section class=small><h2>Settings and models</h2>{_rows(content.provenance(report))}</section>"


def _signature(signed: SignedVerificationReport) -> Iterator[str]:
    says, command = content.genuine(signed)
    yield f"<section class=small><h2>Is this report genuine?</h2><p>{_t(says)}</p><pre>{_t(command)}</pre>"
    signature = signed.signature
    rows = [("Fingerprint of the key", signature.fingerprint), ("Signature", f"Ed25519\n{signature.value}")]
    yield f"{_rows(rows)}<p class=soft>Made on {_t(format_time(signed.report.created))}.</p></section>"


def _rows(rows: Iterable[tuple[str, str]]) -> str:
    return "<dl>" + "".join(f"<dt>{_t(name)}<dd>{_lines(value)}" for name, value in rows) + "</dl>"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]], classes: list[str] | None = None) -> str:
    body = "".join(
        f"<tr{f' class={classes[number]}' if classes and classes[number] else ''}>"
        + "".join(f"<td>{_lines(cell)}" for cell in row)
        for number, row in enumerate(rows)
    )
    heads = "".join(f"<th scope=col>{_t(name)}" for name in head)
    return f"<div class=wide tabindex=0><table><thead><tr>{heads}<tbody>{body}</table></div>"


def _lines(text: str) -> str:
    return "<br>".join(_t(line) for line in str(text).split("\n"))


def _t(text: str) -> str:
    return escape(str(text))
