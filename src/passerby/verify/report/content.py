"""What the report says, as plain text in rows: HTML and PDF are made of the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from passerby.documents.plan_parts.made_from import WeightsUsed
from passerby.documents.verification_report import (
    Check,
    CheckOutcome,
    Finding,
    SignedVerificationReport,
    Verdict,
    VerificationReport,
)
from passerby.verify.report.log_table import NONE, is_still, log_of, moment
from passerby.verify.report.text import clock, counted, format_time, quoted, sentence

OUTCOMES = {
    CheckOutcome.PASSED: "passed",
    CheckOutcome.PARTIAL: "partial",
    CheckOutcome.SKIPPED: "not run",
    CheckOutcome.FINDINGS: "findings",
}
FINDING_COLUMNS = ("No.", "Time", "Finding", "Position", "Answer of a person")
TIMES = "\N{MULTIPLICATION SIGN}"
_STYLES = {"solid": "solid black"}
_SOUND = {
    "remove": "removed",
    "remove-voices": "voices removed",
    "keep": "kept",
    "unnatural-voice": "voices made unnatural",
}
EDITED_BY_HAND = (
    "The plan was edited by hand: it was changed without a correction, or not written by passerby. What was detected "
    "and is not hidden cannot be listed."
)

Rows = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One check, as it is read."""

    outcome: CheckOutcome
    word: str
    title: str
    method: str
    limitation: str


def headline(report: VerificationReport) -> tuple[str, str]:
    """(verdict, what it means)."""
    findings = total_findings(report)
    match report.verdict:
        case Verdict.PASSED:
            return "No problems found", "Every check was run, and there are no findings."
        case Verdict.INCOMPLETE:
            return "No problems found", not_run(report)
        case Verdict.REVIEWED:
            says = f"A person has answered {counted(findings, 'finding')}: none is a problem. {not_run(report)}"
            return "Reviewed", says.strip()
        case Verdict.FINDINGS:
            places = f": {counted(findings, 'place')}" if findings else ""
            return f"Review needed{places}", "What was found is listed below."
        case Verdict.NO_CONTENT:
            return (
                "Not passed: no content",
                "No frame was analysed, or all of them are blank. Such a file proves nothing.",
            )


def not_run(report: VerificationReport) -> str:
    """Which checks were not run, or only in part; empty where all were."""
    open_checks = [c.title for c in report.checks if c.outcome in (CheckOutcome.SKIPPED, CheckOutcome.PARTIAL)]
    if not open_checks:
        return ""
    were = "check was" if len(open_checks) == 1 else "checks were"
    return f"{len(open_checks)} {were} not run, or only in part: {'; '.join(open_checks)}."


def total_findings(report: VerificationReport) -> int:
    return sum(check.findings for check in report.checks if check.check is not Check.RANDOM_SAMPLE)


def facts(report: VerificationReport) -> Rows:
    """What was checked."""
    file = report.file
    video = "; ".join(f"{v.width} {TIMES} {v.height}, {counted(v.frames, 'frame')}" for v in file.videos)
    rows = [
        ("Checked on", format_time(report.created)),
        ("Video", video + ("" if len(file.videos) < 2 else f" ({len(file.videos)} video tracks)")),
        ("Audio", counted(file.audio_tracks, "track") if file.audio_tracks else "none"),
        ("Duration", clock(file.duration) if file.duration else NONE),
        ("Analysed by the models", counted(sum(v.analysed for v in file.videos), "frame")),
        ("SHA-256 of the file", file.sha256),
    ]
    if report.credentials is not None:
        rows.append(("With content credentials", f"{report.credentials.name}\n{report.credentials.sha256}"))
    return rows


def finding_rows(report: VerificationReport) -> Iterator[tuple[str, ...]]:
    """One row for each finding, as in FINDING_COLUMNS."""
    still = is_still(report)
    for finding in report.findings:
        score = "" if finding.score is None else f" ({finding.score:.2f})"
        answer = NONE
        if finding.answer is not None:
            answer = f"No problem: {finding.answer.reason}\n{finding.answer.by}, {format_time(finding.answer.created)}"
        yield (
            str(finding.number),
            _time_text(finding, still),
            finding.description + score,
            _location_text(finding),
            answer,
        )


def check_lines(report: VerificationReport) -> Iterator[CheckLine]:
    for check in report.checks:
        yield CheckLine(
            check.outcome,
            OUTCOMES[check.outcome],
            check.title,
            "" if check.outcome is CheckOutcome.SKIPPED else check.method,
            sentence(check.limitation) if check.limitation else "",
        )


