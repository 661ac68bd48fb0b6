"""The report as one page that can be read, printed and attached: no script, no picture, nothing from outside.

It is made from the signed report alone, so whoever has that can make it again and compare.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from passerby.documents.verification_report import (
    Check,
    CheckResult,
    Outcome,
    Proof,
    SignedProof,
    Suspicion,
    TrackTold,
    Verdict,
)
from passerby.verify.report.css import STYLE
from passerby.verify.report.text import counted, moment

_HEADLINES = {
    Verdict.PASSED: ("Passed", "Every check was made, and nothing was found."),
    Verdict.WEAKENED: (
        "Nothing found, but not everything was checked",
        "What was left out is listed below. The result is only as strong as the checks that were made.",
    ),
    Verdict.SUSPECT: ("A person must look at this", "The places to look at are listed below."),
    Verdict.NOTHING_SEEN: (
        "Not passed: there was nothing to look at",
        "No frame was looked at, or not one shows anything. Such a file proves nothing.",
    ),
}
_MARKS = {Outcome.PASSED: "✓", Outcome.PARTLY: "◐", Outcome.SKIPPED: "\N{EN DASH}", Outcome.FOUND: "!"}
_WORDS = {
    Outcome.PASSED: "passed",
    Outcome.PARTLY: "in part",
    Outcome.SKIPPED: "not done",
    Outcome.FOUND: "look here",
}
#: What stands where there is nothing to say: a dash.
NONE = "\N{EN DASH}"
TIMES = "\N{MULTIPLICATION SIGN}"
#: Tracks that are listed one by one, at most.
_MOST_TRACKS = 500


def page(signed: SignedProof) -> str:
    """The text of `report.html`."""
    proof = signed.proof
    return "".join(
        [
            "<!doctype html>\n<html lang=en><meta charset=utf-8>",
            "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            '<meta name=viewport content="width=device-width, initial-scale=1">',
            f"<title>Check of {_t(proof.file.name)}</title><style>{STYLE}</style>\n<main>",
            *_head(proof),
            *_suspects(proof),
            *_checks(proof.checks),
            *_bound(proof),
            *_timeline(proof),
            *_hidden(proof),
            *_dropped(proof),
            *_tracks(proof),
            *_not_claimed(proof),
            *_how(proof),
            *_signature(signed),
            "</main></html>\n",
        ]
    )


def _head(proof: Proof) -> Iterator[str]:
    title, text = _HEADLINES[proof.verdict]
    yield f"<header><p class=kicker>Report on a released file</p><h1>{_t(proof.file.name)}</h1></header>"
    yield f'<section class="verdict {proof.verdict.value}"><h2>{_t(title)}</h2><p>{_t(text)}</p></section>'
    file = proof.file
    video = "; ".join(f"{v.width} {TIMES} {v.height}, {counted(v.frames, 'frame')}" for v in file.videos)
    rows = [
        ("Checked on", _t(moment(proof.made))),
        ("Picture", video + ("" if len(file.videos) < 2 else f" ({len(file.videos)} video tracks)")),
        ("Sound", counted(file.sounds, "track") if file.sounds else "none"),
        ("Length", _clock(file.duration) if file.duration else NONE),
        ("Shown to the models", counted(sum(v.looked_at for v in file.videos), "frame")),
        ("SHA-256 of the file", _hash(file.sha256)),
    ]
    if proof.credentials is not None:
        rows.append(("With content credentials", f"{_t(proof.credentials.name)}<br>{_hash(proof.credentials.sha256)}"))
    yield _facts(rows)


def _suspects(proof: Proof) -> Iterator[str]:
    told = sum(check.suspects for check in proof.checks if check.check is not Check.SAMPLE)
    if not proof.suspects:
        return
    yield f"<section><h2>To be looked at ({told})</h2><table><thead><tr><th>№<th>When<th>What<th>Where"
    yield " in the picture<tbody>"
    for one in proof.suspects:
        score = "" if one.score is None else f" <span class=soft>({one.score:.2f})</span>"
        yield f"<tr><td>{one.number}<td class=time>{_when(one)}<td>{_t(one.what)}{score}<td class=soft>{_where(one)}"
    yield "</table>"
    if told > len(proof.suspects):
        yield f"<p>{told - len(proof.suspects)} more were found and are not listed.</p>"
    yield "<p class=soft>A suspicion is not a leak: go to that moment, look at that place, and decide.</p></section>"


def _checks(checks: Sequence[CheckResult]) -> Iterator[str]:
    yield "<section><h2>What was checked</h2><table class=checks><tbody>"
    for one in checks:
        did = "" if one.outcome is Outcome.SKIPPED else f"<p>{_t(one.did)}</p>"
        why = f"<p class=why>{_t(_sentence(one.why))}</p>" if one.why else ""
        yield (
            f'<tr><td class="mark {one.outcome.value}"><b aria-hidden=true>{_MARKS[one.outcome]}</b> '
            f"{_WORDS[one.outcome]}<td><strong>{_t(one.title)}</strong>{did}{why}"
        )
    yield "</table></section>"


def _bound(proof: Proof) -> Iterator[str]:
    yield "<section><h2>How much may have been missed</h2>"
    bound = proof.bound
    if bound is None:
        yield (
            "<p><strong>No bound was established.</strong> Nobody has judged a random draw of frames from this file, "
            "so nothing can be said in numbers of what all the models together have missed.</p>"
        )
    else:
        shows = f"{len(bound.shows)} of them showed something" if bound.shows else "none of them showed anything"
        yield (
            f"<p class=bound>At most <strong>{bound.percent:g} %</strong> of the frames show something they should "
            f"not, with {bound.confidence:.0%} confidence.</p><p>{_t(bound.who)} judged {len(bound.sample.frames)} "
            f"frames of {bound.sample.population}, drawn at random ({_t(bound.when)}); {shows}.</p>"
        )
    yield (
        "<p class=soft>Models that look at the same picture miss the same things more often than chance would have it, "
        "so several of them agreeing is no such bound.</p></section>"
    )


def _timeline(proof: Proof) -> Iterator[str]:
    length = proof.file.duration
    rows = [(kind, "hidden", spans) for kind, spans in _stretches(proof).items()]
    looks = [(s.start, s.end or s.start) for s in proof.suspects if s.start is not None and s.box is not None]
    if looks:
        rows.append(("to be looked at", "look", looks))
    if not length or not rows:
        return
    yield "<section><h2>When something was hidden</h2><div class=timeline>"
    for name, css, spans in rows:
        yield f'<span class=name>{_t(name)}</span><svg viewBox="0 0 1000 16" preserveAspectRatio=none role=img '
        yield f'aria-label="{_t(name)}: {len(spans)} stretches"><rect class=ground width=1000 height=16 />'
        for start, end in spans:
            x, w = 1000 * max(0.0, start) / length, max(3.0, 1000 * (end - start) / length)
            yield f'<rect class={css} x="{min(x, 997):.1f}" width="{min(w, 1000 - min(x, 997)):.1f}" height=16 />'
        yield "</svg>"
    yield f"<span></span><span class=axis><span>{_clock(0)}</span><span>{_clock(length / 2)}</span>"
    yield f"<span>{_clock(length)}</span></span></div></section>"


def _stretches(proof: Proof) -> dict[str, list[tuple[float, float]]]:
    """When something of each kind was hidden: as the redaction's report says, or else as the plan that was given."""
    if proof.release is not None:
        return {str(hidden.kind): [(r.start, r.end) for r in hidden.ranges] for hidden in proof.release.hidden}
    spans: dict[str, list[tuple[float, float]]] = {}
    for track in proof.plan.tracks if proof.plan is not None else ():
        spans.setdefault(str(track.kind), []).append((track.start, track.end))
    return spans


