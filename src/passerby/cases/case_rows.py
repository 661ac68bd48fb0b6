"""The table of a case: one row a file, with its state, what is left to check, and the verdict on its release."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal, Self

from passerby.core.errors import PasserbyError
from passerby.core.kinds import Kind
from passerby.core.model import FrozenModel
from passerby.documents.case_file import CaseEntry
from passerby.documents.plan_parts.journal import has_journal
from passerby.documents.plan_text import current_content
from passerby.documents.reason_list import ReasonList
from passerby.documents.report import Report
from passerby.review.answers import FileSummary
from passerby.review.files import ReviewPaths
from passerby.review.review_item import ReviewItem
from passerby.source.still.sniff import is_still

#: `released`: there is a released copy of the plan as it is now; `outdated`: there is one of an earlier plan, or with
#: default reasons that are others now.
RowState = Literal[
    "waiting", "analysing", "opening", "failed", "to_check", "reviewed", "releasing", "released", "outdated"
]
RowVerdict = Literal["clean", "reviewed", "review", "unchecked"]


class CaseRow(FrozenModel):
    """A file of a case. `seconds` its length, None for a still or before it is open; `open_entries` are entries of the
    queue that nobody has checked. `verdict` is that on the released copy: `unchecked` by the quick check only,
    `reviewed` where a person has answered all findings. `thumbnail_frame` is the frame to show small."""

    file: FileSummary
    state: RowState
    still: bool
    seconds: float | None = None
    open_entries: int = 0
    verdict: RowVerdict | None = None
    thumbnail_frame: int | None = None


@dataclass(frozen=True, slots=True)
class ReportReasons:
    """The default reasons that a report names, and the kinds of what is withheld in it."""

    defaults: Mapping[Kind, str]
    kinds: frozenset[Kind]

    @classmethod
    def of(cls, report: Report) -> Self:
        kinds = frozenset(entry.kind for entry in report.redaction_log if entry.withheld and entry.kind is not None)
        return cls(report.default_reasons, kinds)

    def are_those_of(self, reasons: ReasonList) -> bool:
        """Would the report say the same today? A default for a kind of which nothing is withheld changes nothing."""
        return all(self.defaults.get(kind) == reasons.defaults.get(kind) for kind in self.kinds)


@dataclass(slots=True)
class FileHashes:
    """SHA-256 of files, and the reasons of reports, remembered for as long as their size and time stay the same: plans
    have megabytes."""

    _known: dict[Path, tuple[tuple[int, int], str]] = field(default_factory=dict)
    _reasons: dict[Path, tuple[tuple[int, int], ReportReasons]] = field(default_factory=dict)

    def sha256(self, path: Path) -> str | None:
        """None where there is no such file."""
        try:
            stamp = _stamp(path)
            known = self._known.get(path)
            if known is None or known[0] != stamp:
                with path.open("rb") as file:
                    known = (stamp, hashlib.file_digest(file, "sha256").hexdigest())
                self._known[path] = known
        except OSError:
            return None
        return known[1]

    def plan_sha256(self, path: Path) -> str | None:
        """Of a plan with the corrections in its journal, as it will be written."""
        if not has_journal(path):
            return self.sha256(path)
        try:
            return hashlib.sha256(current_content(path)).hexdigest()
        except (OSError, PasserbyError):
            return None

    def reasons(self, report: Path) -> ReportReasons | None:
        """None where there is no report."""
        try:
            stamp = _stamp(report)
            known = self._reasons.get(report)
            if known is None or known[0] != stamp:
                known = (stamp, ReportReasons.of(Report.model_validate_json(report.read_bytes())))
                self._reasons[report] = known
        except (OSError, ValueError):
            return None
        return known[1]


def _stamp(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_mtime_ns, stat.st_size


def case_row(item: ReviewItem, entry: CaseEntry, hashes: FileHashes, reasons: ReasonList | None = None) -> CaseRow:
    """The row of one file as it is now, with the `reasons` of the office; None when they cannot be read."""
    summary, file = item.summary(), item.file
    ready = file.state == "ready"
    seconds = frame = None
    still = _is_still(file.paths.source)
    if ready:
        times = file.times(0)
        frame = len(times) // 3
        seconds = None if still else round(float((times[-1] - times[0]) * file.time_base(0)), 3) if times else 0.0
    return CaseRow(
        file=summary,
        state=_state(item, summary, entry, hashes, reasons),
        still=still,
        seconds=seconds,
        open_entries=summary.flagged - summary.reviewed,
        verdict=_verdict(item) if ready and summary.exported else None,
        thumbnail_frame=frame,
    )


def is_up_to_date(entry: CaseEntry, paths: ReviewPaths, reasons: ReasonList, hashes: FileHashes) -> bool:
    """Was the released copy made from the plan as it is now, and is it there unchanged? Its report names the reasons
    that were the defaults then."""
    if (
        entry.plan_sha256 is None
        or entry.output_sha256 is None
        or hashes.plan_sha256(paths.plan) != entry.plan_sha256
        or hashes.sha256(paths.output) != entry.output_sha256
    ):
        return False
    used = hashes.reasons(paths.report)
    return used is not None and used.are_those_of(reasons)


def _state(
    item: ReviewItem, summary: FileSummary, entry: CaseEntry, hashes: FileHashes, reasons: ReasonList | None
) -> RowState:
    file = item.file
    if file.state != "ready":
        return file.state
    if item.export.job.running:
        return "releasing"
    if summary.exported and entry.plan_sha256 is not None:
        # The output is hashed when it is released; here only its plan, since films have gigabytes.
        used = hashes.reasons(file.paths.report) if reasons is not None else None
        same = used is None or reasons is None or used.are_those_of(reasons)
        # What is in the journal was changed after the plan was written, which a release does first.
        current = not has_journal(file.paths.plan) and hashes.sha256(file.paths.plan) == entry.plan_sha256
        return "released" if same and current else "outdated"
    return "reviewed" if summary.finished else "to_check"


def _verdict(item: ReviewItem) -> RowVerdict | None:
    verdict = item.export.status().verdict
    if verdict is None:
        return None
    if not verdict.clean:
        return "review"
    if not verdict.independent:
        return "unchecked"
    return "reviewed" if verdict.findings else "clean"  # a person has answered them


@lru_cache(maxsize=10_000)
def _is_still(path: Path) -> bool:
    try:
        return is_still(path)
    except OSError:
        return False
