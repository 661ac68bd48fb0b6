"""The report as one HTML page for reading, printing and attaching: no script, no image, no external resource.

It is derived from the signed report only, so anybody who has that can render it again and compare.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from passerby.documents.verification_report import (
    Check,
    CheckOutcome,
    CheckSummary,
    Finding,
    ReleaseSummary,
    SignedVerificationReport,
    TrackSummary,
    Verdict,
    VerificationReport,
)
from passerby.verify.report.css import STYLE
from passerby.verify.report.text import counted, format_time

_HEADLINES = {
    Verdict.PASSED: ("Passed", "Every check was done, and there are no findings."),
    Verdict.INCOMPLETE: (
        "No findings, but not everything was checked",
        "What was not checked is listed below. The result is only as strong as the checks that were done.",
    ),
    Verdict.FINDINGS: ("Review required", "The findings are listed below."),
    Verdict.NO_CONTENT: (
        "Not passed: no content",
        "No frame was analysed, or all of them are blank. Such a file proves nothing.",
    ),
}
_MARKS = {
    CheckOutcome.PASSED: "✓",
    CheckOutcome.PARTIAL: "◐",
    CheckOutcome.SKIPPED: "\N{EN DASH}",
    CheckOutcome.FINDINGS: "!",
}
_WORDS = {
    CheckOutcome.PASSED: "passed",
    CheckOutcome.PARTIAL: "partial",
    CheckOutcome.SKIPPED: "not done",
    CheckOutcome.FINDINGS: "findings",
}
#: In place of an empty value.
NONE = "\N{EN DASH}"
TIMES = "\N{MULTIPLICATION SIGN}"
#: Tracks listed, at most.
_MAX_TRACKS = 500


def render_report(signed: SignedVerificationReport) -> str:
    """The text of `report.html`."""
    report = signed.report
    return "".join(
        [
            "<!doctype html>\n<html lang=en><meta charset=utf-8>",
            "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            '<meta name=viewport content="width=device-width, initial-scale=1">',
            f"<title>Verification of {_t(report.file.name)}</title><style>{STYLE}</style>\n<main>",
            *_head(report),
            *_findings(report),
            *_checks(report.checks),
            *_bound(report),
            *_timeline(report),
            *_hidden(report),
            *_dropped(report),
            *_tracks(report),
            *_not_claimed(report),
            *_provenance(report),
            *_signature(signed),
            "</main></html>\n",
        ]
    )


def _head(report: VerificationReport) -> Iterator[str]:
    title, text = _HEADLINES[report.verdict]
    yield f"<header><p class=kicker>Verification report of a released file</p><h1>{_t(report.file.name)}</h1></header>"
    yield f'<section class="verdict {report.verdict.value}"><h2>{_t(title)}</h2><p>{_t(text)}</p></section>'
    file = report.file
    video = "; ".join(f"{v.width} {TIMES} {v.height}, {counted(v.frames, 'frame')}" for v in file.videos)
    rows = [
        ("Checked on", _t(format_time(report.created))),
        ("Video", video + ("" if len(file.videos) < 2 else f" ({len(file.videos)} video tracks)")),
        ("Audio", counted(file.audio_tracks, "track") if file.audio_tracks else "none"),
        ("Duration", _clock(file.duration) if file.duration else NONE),
        ("Analysed by the models", counted(sum(v.analysed for v in file.videos), "frame")),
        ("SHA-256 of the file", _hash(file.sha256)),
    ]
    if report.credentials is not None:
        rows.append(
            ("With content credentials", f"{_t(report.credentials.name)}<br>{_hash(report.credentials.sha256)}")
        )
    yield _rows(rows)


def _findings(report: VerificationReport) -> Iterator[str]:
    total = sum(check.findings for check in report.checks if check.check is not Check.RANDOM_SAMPLE)
    if not report.findings:
        return
    yield f"<section><h2>Findings ({total})</h2><table><thead><tr><th>№<th>Time<th>Finding<th>Position"
    yield " in the frame<tbody>"
    for finding in report.findings:
        score = "" if finding.score is None else f" <span class=soft>({finding.score:.2f})</span>"
        yield f"<tr><td>{finding.number}<td class=time>{_time_text(finding)}<td>{_t(finding.description)}{score}"
        yield f"<td class=soft>{_location_text(finding)}"
    yield "</table>"
    if total > len(report.findings):
        yield f"<p>{total - len(report.findings)} more findings are not listed.</p>"
    yield "<p class=soft>A finding need not be a leak: go to that time and position, and decide.</p></section>"


def _checks(checks: Sequence[CheckSummary]) -> Iterator[str]:
    yield "<section><h2>What was checked</h2><table class=checks><tbody>"
    for result in checks:
        method = "" if result.outcome is CheckOutcome.SKIPPED else f"<p>{_t(result.method)}</p>"
        limitation = f"<p class=why>{_t(_sentence(result.limitation))}</p>" if result.limitation else ""
        yield (
            f'<tr><td class="mark {result.outcome.value}"><b aria-hidden=true>{_MARKS[result.outcome]}</b> '
            f"{_WORDS[result.outcome]}<td><strong>{_t(result.title)}</strong>{method}{limitation}"
        )
    yield "</table></section>"


def _bound(report: VerificationReport) -> Iterator[str]:
    yield "<section><h2>How much may have been missed</h2>"
    bound = report.bound
    if bound is None:
        yield (
            "<p><strong>There is no upper bound.</strong> Nobody has reviewed a random sample of frames of this file, "
            "so the share that all models together have missed cannot be quantified.</p>"
        )
    else:
        count = len(bound.positives)
        positives = f"{count} of them showed something" if count else "none of them showed anything"
        yield (
            f"<p class=bound>At most <strong>{bound.percent:g} %</strong> of the frames show something they should "
            f"not, with {bound.confidence:.0%} confidence.</p><p>{_t(bound.reviewer)} reviewed "
            f"{len(bound.sample.frames)} frames of {bound.sample.population}, sampled at random "
            f"({_t(bound.reviewed_on)}); {positives}.</p>"
        )
    yield (
        "<p class=soft>Models tend to miss the same objects, more often than independent ones would, so the agreement "
        "of several models is no such bound.</p></section>"
    )


def _timeline(report: VerificationReport) -> Iterator[str]:
    length = report.file.duration
    rows = [(kind, "hidden", spans) for kind, spans in _hidden_ranges(report).items()]
    times = [(s.start, s.end or s.start) for s in report.findings if s.start is not None and s.box is not None]
    if times:
        rows.append(("findings", "finding", times))
    if not length or not rows:
        return
    yield "<section><h2>When something was hidden</h2><div class=timeline>"
    for name, css, spans in rows:
        yield f'<span class=name>{_t(name)}</span><svg viewBox="0 0 1000 16" preserveAspectRatio=none role=img '
        yield f'aria-label="{_t(name)}: {len(spans)} ranges"><rect class=ground width=1000 height=16 />'
        for start, end in spans:
            x, w = 1000 * max(0.0, start) / length, max(3.0, 1000 * (end - start) / length)
            yield f'<rect class={css} x="{min(x, 997):.1f}" width="{min(w, 1000 - min(x, 997)):.1f}" height=16 />'
        yield "</svg>"
    yield f"<span></span><span class=axis><span>{_clock(0)}</span><span>{_clock(length / 2)}</span>"
    yield f"<span>{_clock(length)}</span></span></div></section>"


def _hidden_ranges(report: VerificationReport) -> dict[str, list[tuple[float, float]]]:
    """When something of each kind was hidden: by the report of the redaction, or else by the plan that was given."""
    if report.release is not None:
        return {str(hidden.kind): [(r.start, r.end) for r in hidden.ranges] for hidden in report.release.hidden}
    spans: dict[str, list[tuple[float, float]]] = {}
    for track in report.plan.tracks if report.plan is not None else ():
        spans.setdefault(str(track.kind), []).append((track.start, track.end))
    return spans


def _hidden(report: VerificationReport) -> Iterator[str]:
    release = report.release
    if release is None:
        return
    yield "<section><h2>What was hidden</h2><table><thead><tr><th>Kind<th>Tracks<th>In view<tbody>"
    for hidden in release.hidden:
        spans = ", ".join(f"{_clock(r.start)} to {_clock(r.end)}" for r in hidden.ranges[:12])
        more = f" and {len(hidden.ranges) - 12} more ranges" if len(hidden.ranges) > 12 else ""
        yield f"<tr><td>{_t(hidden.kind)}<td>{hidden.tracks}<td>{spans or NONE}{more}"
    yield "</table><p class=soft>A track is one object followed without interruption. Nobody is re-identified, so "
    yield "somebody who leaves and returns is two tracks.</p>"
    if release.covered:
        yield f"<p>{counted(release.covered, 'frame')} covered whole.</p>"
    yield "</section>"
    yield from _shown(release)


def _shown(release: ReleaseSummary) -> Iterator[str]:
    if release.edited_by_hand:
        yield "<section><h2>The plan was edited by hand</h2><p>It was changed without a correction, or not written by "
        yield "passerby: what was detected and is not hidden cannot be listed.</p></section>"
    if not release.shown_on_purpose:
        return
    yield "<section><h2>What is shown on purpose</h2><table><thead><tr><th>Track<th>Kind<th>From<th>To<th>Share"
    yield "<th>Reason<th>Decided by<tbody>"
    for shown in release.shown_on_purpose[:_MAX_TRACKS]:
        yield f"<tr><td>{shown.video + 1}/{shown.track}<td>{_t(shown.kind)}<td class=time>{_clock(shown.start)}"
        yield f"<td class=time>{_clock(shown.end)}<td>{shown.share:.0%}<td>{_t(shown.reason or NONE)}"
        yield f"<td>{_t(shown.author)}{f', {_t(format_time(shown.created))}' if shown.created else ''}"
    yield "</table>"
    if len(release.shown_on_purpose) > _MAX_TRACKS:
        yield f"<p>{len(release.shown_on_purpose) - _MAX_TRACKS} more are in report.json.</p>"
    yield "<p class=soft>The share is the largest part of what was detected that no mask covers: little where a box "
    yield "was moved, all of it where it was removed.</p></section>"


def _dropped(report: VerificationReport) -> Iterator[str]:
    release = report.release
    if release is None:
        return
    for title, lines in (
        ("Not kept from the source", release.dropped),
        ("Damage of the source", release.damage),
        ("Warnings of the redaction", release.warnings),
    ):
        if lines:
            yield f"<section><h2>{title}</h2><ul>{''.join(f'<li>{_t(line)}' for line in lines)}</ul></section>"


def _tracks(report: VerificationReport) -> Iterator[str]:
    if report.plan is None:
        return
    yield "<section><h2>Every track, and why it is hidden</h2>"
    yield "<table><thead><tr><th>Track<th>Kind<th>From<th>To<th>Reason or exemption<th>Decided by<tbody>"
    yield from (_track(one, len(report.file.videos) > 1) for one in report.plan.tracks[:_MAX_TRACKS])
    yield "</table>"
    if len(report.plan.tracks) > _MAX_TRACKS:
        yield f"<p>{len(report.plan.tracks) - _MAX_TRACKS} more are in report.json.</p>"
    yield "</section>"


def _track(track: TrackSummary, several: bool) -> str:
    number = f"{track.video + 1}/{track.number}" if several else str(track.number)
    return (
        f"<tr><td>{number}<td>{_t(track.kind)}<td class=time>{_clock(track.start)}<td class=time>{_clock(track.end)}"
        f"<td>{_t(track.reason or NONE)}{_visible(track)}<td>{_t(track.by or 'the program')}"
    )


def _visible(track: TrackSummary) -> str:
    ranges = ", ".join(f"{_clock(shown.start)} to {_clock(shown.end)}" for shown in track.visible)
    return f"<br>Visible: {ranges}" if ranges else ""


def _not_claimed(report: VerificationReport) -> Iterator[str]:
    yield "<section><h2>What this does not claim</h2><ul>"
    yield from (f"<li>{_t(line)}" for line in report.not_claimed)
    yield "</ul></section>"


def _provenance(report: VerificationReport) -> Iterator[str]:
    yield "<section class=small><h2>Settings and models</h2>"
    rows = [("Verified with", _t(report.program))]
    if report.release is not None:
        settings = report.release.settings
        rows += [
            ("Redacted with", f"{_t(report.release.program)}, {_t(format_time(report.release.created))}"),
            ("Hidden kinds", _t(", ".join(settings.hide))),
            ("Fill, profile, audio", _t(f"{settings.style}, {settings.profile}, {settings.audio}")),
            ("Source", f"{_t(report.release.source.name)}<br>{_hash(report.release.source.sha256)}"),
            ("Models of the redaction", _models(report.release.weights)),
        ]
    rows.append(("Models of the verification", _models(report.weights)))
    if report.plan is not None:
        rows.append(
            (
                "Plan",
                f"{_t(report.plan.name)}, {counted(report.plan.corrections, 'correction')}"
                f"{', and edited by hand without one' if report.plan.edited_by_hand else ''}"
                f"<br>{_hash(report.plan.sha256)}",
            )
        )
    if report.original is not None:
        rows.append(("Original", _hash(report.original)))
    yield _rows(rows)
    yield "</section>"


def _models(weights: Iterable[object]) -> str:
    return "<br>".join(
        f"{_t(str(getattr(model, 'id', '')))} <span class=hash>{_t(str(getattr(model, 'sha256', '')))[:16]}…</span>"
        for model in weights
    )


def _signature(signed: SignedVerificationReport) -> Iterator[str]:
    name = signed.report.credentials.name if signed.report.credentials else signed.report.file.name
    yield "<section class=small><h2>Is this report genuine?</h2>"
    yield (
        "<p>The signed document is <code>report.json</code>, which came with this page and has the same contents. Ask "
        "the sender of the report for their key or its fingerprint, over another channel. Then:</p>"
        f"<pre>passerby verify --check report.json {_t(_quoted(name))} --key FINGERPRINT</pre>"
    )
    yield _rows([("Fingerprint of the key", _hash(signed.signature.fingerprint)), ("Signature", "Ed25519")])
    yield "</section>"


def _rows(rows: Iterable[tuple[str, str]]) -> str:
    return "<dl>" + "".join(f"<dt>{_t(name)}<dd>{value}" for name, value in rows) + "</dl>"


def _time_text(finding: Finding) -> str:
    if finding.time is None:
        return NONE
    if finding.start is None or finding.end is None or finding.end - finding.start < 0.1:
        return _clock(finding.time)
    return f"{_clock(finding.start)} to {_clock(finding.end)}<br><span class=soft>best at {_clock(finding.time)}</span>"


def _location_text(finding: Finding) -> str:
    if finding.box is None:
        return NONE
    x1, y1, x2, y2 = (round(v) for v in finding.box)
    return f"{x2 - x1} {TIMES} {y2 - y1} px at {x1}, {y1}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(max(0.0, seconds), 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02d}:{rest:04.1f}" if hours else f"{minutes}:{rest:04.1f}"


def _hash(value: str) -> str:
    return f"<span class=hash>{_t(value)}</span>"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith(".") else ".")


def _quoted(name: str) -> str:
    return name if all(c.isalnum() or c in "._-" for c in name) else "'" + name.replace("'", "'\\''") + "'"


def _t(text: str) -> str:
    return escape(str(text))
