"""The exemption log of a case (Vaughn index): everything that is withheld from its files, and on which ground.

Its lines are those of the redaction log in each file's report, with the law and the words of the office's list.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from passerby.core.kinds import Kind
from passerby.documents.case_report import BY_PROGRAM, WithheldItem
from passerby.documents.reason_list import ReasonList
from passerby.documents.redaction_log import DecidedBy, LogAction, LogEntry
from passerby.documents.report import Report

COLUMNS = ("file", "item", "from", "to", "code", "statute", "explanation", "by")
_NAMES: dict[Kind, str] = {Kind.REGION: "Blacked-out area", Kind.TEXT: "Text", Kind.SCREEN: "Screen"}
_ACTIONS: dict[LogAction, str] = {
    LogAction.COVERED: "Picture, covered whole",
    LogAction.MUTED: "Sound, muted",
    LogAction.BLEEPED: "Sound, bleeped",
    LogAction.ROOM_TONE: "Sound, replaced by room tone",
    LogAction.SOUND_REMOVED: "Sound, all of it",
    LogAction.VOICES_ALTERED: "Sound, voices made unnatural",
    LogAction.VOICES_KEPT: "Sound, voices left in",
}
_BY = {
    DecidedBy.PROGRAM: BY_PROGRAM,
    DecidedBy.SETTINGS: "settings of the run",
    DecidedBy.PERSON: "not stated",
    DecidedBy.UNKNOWN: "not stated",
}


def withheld_items(
    report: Report, path: str, reasons: ReasonList, sizes: Sequence[tuple[int, int]], *, still: bool = False
) -> list[WithheldItem]:
    """Everything that is withheld from one released file, in order of time. `path` is its path in the release, `sizes`
    are the width and height of each of its video tracks. A `still` has no times."""
    log = [entry for entry in report.redaction_log if entry.withheld]
    return _items(log, path, reasons, sizes, still=still)


def shown_items(
    report: Report, path: str, reasons: ReasonList, sizes: Sequence[tuple[int, int]], *, still: bool = False
) -> list[WithheldItem]:
    """The same for everything that is shown on purpose, though it was detected, or drawn."""
    log = [entry for entry in report.redaction_log if not entry.withheld]
    return _items(log, path, reasons, sizes, still=still)


def _items(
    log: Iterable[LogEntry], path: str, reasons: ReasonList, sizes: Sequence[tuple[int, int]], *, still: bool
) -> list[WithheldItem]:
    found = []
    for entry in log:
        item = WithheldItem(
            file=path,
            item=_name(entry, sizes),
            start=None if still else entry.start,
            end=None if still else entry.end,
            by=entry.by or _BY[entry.decided_by],
        )
        found.append(_with_reason(item, entry, reasons))
    return found


def as_csv(items: Iterable[WithheldItem]) -> str:
    """As a table that office programs open. A text that they would take for a formula begins with an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for item in items:
        times = ("" if seconds is None else f"{seconds:.2f}" for seconds in (item.start, item.end))
        cells = (item.file, item.item, *times, item.code, item.statute, item.text, item.by)
        writer.writerow([f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell for cell in cells])
    return text.getvalue()


def _name(entry: LogEntry, sizes: Sequence[tuple[int, int]]) -> str:
    if entry.action is LogAction.CUT:
        return f"Cut: {entry.removed or 0.0:.2f} s"
    if entry.kind is None or entry.video is None:
        return _ACTIONS[entry.action]
    if entry.kind is Kind.REGION:
        return "Blacked-out picture" if entry.area == (0, 0, *sizes[entry.video]) else _NAMES[Kind.REGION]
    name = _NAMES.get(entry.kind, entry.kind.capitalize())
    return f"{name}, in a kept region" if entry.track is None else f"{name} {entry.track}"


def _with_reason(item: WithheldItem, entry: LogEntry, reasons: ReasonList) -> WithheldItem:
    code = entry.reason
    if not code:
        return item
    if entry.decided_by is DecidedBy.SETTINGS or (entry.kind is None and entry.decided_by is DecidedBy.PROGRAM):
        return item.model_copy(update={"text": code})  # why the program did it is no code
    known = reasons.find(code)
    fields = {"code": code} if known is None else {"code": code, "statute": known.statute, "text": known.text}
    return item.model_copy(update=fields)
