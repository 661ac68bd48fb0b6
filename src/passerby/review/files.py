"""The story of a reviewed file: its plan, loaded or made, kept safe after each change, and rendered in the end."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from passerby.config.settings import Audio
from passerby.core.progress import Progress
from passerby.documents.plan import Plan
from passerby.documents.report import Report
from passerby.engine import api as dispatch
from passerby.sink.output_file import write_text_atomically
from passerby.source.fingerprint import fingerprint


@dataclass(frozen=True, slots=True)
class Given:
    """One file to review, and the names of what belongs to it."""

    source: Path
    output: Path
    report: Path
    plan: Path

    @property
    def notes(self) -> Path:
        """What was looked at and what was said of it: NAME.review.json."""
        return self.plan.with_name(self.plan.name.removesuffix(".plan.json") + ".review.json")


def make_plan(given: Given, progress: Progress) -> Plan:
    """Look at the whole file and save what was found. Raises PasserbyError, in one of its kinds."""
    plan = dispatch.analyse(given.source, progress=progress)
    write_text_atomically(given.plan, plan.to_json())
    return plan


def keep(path: Path, text: str) -> None:
    """Write a file whole, on the disk, before returning. Raises OutputError or DiskFull."""
    write_text_atomically(path, text, force=True)


def belongs(plan: Plan, source: Path) -> bool:
    """Is this the very file that the plan was made for? Reads all of it."""
    return plan.source.sha256 == fingerprint(source)[0]


def release(given: Given, plan: Plan, progress: Progress, audio: Audio | None = None) -> Report:
    """What `passerby redact --plan` does, in place of an earlier release of ours. Raises PasserbyError."""
    settings = plan.settings if audio is None else plan.settings.model_copy(update={"audio": audio})
    report = dispatch.redact(given.source, given.output, settings, plan=plan, force=True, progress=progress)
    keep(given.report, report.to_json())
    return report
