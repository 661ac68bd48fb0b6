"""The outcome of a run over many files: printed per file, as a table at the end, and as summary.json."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from json import dumps
from pathlib import Path

from rich.console import Console
from rich.table import Table

from passerby.config.object_path import display_path
from passerby.core.names import printable
from passerby.documents.dry_run import DryRun
from passerby.documents.redaction_log import LogAction
from passerby.documents.report import Report, TimeRange
from passerby.jobs.events.standard_output import write_line
from passerby.jobs.task import JobOutcome, JobState

#: Findings that are printed per file; the report lists all of them.
MAX_LISTED_FINDINGS = 10
#: Ranges of one kind that a dry run prints.
MAX_LISTED_RANGES = 6
#: Ranges of sound in whose place there is something else.
SILENCED = frozenset({LogAction.MUTED, LogAction.BLEEPED, LogAction.ROOM_TONE})


def print_outcome(outcome: JobOutcome) -> None:
    """One file, as soon as it is done, for people. Raises StandardOutputError."""
    if isinstance(outcome.result, DryRun):
        _print_dry_run(outcome, outcome.result)
    elif outcome.report is None:
        print(f"passerby: {_printable(outcome.error)}", file=sys.stderr)
    elif outcome.state is JobState.ALREADY_DONE:
        review = ", needs review" if outcome.exit_code == 3 else ""
        write_line(
            f"{_printable(outcome.job.output)}: already done{review}; report: {_printable(outcome.job.report_path)}"
        )
    else:
        _print_report(outcome, outcome.report)


def _print_report(outcome: JobOutcome, report: Report) -> None:
    hidden = ", ".join(f"{hidden.tracks} {hidden.kind}" for hidden in report.hidden)
    write_line(f"{_printable(outcome.job.output)}: hidden: {hidden}{_sound(report)}")
    for shown in report.shown_on_purpose[:MAX_LISTED_FINDINGS]:
        where = f"{shown.start:.2f} to {shown.end:.2f} s"
        what = f"{shown.kind} {shown.track}" if shown.track else f"{shown.kind}, {_printable(shown.reason)}"
        who = shown.by or {"settings": "the settings"}.get(shown.decided_by, "nobody who is named")
        write_line(f"  shown on purpose: {what}, {where}, decided by {_printable(who)}")
    if len(report.shown_on_purpose) > MAX_LISTED_FINDINGS:
        write_line(f"  shown on purpose: {len(report.shown_on_purpose) - MAX_LISTED_FINDINGS} more are in the report")
    for line in (*report.warnings, *report.damage):
        write_line(f"  {printable(line)}")
    for finding in report.check.findings[:MAX_LISTED_FINDINGS]:
        write_line(f"  check {finding.time:.2f} s: {printable(finding.description)}")
    write_line(f"  report: {_printable(outcome.job.report_path)}")


def _print_dry_run(outcome: JobOutcome, found: DryRun) -> None:
    unit = "s" if found.duration is not None else "page"
    length = f"{found.duration:.1f} s" if found.duration is not None else f"{found.frames} pages"
    write_line(f"{_printable(outcome.job.source)}: {length}; nothing was written but pictures. A run would hide:")
    for hidden in found.hidden:
        write_line(f"  {hidden.kind}: {hidden.tracks or 'none found'}{_when(hidden.ranges, unit)}")
    if found.speech is not None:
        write_line(f"  speech: {len(found.speech) or 'none found'}{_when(found.speech, unit)}")
    if found.covered:
        write_line(f"  whole frames, since they cannot be analysed: {found.covered}")
    write_line(f"  It would take about {_duration_text(found.seconds)} on this machine.")
    for name in found.pictures:
        write_line(f"  picture: {_printable(outcome.job.output.with_name(name))}")


def _when(ranges: Sequence[TimeRange], unit: str) -> str:
    """The first few ranges, and how many more there are."""
    if unit == "page":
        return ""
    shown = ", ".join(f"{one.start:.1f} to {one.end:.1f} {unit}" for one in ranges[:MAX_LISTED_RANGES])
    more = f", and {len(ranges) - MAX_LISTED_RANGES} more" if len(ranges) > MAX_LISTED_RANGES else ""
    return f", {shown}{more}" if ranges else ""


def _duration_text(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{max(1, rest)} s"


def _sound(report: Report) -> str:
    """How much sound was taken out, in how many ranges."""
    ranges = [entry for entry in report.redaction_log if entry.action in SILENCED]
    seconds = sum(entry.end - entry.start for entry in ranges)
    return f"; sound taken out: {len(ranges)} x, {seconds:.1f} s in all" if ranges else ""


def summary_row(outcome: JobOutcome) -> dict[str, object]:
    """One file as in summary.json."""
    row: dict[str, object] = {"file": display_path(outcome.job.source), "state": outcome.state.value}
    if outcome.job.carried:
        row["carried"] = dict(outcome.job.carried)
    if outcome.error is not None:
        row["message"] = outcome.error
    if outcome.report is not None:
        row |= {
            "output": display_path(outcome.job.output),
            "report": display_path(outcome.job.report_path),
            "frames": outcome.report.output.frames,
            "hidden": {hidden.kind.value: hidden.tracks for hidden in outcome.report.hidden},
            "shown_on_purpose": len(outcome.report.shown_on_purpose),
            "large_masks": [[large.start, large.end] for large in outcome.report.large_masks],
            "findings": len(outcome.report.check.findings),
            "needs_review": outcome.report.needs_review,
        }
    return row


def summary_json(outcomes: Sequence[JobOutcome], unsupported: Sequence[Path]) -> str:
    """The text of summary.json."""
    files = [summary_row(outcome) for outcome in outcomes]
    files += [{"file": display_path(path), "state": JobState.UNSUPPORTED.value} for path in unsupported]
    files.sort(key=lambda row: str(row["file"]))
    counts = {state.value: sum(row["state"] == state.value for row in files) for state in JobState}
    return dumps({"schema_version": 1, "counts": counts, "files": files}, indent=1) + "\n"


def print_table(outcomes: Sequence[JobOutcome], unsupported: Sequence[Path]) -> None:
    """The number of files per state, and every file that is not simply done."""
    table = Table("state", "files", title="Summary", title_justify="left")
    for state in JobState:
        count = len(unsupported) if state is JobState.UNSUPPORTED else sum(o.state is state for o in outcomes)
        if count:
            table.add_row(state.value, str(count))
    console = Console()
    console.print(table)
    for outcome in outcomes:
        if outcome.exit_code:
            state = JobState.FAILED if outcome.state is JobState.FAILED else JobState.NEEDS_REVIEW
            console.print(f"{state}: {_printable(outcome.job.source)}", markup=False, highlight=False)
    for path in unsupported:
        console.print(f"{JobState.UNSUPPORTED}: {_printable(path)}", markup=False, highlight=False)


def _printable(text: object) -> str:
    """A name as a terminal can show it: bytes that are not UTF-8, and line ends, as ?"""
    text = display_path(text) if isinstance(text, Path) else str(text)
    return printable(text)
