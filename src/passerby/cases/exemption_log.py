"""The exemption log of a case (Vaughn index): everything that is withheld from its files, and on which ground."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from passerby.config.settings import Audio
from passerby.core.kinds import Kind
from passerby.core.model import FrozenModel
from passerby.documents.plan import Plan, Track, VideoPlan
from passerby.documents.reason_list import ReasonList
from passerby.documents.report import Report
from passerby.documents.trim import Trims

#: Who hid what no person has touched.
BY_PROGRAM = "program"
COLUMNS = ("file", "item", "from", "to", "code", "statute", "explanation", "by")
_NAMES: dict[Kind, str] = {Kind.REGION: "Blacked-out area", Kind.TEXT: "Text", Kind.SCREEN: "Screen"}
_BLACKED_OUT = "Blacked-out picture"


class WithheldItem(FrozenModel):
    """One thing that is withheld. `start` and `end` in seconds of the released file; of what was cut, both are the time
    of the cut, and a photo has none. `code` empty: no reason was given, and there is no default for its kind."""

    file: str
    item: str
    start: float | None = None
    end: float | None = None
    code: str = ""
    statute: str = ""
    text: str = ""
    by: str = BY_PROGRAM


def withheld_items(plan: Plan, report: Report, reasons: ReasonList, *, still: bool = False) -> list[WithheldItem]:
    """Everything that is withheld from one released file, in order of time. A `still` has no times."""
    cut = Trims(plan.trim, plan.videos[0].time_base)
    found = [
        _with_reason(item, reason, reasons)
        for number, video in enumerate(plan.videos)
        for item, reason in _of_video(plan, report, number, video, reasons)
    ]
    found += [_with_reason(item, reason, reasons) for item, reason in _of_sound(plan, report, cut)]
    for start, end in cut.seconds:
        at = cut.to_output_range(0, start)
        moment = 0.0 if at is None else at[1]
        seconds = f"Cut: {end - start:.2f} s"
        span = next(span for span in plan.trim if span.start < end and span.end > start)
        by = span.by or _author(plan, "trim")
        item = WithheldItem(file=report.output.name, item=seconds, start=moment, end=moment, by=by)
        found.append(_with_reason(item, span.reason, reasons))
    if still:
        found = [item.model_copy(update={"start": None, "end": None}) for item in found]
    return sorted(found, key=lambda item: (item.start or 0.0, item.item))


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


def _of_video(
    plan: Plan, report: Report, number: int, video: VideoPlan, reasons: ReasonList
) -> Iterator[tuple[WithheldItem, str | None]]:
    base, trims = video.time_base, Trims(plan.trim, video.time_base)
    authors = {c.number: c.author for c in plan.corrections if c.changes_track and c.video == number}
    for track in plan.tracks(number):
        for start, end in _masked_ranges(track, video):
            moved = trims.to_output_range(float(start * base), float((end + 1) * base))
            if moved is None:
                continue
            item = WithheldItem(
                file=report.output.name,
                item=_name(track, video),
                start=moved[0],
                end=max(moved[0], moved[1] - float(base)),
                by=authors.get(track.number, BY_PROGRAM),
            )
            yield item, track.reason or reasons.default(track.kind)


def _of_sound(plan: Plan, report: Report, trims: Trims) -> Iterator[tuple[WithheldItem, str | None]]:
    name = report.output.name
    if report.settings.audio is Audio.REMOVE:
        if any(line.startswith("audio tracks") for line in report.dropped):
            end = trims.to_output_range(0, plan.source.duration or 0.0)
            yield WithheldItem(file=name, item="Sound, all of it", start=0, end=0 if end is None else end[1]), None
        return
    author = _author(plan, "audio")
    for span in trims.to_output_audio(plan.audio):
        item = "Sound, muted" if span.action == "mute" else "Sound, bleeped"
        yield WithheldItem(file=name, item=item, start=span.start, end=span.end, by=span.by or author), span.reason


def _masked_ranges(track: Track, video: VideoPlan) -> list[tuple[int, int]]:
    """Ticks, both ends included, in which the track is hidden. A track may begin before the file, and end after it."""
    first = video.analysed[0].first_time if video.analysed else track.start
    last = min(track.end, video.analysed[-1].last_time if video.analysed else track.end)
    ranges, start = list[tuple[int, int]](), max(track.start, first)
    for span in sorted(track.visible, key=lambda span: span.start):
        if start < span.start and start <= last:
            ranges.append((start, min(span.start - 1, last)))
        start = max(start, span.end + 1)
    if start <= last:
        ranges.append((start, last))
    return ranges


def _name(track: Track, video: VideoPlan) -> str:
    if track.kind is Kind.REGION:
        box = track.keyframes[0].box
        whole = box.x1 <= 0 and box.y1 <= 0 and box.x2 >= video.width and box.y2 >= video.height
        return _BLACKED_OUT if whole else _NAMES[Kind.REGION]
    return f"{_NAMES.get(track.kind, track.kind.capitalize())} {track.number}"


def _author(plan: Plan, action: str) -> str:
    return next((c.author for c in reversed(plan.corrections) if c.action == action), BY_PROGRAM)


def _with_reason(item: WithheldItem, code: str | None, reasons: ReasonList) -> WithheldItem:
    if not code:
        return item
    known = reasons.find(code)
    fields = {"code": code} if known is None else {"code": code, "statute": known.statute, "text": known.text}
    return item.model_copy(update=fields)
