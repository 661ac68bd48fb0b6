"""`passerby redact CASE --plans`: releases a case from its reviewed plans, as the page does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from passerby.cases.case_folder import CaseFolder
from passerby.cases.case_report import MISSING_TEXTS
from passerby.cases.case_rows import FileHashes, is_up_to_date
from passerby.cases.distinct_names import distinct_names
from passerby.cases.package import write_release
from passerby.cli.common.terminal import echo
from passerby.config.settings import Settings
from passerby.core.errors import PasserbyError, UsageError
from passerby.core.progress import NullProgress
from passerby.documents.case_file import CASE_FILE, CaseEntry
from passerby.documents.case_report import MissingFile, MissingReason
from passerby.documents.plan import Plan
from passerby.documents.plan_text import current_content
from passerby.documents.reason_list import REASONS_FILE, ReasonList
from passerby.documents.report import Report
from passerby.jobs.file_job import FileJob
from passerby.jobs.task import JobOutcome, JobState, Task
from passerby.review.files import ReviewPaths
from passerby.review.notes import ReviewNotes
from passerby.review.release import verification


def load_case(inputs: Sequence[Path]) -> CaseFolder:
    """The one case among the inputs. Raises UsageError."""
    if len(inputs) != 1 or not (inputs[0] / CASE_FILE).is_file():
        raise UsageError(
            "--plans is for one folder that is a case. Give it alone; a folder becomes one with: passerby review FOLDER"
        )
    return CaseFolder.load(inputs[0])


def split_ready(case: CaseFolder) -> tuple[list[CaseEntry], list[MissingFile]]:
    """The files that a person has marked as reviewed, and the others, with what they lack."""
    ready: list[CaseEntry] = []
    missing: list[MissingFile] = []
    names = distinct_names(entry.source for entry in case.case.files)
    for entry in case.case.files:
        reason = _lacking(case, entry)
        if reason is None:
            ready.append(entry)
        else:
            missing.append(MissingFile(name=names[entry.source], reason=reason))
    return ready, missing


def split_unchanged(
    case: CaseFolder, entries: Iterable[CaseEntry], settings_of: Callable[[Plan], Settings], *, verify: bool
) -> tuple[list[CaseEntry], list[CaseEntry]]:
    """Those that are to be rendered, and those whose copy was made from the plan as it is now, with the same settings
    and default reasons, and is there unchanged. Raises PlanError."""
    hashes, reasons = FileHashes(), office_reasons(case)
    changed: list[CaseEntry] = []
    unchanged: list[CaseEntry] = []
    for entry in entries:
        paths = case.paths(entry)
        same = is_up_to_date(entry, paths, reasons, hashes)
        if same:
            report = Report.model_validate_json(paths.report.read_bytes())
            same = report.settings == settings_of(Plan.load(paths.plan)) and (report.check.ran or not verify)
        (unchanged if same else changed).append(entry)
    return changed, unchanged


def unchanged_note(unchanged: Sequence[CaseEntry]) -> str:
    """What is not rendered again, said before anything is."""
    head = f"Not changed since the last release, and so not rendered again without --force ({len(unchanged)} files):"
    return "\n".join([head, *(f"  {Path(entry.source).name}" for entry in unchanged)])


def case_tasks(
    case: CaseFolder, entries: Iterable[CaseEntry], settings_of: Callable[[Plan], Settings], **options: object
) -> list[Task]:
    """A task for each file: its plan is rendered into the folder of what is released. Copies there are the case's own,
    and are replaced. Raises PlanError."""
    tasks = []
    for entry in entries:
        paths = case.paths(entry)
        job = FileJob(paths.source, paths.output, name_collides=True)
        settings = settings_of(Plan.load(paths.plan))
        tasks.append(Task(job=job, settings=settings, plan=paths.plan, force=True, **options))  # type: ignore[arg-type]  # fields of a Task
    return tasks


def finish_release(
    case: CaseFolder,
    entries: Sequence[CaseEntry],
    outcomes: Sequence[JobOutcome],
    missing: Sequence[MissingFile],
    reviewer: str,
    *,
    unchanged: Sequence[CaseEntry] = (),
    verify: bool,
) -> int:
    """Check what was rendered, and write report, log and archive. Of what is `unchanged`, no copy was rendered; it is
    checked where it was not yet. The exit code: 1 where a file failed, 3 where one needs a person, or is not reviewed
    yet."""
    hashes = FileHashes()
    state = {outcome.job.source: outcome for outcome in outcomes}
    released, not_released = list[CaseEntry](), list(missing)
    names = distinct_names(entry.source for entry in case.case.files)
    for entry in entries:
        paths = case.paths(entry)
        if entry in unchanged:
            if verify and verification.load_earlier(paths.verification, entry.output_sha256 or "") is None:
                _verify(paths)
            released.append(entry)
            continue
        outcome = state.get(paths.source)
        if outcome is None or outcome.state is JobState.FAILED:
            detail = outcome.error or "" if outcome is not None else ""
            not_released.append(MissingFile(name=names[entry.source], reason="failed", detail=detail))
            continue
        if verify:
            _verify(paths)
        case.set_released(entry.source, hashes.plan_sha256(paths.plan), hashes.sha256(paths.output))
        released.append(entry)
    packed = write_release(case, released, not_released, office_reasons(case), reviewer, datetime.now(UTC))
    echo(f"Released {len(released)} of {len(case.case.files)} files: {packed.archive}", err=True)
    if any(outcome.state is JobState.FAILED for outcome in outcomes):
        return 1
    needs_person = any(file.verdict == "review" for file in packed.report.files)
    return 3 if needs_person or not_released else 0


def _verify(paths: ReviewPaths) -> None:
    verification.verify_release(paths, current_content(paths.plan), ReviewNotes.load(paths.notes), NullProgress())


def office_reasons(case: CaseFolder) -> ReasonList:
    """The reasons of the office, from the folder that the case lies in. Raises CaseError when they cannot be read."""
    return ReasonList.load(case.folder.parent / REASONS_FILE)


def missing_note(missing: Sequence[MissingFile]) -> str:
    """What will not go out, said before anything is rendered."""
    lines = [f"  {file.name}: {MISSING_TEXTS[file.reason]}" for file in missing]
    return "\n".join([f"Not in the release ({len(missing)} files):", *lines])


def _lacking(case: CaseFolder, entry: CaseEntry) -> MissingReason | None:
    paths = case.paths(entry)
    if not paths.source.is_file():
        return "failed"
    if not paths.plan.is_file():
        return "waiting"
    try:
        notes = ReviewNotes.load(paths.notes).of_source(Plan.load(paths.plan).source.sha256)
        return None if notes.finished else "not_reviewed"
    except PasserbyError:
        return "not_reviewed"