def bound_text(report: VerificationReport) -> tuple[str, str]:
    """How much may have been missed: (in one sentence, how that is known)."""
    bound = report.bound
    if bound is None:
        return (
            "There is no upper bound.",
            "Nobody has judged frames of this file that were picked at random, so the share that all models together "
            "have missed cannot be quantified.",
        )
    count = len(bound.positives)
    positives = f"{count} of them showed something" if count else "none of them had a problem"
    return (
        f"At most {bound.percent:g} % of the frames show something they should not, with {bound.confidence:.0%} "
        "confidence.",
        f"{bound.reviewer} judged {counted(len(bound.sample.frames), 'frame')} of {bound.sample.population}, picked at "
        f"random ({format_time(bound.reviewed_on)}); {positives}.",
    )


def log_intro(report: VerificationReport) -> str:
    """What the log is, or why there is none."""
    if report.release is None:
        return "There is no report of the redaction beside the file, so what was withheld cannot be listed."
    log = log_of(report)
    on_purpose = sum(not entry.withheld for entry in log)
    if not log:
        return "Nothing was withheld, and nothing is shown on purpose."
    withheld = counted(len(log) - on_purpose, "line")
    return (
        f"Everything that was withheld, of picture and sound ({withheld}), and everything that is shown on purpose, "
        f"though it was detected ({on_purpose}). Times are those of the released file."
    )


def removed_lines(report: VerificationReport) -> list[tuple[str, tuple[str, ...]]]:
    """(title, lines) of what else the report of the redaction says; without what is empty."""
    release = report.release
    if release is None:
        return []
    parts = [
        ("Removed from the file (metadata)", release.dropped),
        ("Damage of the source", release.damage),
        ("Warnings of the redaction", release.warnings),
        ("The plan", (EDITED_BY_HAND,) if release.edited_by_hand else ()),
    ]
    return [(title, lines) for title, lines in parts if lines]


def provenance(report: VerificationReport) -> Rows:
    """Settings and models."""
    rows = [("Verified with", report.program)]
    if report.release is not None:
        settings = report.release.settings
        sound = _SOUND.get(settings.audio, settings.audio)
        how = f"Masks: {_STYLES.get(settings.style, settings.style)}. Thoroughness: {settings.profile}. Sound: {sound}"
        rows += [
            ("Redacted with", f"{report.release.program}, {format_time(report.release.created)}"),
            ("Hidden types", ", ".join(settings.hide)),
            ("Settings", how),
            ("Source", f"{report.release.source.name}\n{report.release.source.sha256}"),
            ("Models of the redaction", _models(report.release.weights)),
        ]
    rows.append(("Models of the verification", _models(report.weights)))
    if report.plan is not None:
        rows.append(
            (
                "Plan",
                f"{report.plan.name}, {counted(report.plan.corrections, 'correction')}"
                f"{', and edited by hand without one' if report.plan.edited_by_hand else ''}"
                f"\n{report.plan.sha256}",
            )
        )
    if report.original is not None:
        rows.append(("Compared with the original", report.original))
    return rows


def genuine(signed: SignedVerificationReport) -> tuple[str, str]:
    """(how to find out whether the report is genuine, the command for it)."""
    name = signed.report.credentials.name if signed.report.credentials else signed.report.file.name
    return (
        "What is signed is report.json, which came with this page and has the same contents. Ask the sender of the "
        "report for the fingerprint of their key, through a separate channel (phone, letter). Then open check.html, "
        "which came with it too, in a browser, and give it the files; or run:",
        f"passerby verify --check report.json {quoted(name)} --key FINGERPRINT",
    )


def _models(weights: Iterable[WeightsUsed]) -> str:
    return "\n".join(f"{model.id} {model.sha256[:16]}…" for model in weights)


def _time_text(finding: Finding, still: bool) -> str:
    if finding.time is None:
        return NONE
    if still:
        return moment(finding.time, still)
    if finding.start is None or finding.end is None or finding.end - finding.start < 0.1:
        return clock(finding.time)
    return f"{clock(finding.start)} to {clock(finding.end)}\nbest at {clock(finding.time)}"


def _location_text(finding: Finding) -> str:
    if finding.box is None:
        return NONE
    x1, y1, x2, y2 = (round(v) for v in finding.box)
    return f"{x2 - x1} {TIMES} {y2 - y1} px at {x1}, {y1}"
