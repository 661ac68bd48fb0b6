"""The report as PDF: tagged for screen readers (PDF/UA-1) and suitable for archiving (PDF/A-2a).

Typst does the typesetting; texts are passed as data, so nothing in a report can be taken for Typst code. It is derived
from the signed report only, as the HTML page is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from importlib.util import find_spec

from passerby.core.errors import OutputError
from passerby.documents.verification_report import SignedVerificationReport, Verdict
from passerby.verify.report import content
from passerby.verify.report.agency import Logo
from passerby.verify.report.log_table import COLUMNS, log_rows
from passerby.verify.report.text import format_time

_TONES = {Verdict.PASSED: "good", Verdict.INCOMPLETE: "weak", Verdict.REVIEWED: "good"}


def can_render_pdf() -> bool:
    """Is Typst installed? It comes with the extras `review` and `watch`."""
    return find_spec("typst") is not None


def render_pdf(signed: SignedVerificationReport, logo: Logo | None = None) -> bytes:
    """The content of `report.pdf`. Raises OutputError."""
    template = files("passerby.verify.report").joinpath("report.typ").read_bytes()
    return typeset(template, _data(signed, logo), "report.html")


def typeset(template: bytes, data: Mapping[str, object], same: str) -> bytes:
    """A PDF of `data`, laid out by a Typst template that follows common.typ. `same` is the file that has the same
    content, for the error. Raises OutputError."""
    import typst  # slow to import, and most commands do not need it

    common = files("passerby.verify.report").joinpath("common.typ").read_bytes()
    try:
        return typst.compile(
            common + template,
            format="pdf",
            sys_inputs={"report": json.dumps(data)},
            pdf_standards=["a-2a", "ua-1"],
        )
    except (typst.TypstError, RuntimeError) as error:
        raise OutputError(f"The PDF could not be created: {error}. {same} has the same content.") from error


def letterhead(title: str, name: str, agency: str | None, program: str, logo: Logo | None) -> dict[str, object]:
    """What common.typ takes: the title of the document, the name at the foot of each page, and who answers for it."""
    return {
        "title": title,
        "author": agency or program,
        "name": name,
        "agency": agency or "",
        "logo": logo is not None,
        "logo_bytes": [] if logo is None else list(logo.content),
        "logo_format": "" if logo is None else logo.format,
    }


def _data(signed: SignedVerificationReport, logo: Logo | None) -> dict[str, object]:
    report = signed.report
    verdict, meaning = content.headline(report)
    bound, bound_how = content.bound_text(report)
    genuine, command = content.genuine(signed)
    checks = [
        (line.word, "\n".join(text for text in (line.title, line.method, line.limitation) if text))
        for line in content.check_lines(report)
    ]
    lists = [*content.removed_lines(report), ("Limits of this report", report.not_claimed)]
    return {
        **letterhead(f"Report on {report.file.name}", report.file.name, report.agency, report.program, logo),
        "verdict": verdict,
        "meaning": meaning,
        "tone": _TONES.get(report.verdict, "bad"),
        "facts": content.facts(report),
        "findings_title": f"Findings ({content.total_findings(report)})",
        "finding_columns": content.FINDING_COLUMNS,
        "findings": list(content.finding_rows(report)),
        "log_intro": content.log_intro(report),
        "log_columns": COLUMNS,
        "log": list(log_rows(report)),
        "checks": checks,
        "bound": bound,
        "bound_how": bound_how,
        "lists": [entry for entry in lists if entry[1]],
        "provenance": content.provenance(report),
        "genuine": genuine,
        "command": command,
        "signature": [
            ("Fingerprint of the key", signed.signature.fingerprint),
            ("Signature", f"Ed25519\n{signed.signature.value}"),
            ("Made on", format_time(report.created)),
        ],
    }
