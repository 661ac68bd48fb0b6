"""What came of a run over many files: told as it goes, as a table at the end, and as summary.json."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from json import dumps
from pathlib import Path

from rich.console import Console
from rich.table import Table

from passerby.config.object_path import shown
from passerby.jobs.job import Outcome, State

#: Suspects that are told of one file; the report has them all.
MOST = 10


def say(outcome: Outcome, json: bool) -> None:
    """One file, as soon as it is done."""
    if json:
        print(dumps({"event": "error" if outcome.state is State.FAILED else "done", **row(outcome)}), flush=True)
    elif outcome.report is None:
        print(f"passerby: {_shown(outcome.error)}", file=sys.stderr)
    elif outcome.state is State.ALREADY:
        person = ", and needs a person" if outcome.exit_code == 3 else ""
        print(f"{_shown(outcome.job.output)}: already done{person}; report: {_shown(outcome.job.report)}")
    else:
        _say_report(outcome)


def _say_report(outcome: Outcome) -> None:
    report = outcome.report
    assert report is not None  # say() has told of those without one
    found = ", ".join(f"{hidden.tracks} {hidden.kind}" for hidden in report.hidden)
    print(f"{_shown(outcome.job.output)}: hidden: {found}")
    for line in (*report.warnings, *report.damage):
        print(f"  {line}")
    for suspect in report.check.suspects[:MOST]:
        print(f"  look at {suspect.time:.2f} s: {suspect.what}")
    print(f"  report: {_shown(outcome.job.report)}")


def row(outcome: Outcome) -> dict[str, object]:
    """One file as summary.json and --json have it."""
    line: dict[str, object] = {"file": shown(outcome.job.source), "state": outcome.state.value}
    if outcome.error is not None:
        line["message"] = outcome.error
    if outcome.report is not None:
        line |= {
            "output": shown(outcome.job.output),
            "report": shown(outcome.job.report),
            "frames": outcome.report.output.frames,
            "hidden": {hidden.kind.value: hidden.tracks for hidden in outcome.report.hidden},
            "suspects": len(outcome.report.check.suspects),
            "needs_a_person": outcome.report.needs_a_person,
        }
    return line


def summary(outcomes: Sequence[Outcome], unsupported: Sequence[Path]) -> str:
    """The text of summary.json."""
    files = [row(outcome) for outcome in outcomes]
    files += [{"file": shown(path), "state": State.UNSUPPORTED.value} for path in unsupported]
    files.sort(key=lambda line: str(line["file"]))
    counts = {state.value: sum(line["state"] == state.value for line in files) for state in State}
    return dumps({"schema_version": 1, "counts": counts, "files": files}, indent=1) + "\n"


def table(outcomes: Sequence[Outcome], unsupported: Sequence[Path]) -> None:
    """The end of a run for a person's eyes: how many of each, and every file that is not simply done."""
    shown = Table("state", "files", title="Summary", title_justify="left")
    for state in State:
        count = len(unsupported) if state is State.UNSUPPORTED else sum(o.state is state for o in outcomes)
        if count:
            shown.add_row(state.value, str(count))
    console = Console()
    console.print(shown)
    for outcome in outcomes:
        if outcome.exit_code:
            state = State.FAILED if outcome.state is State.FAILED else State.NEEDS_A_PERSON
            console.print(f"{state}: {_shown(outcome.job.source)}", markup=False, highlight=False)
    for path in unsupported:
        console.print(f"{State.UNSUPPORTED}: {_shown(path)}", markup=False, highlight=False)


def _shown(text: object) -> str:
    """A name as a terminal can show it: bytes that are not UTF-8, and line ends, as ?"""
    text = shown(text) if isinstance(text, Path) else str(text)
    return "".join(letter if letter.isprintable() else "?" for letter in text)
