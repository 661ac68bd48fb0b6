"""The redaction log as rows of text: the same words in HTML, PDF and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from passerby.core.kinds import Kind
from passerby.core.still_info import StillKind
from passerby.documents.redaction_log import DecidedBy, LogAction, LogEntry
from passerby.documents.verification_report import VerificationReport
from passerby.verify.report.text import clock, format_time

ACTIONS = {
    LogAction.MASKED: "Masked",
    LogAction.BLACKED_OUT: "Blacked out",
    LogAction.COVERED: "Covered whole",
    LogAction.CUT: "Cut out",
    LogAction.MUTED: "Muted",
    LogAction.BLEEPED: "Bleeped",
    LogAction.ROOM_TONE: "Replaced by room tone",
    LogAction.SOUND_REMOVED: "Sound removed",
    LogAction.VOICES_ALTERED: "Voices made unnatural",
    LogAction.VOICES_KEPT: "Left in on purpose",
    LogAction.SHOWN: "Shown on purpose",
}
COLUMNS = ("No.", "What was done", "Item", "From", "To", "Reason", "Decided by")
#: In place of an empty value.
NONE = "\N{EN DASH}"
_NOBODY = {
    DecidedBy.PROGRAM: "passerby (automatic)",
    DecidedBy.SETTINGS: "settings of the run",
    DecidedBy.UNKNOWN: "not stated in the plan",
    DecidedBy.PERSON: "not stated in the plan",
}
_CSV_COLUMNS = (
    "file", "sha256", "number", "action", "kind", "start_s", "end_s", "removed_s", "video", "track", "left", "top",
    "right", "bottom", "share", "reason", "decided_by", "by", "created",
    "channels", "detected",
)  # fmt: skip
#: A spreadsheet takes a text that begins with one of these for a formula, and runs it.
_FORMULA = tuple("=+-@\t\r")


def log_of(report: VerificationReport) -> Sequence[LogEntry]:
    """The log of the release; empty where no report of the redaction is known."""
    return report.release.redaction_log if report.release is not None else ()


def is_still(report: VerificationReport) -> bool:
    return report.file.container in set(StillKind)


def log_rows(report: VerificationReport) -> Iterator[tuple[str, ...]]:
    """One row for each line, as in COLUMNS."""
    several, still = len(report.file.videos) > 1, is_still(report)
    for entry in log_of(report):
        yield (
            str(entry.number),
            ACTIONS[entry.action],
            item_name(entry, several),
            moment(entry.start, still),
            f"({entry.removed:.3f} s taken out)" if entry.removed is not None else moment(entry.end, still),
            reason(entry),
            who(entry),
        )


def item_name(entry: LogEntry, several: bool) -> str:
    """What an entry is about: `Face 22`, `Area 5`, `Sound`."""
    if entry.action is LogAction.CUT:
        return "Picture and sound"
    if entry.video is None:
        name = "Speech" if entry.detected is not None or entry.action is LogAction.VOICES_KEPT else "Sound"
        return name if entry.channels is None else f"{name} ({entry.channels} channels)"
    name = "Picture" if entry.kind is None else "Area" if entry.kind is Kind.REGION else entry.kind.capitalize()
    number = "" if entry.track is None else f" {entry.track}"
    return f"{name}{number}{f' (video track {entry.video + 1})' if several else ''}"


def moment(seconds: float, still: bool) -> str:
    return f"page {round(seconds) + 1}" if still else clock(seconds, 3)


def reason(entry: LogEntry) -> str:
    part = "" if entry.share is None or entry.share == 1 else f" (up to {entry.share:.0%} of it shows)"
    return (entry.reason or NONE) + part


def who(entry: LogEntry) -> str:
    """Who decided it, and when."""
    name = entry.by or _NOBODY[entry.decided_by]
    return f"{name}, {format_time(entry.created)}" if entry.created else name


def log_csv(report: VerificationReport) -> str:
    """The text of `report.csv`: numbers as they are, times in seconds of the released file (pages of a still)."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(_CSV_COLUMNS)
    for entry in log_of(report):
        area: Sequence[object] = entry.area or (None,) * 4
        fields = (
            report.file.name, report.file.sha256, entry.number, entry.action.value, entry.kind, entry.start, entry.end,
            entry.removed, entry.video, entry.track, *area, entry.share, entry.reason, entry.decided_by.value, entry.by,
            entry.created, entry.channels, entry.detected,
        )  # fmt: skip
        writer.writerow(_harmless(fields))
    return text.getvalue()


def _harmless(fields: Iterable[object]) -> list[object]:
    return [f"'{field}" if isinstance(field, str) and field.startswith(_FORMULA) else field for field in fields]