def _hidden(proof: Proof) -> Iterator[str]:
    release = proof.release
    if release is None:
        return
    yield "<section><h2>What was hidden</h2><table><thead><tr><th>Kind<th>Tracks<th>In view<tbody>"
    for hidden in release.hidden:
        spans = ", ".join(f"{_clock(r.start)} to {_clock(r.end)}" for r in hidden.ranges[:12])
        more = f" and {len(hidden.ranges) - 12} more stretches" if len(hidden.ranges) > 12 else ""
        yield f"<tr><td>{_t(hidden.kind)}<td>{hidden.tracks}<td>{spans or NONE}{more}"
    yield "</table><p class=soft>A track is one thing followed without a break. Nobody is known again, so somebody who "
    yield "leaves and comes back is two tracks.</p>"
    if release.covered:
        yield f"<p>{counted(release.covered, 'frame')} covered whole.</p>"
    yield "</section>"


def _dropped(proof: Proof) -> Iterator[str]:
    release = proof.release
    if release is None:
        return
    for title, lines in (
        ("What was not taken over from the source", release.dropped),
        ("Damage of the source", release.damage),
        ("What the redaction itself warns of", release.warnings),
    ):
        if lines:
            yield f"<section><h2>{title}</h2><ul>{''.join(f'<li>{_t(line)}' for line in lines)}</ul></section>"


