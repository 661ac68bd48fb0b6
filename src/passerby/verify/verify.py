"""The story of a check, top to bottom: look at a released file as if somebody else had made it, and say what is found.

Nothing here paints, and nothing that painted is asked (`.importlinter`). What is not given (plan, original, judged
draw) cannot be checked: that check is skipped, says so, and weakens the verdict.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

from passerby.config.settings import Audio, Settings
from passerby.core.errors import ProofError
from passerby.core.progress import Progress, Silent
from passerby.detect.model import Detectors
from passerby.detect.weights import Registry
from passerby.documents.plan import Plan, WeightsUsed
from passerby.documents.report import Report
from passerby.documents.trim import Trims
from passerby.documents.verification_report import (
    Bound,
    Check,
    FileSeen,
    Outcome,
    PlanSeen,
    Proof,
    Release,
    TrackTold,
    Verdict,
)
from passerby.source.fingerprint import fingerprint, printable
from passerby.verify.checks.audio import not_silenced, presence
from passerby.verify.checks.findings import Suspects
from passerby.verify.checks.frames import Told, Watch, Watched, WatchSettings
from passerby.verify.checks.independent_detectors import Eyes
from passerby.verify.checks.redaction_report import beside, differences, is_about, read_report, release_of
from passerby.verify.containers.inspect import Audit, audit
from passerby.verify.released_file import Opened
from passerby.verify.report.results import Facts, results

PROGRAM = f"passerby {version('passerby')}"

NOT_CLAIMED = (
    "That nobody can be told: gait, build, clothes, tattoos, the place, the time and who else is there can tell who "
    "somebody is, and are not hidden.",
    "That the models saw everything: several models that look at one picture miss the same things more often than "
    "chance would have it. Only the random draw, where one was judged, bounds what was missed.",
    "That the source was genuine, or complete: only what is in the released file was looked at.",
)
VOICES = (
    "That voices cannot be known: sound that is kept or disguised can tell who is speaking, and what is said stays."
)


@dataclass(slots=True)
class _Given:
    """What was given besides the file, read and found to be about it, or not."""

    report: Report | None = None
    release: Release | None = None
    report_is_about: bool = False
    plan: Plan | None = None
    plan_seen: PlanSeen | None = None
    original: Opened | None = None
    original_hash: str | None = None
    settings: Settings = field(default_factory=Settings)

    @property
    def audio(self) -> Audio | None:
        """What was to become of the sound; None where nothing says so."""
        return self.settings.audio if self.report_is_about or self.plan is not None else None


def verify(
    file: Path,
    *,
    report: Path | None = None,
    plan: Path | None = None,
    original: Path | None = None,
    bound: Bound | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    settings: WatchSettings | None = None,
    detectors: Detectors | None = None,
) -> Proof:
    """Check one released file, a video or a still.

    `report` is the redaction's, by default the one beside the file where there is one; `plan` and `original` open
    further checks; `bound` is a judged draw of this very file. `detectors` spares loading the models for each of many
    files. Raises PasserbyError in one of its kinds, ProofError
    where what was given does not belong together.
    """
    progress = progress or Silent()
    sha256, size = fingerprint(file)
    suspects = Suspects()
    if bound is not None and bound.sample.sha256 != sha256:
        raise ProofError(f"The judged frames were drawn from another file than {file.name}. Draw anew with --sample.")
    given = _read(file, sha256, report, plan, original, suspects)
    with Opened.open(file) as opened:
        detectors = detectors or Detectors(Registry.load(), threads)
        eyes = Eyes(detectors, given.settings.hide, opened.videos[0].geometry.upright)
        told = Told(given.settings.hide, given.settings.style, given.plan, given.original)
        watched = [
            Watch(opened, number, told, eyes, suspects, settings).run(progress, printable(file))
            for number in range(len(opened.videos))
        ]
        seen = FileSeen(
            name=printable(file),
            sha256=sha256,
            size=size,
            container=opened.still.info.kind.value if opened.still is not None else opened.info.container,
            duration=None if opened.info.duration is None else round(opened.info.duration, 3),
            videos=tuple(one.seen for one in watched),
            sounds=len(opened.info.sounds),
        )
        _compare_with_report(given, seen, opened, suspects)
        audited = audit(opened, given.report_is_about and given.settings.keep_times)
        _tell_remnants(audited, seen, opened, suspects)
        _tell_sound(given, opened, suspects)
    facts = Facts(
        file=seen,
        still=opened.still is not None,
        hide=given.settings.hide,
        style=given.settings.style,
        has_report=given.report is not None,
        has_plan=given.plan is not None,
        has_original=given.original is not None,
        watched=tuple(watched),
        audit=audited,
        bound=bound,
        counts=suspects.counts(),
        audio=given.audio,
        profile=given.settings.profile,
    )
    checks = tuple(results(facts))
    return Proof(
        program=PROGRAM,
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        file=seen,
        verdict=_verdict(seen, watched, [check.outcome for check in checks]),
        checks=checks,
        suspects=suspects.listed(),
        weights=tuple(WeightsUsed(id=id, sha256=detectors.registry[id].sha256) for id in sorted(eyes.weights)),
        release=given.release,
        plan=given.plan_seen,
        original=given.original_hash,
        bound=bound,
        not_claimed=(*NOT_CLAIMED, *([VOICES] if seen.sounds else [])),
    )


def with_bound(proof: Proof, bound: Bound) -> Proof:
    """The same proof after a person has judged the draw: nothing needs to be looked at again."""
    if bound.sample.sha256 != proof.file.sha256:
        raise ProofError("The judged frames were drawn from another file than the one the report is about.")
    from passerby.verify.report.results import sample_result

    checks = tuple(sample_result(bound) if one.check is Check.SAMPLE else one for one in proof.checks)
    seen = [one.outcome for one in checks]
    verdict = proof.verdict
    if verdict is not Verdict.NOTHING_SEEN:
        verdict = _of_outcomes(seen)
    return proof.model_copy(update={"bound": bound, "checks": checks, "verdict": verdict})


def _verdict(seen: FileSeen, watched: list[Watched], outcomes: list[Outcome]) -> Verdict:
    if not any(one.seen.looked_at for one in watched) or all(one.black == one.frames for one in seen.videos):
        return Verdict.NOTHING_SEEN
    return _of_outcomes(outcomes)


def _of_outcomes(outcomes: list[Outcome]) -> Verdict:
    if Outcome.FOUND in outcomes:
        return Verdict.SUSPECT
    weak = {Outcome.SKIPPED, Outcome.PARTLY}
    return Verdict.WEAKENED if weak.intersection(outcomes) else Verdict.PASSED


def _read(
    file: Path, sha256: str, report: Path | None, plan: Path | None, original: Path | None, suspects: Suspects
) -> _Given:
    given = _Given()
    where = report or beside(file)
    if where is not None:
        given.report, hash = read_report(where)
        given.release = release_of(given.report, where, hash)
        given.report_is_about = given.report.output.sha256 == sha256
        if given.report_is_about:
            given.settings = given.report.settings
    if plan is not None:
        given.plan = Plan.load(plan)
        given.plan_seen = _plan_seen(given.plan, plan)
        if not given.report_is_about:
            given.settings = given.plan.settings
    if original is not None:
        given.original = Opened.open(original)
        given.original_hash = fingerprint(original)[0]
    sources = {
        "the report": given.report.source.sha256 if given.report and given.report_is_about else None,
        "the plan": given.plan.source.sha256 if given.plan else None,
        "the original that was given": given.original_hash,
    }
    known = [(name, hash) for name, hash in sources.items() if hash is not None]
    for (name, hash), (other, another) in pairwise(known):
        if hash != another:
            check = Check.SOURCE if given.original is not None and other.startswith("the original") else Check.COVERAGE
            suspects.tell(check, f"{other} belongs to another source than {name}")
    return given


def _plan_seen(plan: Plan, path: Path) -> PlanSeen:
    return PlanSeen(
        name=printable(path),
        sha256=fingerprint(path)[0],
        tracks=tuple(_tracks(plan)),
        corrections=len(plan.corrections),
    )


def _tracks(plan: Plan) -> Iterator[TrackTold]:
    by_hand = {(c.video, c.number): c for c in plan.corrections}
    for video, seen in enumerate(plan.videos):
        trims = Trims(plan.trim, seen.time_base)
        for track in plan.tracks(video):
            start, end = max(0.0, float(track.start * seen.time_base)), float(track.end * seen.time_base)
            shown = trims.stretch(start, end) if trims else (start, end)
            if shown is None:
                continue  # all of it was left out
            correction = by_hand.get((video, track.number))
            yield TrackTold(
                video=video,
                number=track.number,
                kind=track.kind,
                start=round(shown[0], 3),
                end=round(shown[1], 3),
                reason=track.reason or (correction.reason if correction else None),
                by=correction.who if correction else None,
            )


def _compare_with_report(given: _Given, seen: FileSeen, opened: Opened, suspects: Suspects) -> None:
    if given.report is None:
        return
    if not is_about(given.report, seen):
        suspects.tell(
            Check.REPORT,
            f"the report beside the file is about another one (SHA-256 {given.report.output.sha256[:16]}…): "
            "what it says was not believed",
        )
        return
    for line in differences(given.report, seen, opened.still is not None):
        suspects.tell(Check.REPORT, line)


def _tell_remnants(audited: Audit, seen: FileSeen, opened: Opened, suspects: Suspects) -> None:
    for line, time in audited.remnants.items():
        suspects.tell(Check.CONTAINER, f"there is more in the file than picture and sound: {line}", time)
    if opened.film is None:
        return
    for number, pictures in enumerate(audited.pictures[: len(seen.videos)]):
        shown = seen.videos[number].frames
        tally = opened.film.tallies.get(number)
        if pictures > shown + (tally.undecodable if tally else 0):
            suspects.tell(
                Check.CONTAINER, f"{pictures - shown} pictures are in the file that no player shows", video=number
            )
    for number, tally in opened.film.tallies.items():
        for line in tally.damage:
            suspects.tell(Check.CONTAINER, f"the file is damaged: {line}", video=number)


def _tell_sound(given: _Given, opened: Opened, suspects: Suspects) -> None:
    wrong = presence(len(opened.info.sounds), given.audio)
    if wrong is not None:
        suspects.tell(Check.SOUND, wrong)
    if given.plan is not None:
        spans = Trims(given.plan.trim, given.plan.videos[0].time_base).sound(given.plan.audio)
        for span, line in not_silenced(opened, spans):
            suspects.tell(Check.SOUND, line, span.start)
