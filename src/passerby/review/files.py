"""Files of a review: making the plan, saving it after each change, and rendering the release."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from passerby.config.settings import Audio, Settings
from passerby.core.errors import OutputError
from passerby.core.kinds import Kind
from passerby.core.progress import Progress
from passerby.documents.file_names import REPORT_SUFFIX, notes_path
from passerby.documents.plan import Plan
from passerby.documents.plan_parts.journal import journal_path
from passerby.documents.report import Report
from passerby.engine import api
from passerby.engine.options import RunOptions
from passerby.sink.output_file import write_text_atomically
from passerby.source.fingerprint import fingerprint


@dataclass(frozen=True, slots=True)
class ReviewPaths:
    """A file to review, and the paths of the files that belong to it."""

    source: Path
    output: Path
    report: Path
    plan: Path

    @property
    def notes(self) -> Path:
        """NAME.review.json: entries that were reviewed, and judgements of the random sample."""
        return notes_path(self.plan)

    @property
    def verification(self) -> Path:
        """Folder with report.json and report.html of the verification of the release."""
        return self.report.with_name(self.report.name.removesuffix(REPORT_SUFFIX) + ".verification")


def file_stamp(path: Path) -> tuple[int, int] | None:
    """What changes when a file is replaced; None where there is none."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_ino


def make_plan(paths: ReviewPaths, progress: Progress, frame_rate: Fraction | None = None) -> Plan:
    """Analyse the whole file and save its plan. `frame_rate` is that of a stream without times. Raises
    PasserbyError."""
    settings = None if frame_rate is None else Settings(frame_rate=frame_rate)
    plan = api.analyse(paths.source, settings, progress=progress, search_speech=True)
    make_folder(paths.plan.parent)
    journal_path(paths.plan).unlink(missing_ok=True)  # of a plan that somebody has removed
    write_text_atomically(paths.plan, plan.to_json())
    return plan


def save_text(path: Path, text: str) -> None:
    """Replace a file atomically; it is on the disk on return. Raises OutputError or DiskFull."""
    write_text_atomically(path, text, force=True)


def make_folder(folder: Path) -> None:
    """Make a folder, unless it is there. Raises OutputError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"The folder {folder} cannot be created: {error.strerror}. Check its permissions.") from error


def matches_plan(plan: Plan, source: Path) -> bool:
    """Is this the file that the plan was made for? Reads all of it."""
    return plan.source.sha256 == fingerprint(source)[0]


def render_export(
    paths: ReviewPaths,
    plan: Plan,
    progress: Progress,
    audio: Audio | None = None,
    default_reasons: Mapping[Kind, str] | None = None,
) -> Report:
    """What `passerby redact --plan` does; replaces an earlier export. `default_reasons` stand in the report for what is
    hidden without a reason of its own. Raises PasserbyError."""
    settings = plan.run_settings if audio is None else plan.run_settings.model_copy(update={"audio": audio})
    make_folder(paths.output.parent)
    options = RunOptions(
        settings=settings, plan=plan, force=True, progress=progress, default_reasons=default_reasons or {}
    )
    report = api.redact_file(paths.source, paths.output, options)
    save_text(paths.report, report.to_json())
    return report