def _tracks(proof: Proof) -> Iterator[str]:
    if proof.plan is None:
        return
    yield "<section><h2>Every track, and on which ground it is hidden</h2>"
    yield "<table><thead><tr><th>Track<th>Kind<th>From<th>To<th>Reason or exemption<th>Decided by<tbody>"
    yield from (_track(one, len(proof.file.videos) > 1) for one in proof.plan.tracks[:_MOST_TRACKS])
    yield "</table>"
    if len(proof.plan.tracks) > _MOST_TRACKS:
        yield f"<p>{len(proof.plan.tracks) - _MOST_TRACKS} more are in report.json.</p>"
    yield "</section>"


def _track(one: TrackTold, several: bool) -> str:
    number = f"{one.video + 1}/{one.number}" if several else str(one.number)
    return (
        f"<tr><td>{number}<td>{_t(one.kind)}<td class=time>{_clock(one.start)}<td class=time>{_clock(one.end)}"
        f"<td>{_t(one.reason or NONE)}<td>{_t(one.by or 'the program')}"
    )


def _not_claimed(proof: Proof) -> Iterator[str]:
    yield "<section><h2>What this does not claim</h2><ul>"
    yield from (f"<li>{_t(line)}" for line in proof.not_claimed)
    yield "</ul></section>"


def _how(proof: Proof) -> Iterator[str]:
    yield "<section class=small><h2>Settings and models</h2>"
    rows = [("Checked with", _t(proof.program))]
    if proof.release is not None:
        settings = proof.release.settings
        rows += [
            ("Redacted with", f"{_t(proof.release.program)}, {_t(moment(proof.release.made))}"),
            ("To be hidden", _t(", ".join(settings.hide))),
            ("Fill, profile, sound", _t(f"{settings.style}, {settings.profile}, {settings.audio}")),
            ("Source", f"{_t(proof.release.source.name)}<br>{_hash(proof.release.source.sha256)}"),
            ("Models that made the masks", _models(proof.release.weights)),
        ]
    rows.append(("Models that checked", _models(proof.weights)))
    if proof.plan is not None:
        rows.append(
            (
                "Plan",
                f"{_t(proof.plan.name)}, {counted(proof.plan.corrections, 'correction')}<br>{_hash(proof.plan.sha256)}",
            )
        )
    if proof.original is not None:
        rows.append(("Original", _hash(proof.original)))
    yield _facts(rows)
    yield "</section>"


def _models(weights: Iterable[object]) -> str:
    return "<br>".join(
        f"{_t(str(getattr(one, 'id', '')))} <span class=hash>{_t(str(getattr(one, 'sha256', '')))[:16]}…</span>"
        for one in weights
    )


def _signature(signed: SignedProof) -> Iterator[str]:
    name = signed.proof.credentials.name if signed.proof.credentials else signed.proof.file.name
    yield "<section class=small><h2>Is this report genuine?</h2>"
    yield (
        "<p>What is signed is <code>report.json</code>, which came with this page and says the same. Ask whoever sent "
        "you the report, on another way than you got it, for their key or its fingerprint. Then:</p>"
        f"<pre>passerby verify --check report.json {_t(_quoted(name))} --key FINGERPRINT</pre>"
    )
    yield _facts([("Fingerprint of the key", _hash(signed.signature.fingerprint)), ("Signature", "Ed25519")])
    yield "</section>"


def _facts(rows: Iterable[tuple[str, str]]) -> str:
    return "<dl>" + "".join(f"<dt>{_t(name)}<dd>{value}" for name, value in rows) + "</dl>"


def _when(one: Suspicion) -> str:
    if one.time is None:
        return NONE
    if one.start is None or one.end is None or one.end - one.start < 0.1:
        return _clock(one.time)
    return f"{_clock(one.start)} to {_clock(one.end)}<br><span class=soft>best at {_clock(one.time)}</span>"


def _where(one: Suspicion) -> str:
    if one.box is None:
        return NONE
    x1, y1, x2, y2 = (round(v) for v in one.box)
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
