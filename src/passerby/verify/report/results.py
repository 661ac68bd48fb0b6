"""How each check ended, in words for whoever reads the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from passerby.config.settings import Audio, Profile, Style
from passerby.core.kinds import Kind
from passerby.documents.verification_report import Bound, Check, CheckResult, FileSeen, Outcome
from passerby.verify.checks.frames import Watched
from passerby.verify.containers.inspect import Audit
from passerby.verify.report.text import counted

TITLES = {
    Check.REPORT: "The file is what its report says",
    Check.FACES: "Second look for faces, by another model",
    Check.PLATES: "Second look for plates, by the text detector",
    Check.OTHERS: "Second look for the other kinds",
    Check.FIRST_MODELS: "The models that made the masks, at lower scores",
    Check.HOLES: "No mask goes away for a moment",
    Check.CONTAINER: "Nothing in the file but picture and sound",
    Check.SOUND: "Sound: there or not, as the report says",
    Check.MASKS: "Each mask is one constant fill",
    Check.SOURCE: "Nothing of the original is left under the masks",
    Check.COVERAGE: "Every planned place is covered in every frame",
    Check.SAMPLE: "A person has judged a random draw of frames",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the results are told from."""

    file: FileSeen
    still: bool
    hide: tuple[Kind, ...]
    style: Style
    has_report: bool
    has_plan: bool
    has_original: bool
    watched: tuple[Watched, ...]
    audit: Audit
    bound: Bound | None
    counts: Counter[Check]
    audio: Audio | None
    profile: Profile

    @property
    def looks(self) -> int:
        return sum(video.looked_at for video in self.file.videos)

    @property
    def frames(self) -> int:
        return sum(video.frames for video in self.file.videos)


def results(facts: Facts) -> Iterator[CheckResult]:
    """Every check that applies, in order."""
    yield _report(facts)
    looked = f"{facts.looks} of {facts.frames} {'pages' if facts.still else 'frames'} were shown to the models"
    if not facts.looks:
        looked = "not one frame was looked at"
    if Kind.FACE in facts.hide:
        yield _result(facts, Check.FACES, f"{looked}; BlazeFace on tiles at several scales.")
    if Kind.PLATE in facts.hide:
        yield _result(facts, Check.PLATES, f"{looked}, every second one for plates; text counts on vehicles alone.")
    if set(facts.hide) & {Kind.PERSON, Kind.SCREEN, Kind.TEXT}:
        yield _result(
            facts,
            Check.OTHERS,
            f"{looked}, every second one for persons, screens and text.",
            partly="there is no second model for persons, screens and text: the one that made the masks was asked",
        )
    yield _result(facts, Check.FIRST_MODELS, f"{looked}; what is weak must be seen again to count.")
    yield _holes(facts)
    yield _container(facts)
    yield _sound(facts)
    yield from _with_plan(facts)
    yield sample_result(facts.bound)


def _result(facts: Facts, check: Check, did: str, partly: str | None = None) -> CheckResult:
    found = facts.counts[check]
    nothing = not facts.looks and check in (Check.FACES, Check.PLATES, Check.OTHERS, Check.FIRST_MODELS)
    why = "nothing was looked at" if nothing else partly
    outcome = Outcome.FOUND if found else Outcome.SKIPPED if nothing else Outcome.PARTLY if partly else Outcome.PASSED
    return CheckResult(check=check, title=TITLES[check], outcome=outcome, did=did, why=why, suspects=found)


def _skipped(check: Check, why: str, found: int = 0) -> CheckResult:
    outcome = Outcome.FOUND if found else Outcome.SKIPPED
    return CheckResult(check=check, title=TITLES[check], outcome=outcome, did="Not done.", why=why, suspects=found)


def _report(facts: Facts) -> CheckResult:
    if not facts.has_report:
        return _skipped(Check.REPORT, "there is no report of the redaction beside the file")
    return _result(facts, Check.REPORT, "SHA-256, size and number of frames were compared with the report's.")


def _holes(facts: Facts) -> CheckResult:
    if facts.still:
        return _result(facts, Check.HOLES, "A still has no moments: there is nothing to compare.")
    if facts.style is not Style.SOLID:
        return _skipped(Check.HOLES, f"masks in the style {facts.style} are not black, so they cannot be followed")
    places = sum(one.places for one in facts.watched)
    return _result(
        facts,
        Check.HOLES,
        f"Black areas were followed in every frame; {counted(places, 'look')} where one came or went.",
    )


def _container(facts: Facts) -> CheckResult:
    did = (
        "Tracks, tags, thumbnails, attachments, messages within the picture, unused and trailing bytes were looked for."
    )
    unseen = list(facts.audit.unseen)
    if facts.audit.credentials:
        unseen.append("there is a C2PA manifest in the file, and what it says was not judged")
    return _result(facts, Check.CONTAINER, did, partly="; ".join(unseen) or None)


def _sound(facts: Facts) -> CheckResult:
    tracks = facts.file.sounds
    there = f"Tracks of sound: {tracks}" if tracks else "There is no sound"
    if facts.audio is None:
        return _result(facts, Check.SOUND, f"{there}; no report says what there should be.")
    weak = "a disguised voice can still be known by how it speaks" if facts.audio is Audio.DISGUISE and tracks else None
    return _result(facts, Check.SOUND, f"{there}; the report says: {facts.audio}.", partly=weak)


def _with_plan(facts: Facts) -> Iterator[CheckResult]:
    no_plan = "no plan was given (--plan)"
    measured = sum(one.masks for one in facts.watched)
    if facts.has_plan:
        weak = None if facts.style is Style.SOLID else f"{facts.style} shows a few colours of what it hides, by design"
        yield _result(
            facts,
            Check.MASKS,
            f"Measured, whole and in sixteen parts, frame by frame: {counted(measured, 'mask')}.",
            partly=weak,
        )
    else:
        yield _skipped(Check.MASKS, no_plan, facts.counts[Check.MASKS])
    compared = sum(one.compared for one in facts.watched)
    if not facts.has_original:
        yield _skipped(Check.SOURCE, "the original was not given (--original)", facts.counts[Check.SOURCE])
    else:
        where = "the plan has them" if facts.has_plan else "the two files differ"
        yield _result(
            facts,
            Check.SOURCE,
            f"Compared with the original, where {where}, in every third frame: {counted(compared, 'mask')}; "
            "band by band, part by part, and averaged along each track.",
            partly=None if compared else "no mask could be compared",
        )
    if facts.has_plan:
        yield _result(facts, Check.COVERAGE, f"All {facts.frames} frames were compared with the plan.")
    else:
        yield _skipped(Check.COVERAGE, no_plan, facts.counts[Check.COVERAGE])


def sample_result(bound: Bound | None) -> CheckResult:
    """What a judged draw comes to, or that there is none."""
    title = TITLES[Check.SAMPLE]
    if bound is None:
        why = "no frames were drawn and judged (--sample), so no bound was established on what was missed"
        return CheckResult(check=Check.SAMPLE, title=title, outcome=Outcome.SKIPPED, did="Not done.", why=why)
    drawn, shows = len(bound.sample.frames), len(bound.shows)
    did = (
        f"{bound.who} judged {drawn} of {bound.sample.population} frames, drawn at random ({bound.when}): at most "
        f"{bound.percent} % of frames show something they should not, {bound.confidence:.0%} confidence."
    )
    outcome = Outcome.FOUND if shows else Outcome.PASSED
    return CheckResult(check=Check.SAMPLE, title=title, outcome=outcome, did=did, suspects=shows)
