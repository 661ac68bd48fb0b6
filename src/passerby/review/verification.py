"""The independent check and the random draw: one small door to `passerby.verify` and its neighbours.

Whatever they give is turned into the few words the page needs, so that a change there is a change here alone. They are
loaded when they are first wanted: a file is open sooner without the models.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from passerby.core.model import FrozenModel
from passerby.core.progress import Progress
from passerby.documents.report import Report
from passerby.documents.trim import Trims
from passerby.documents.verification_report import Bound, Check, Outcome, Proof, Sample, SignedProof
from passerby.documents.verification_report import Verdict as Outright
from passerby.review import files as desk
from passerby.review.notes import Draw, Drawn


class Finding(FrozenModel):
    """Something the check saw. `time` in seconds of the source, which is what the page shows. `check` is which check it
    was, None for the quick look; `what` says more, in English."""

    time: float
    what: str
    check: Check | None = None
    video: int = 0
    box: tuple[float, float, float, float] | None = None
    score: float | None = None


class Remark(FrozenModel):
    """One check and how it ended, None for a remark of the run; `words` say more, in English."""

    check: Check | None = None
    outcome: Outcome | None = None
    words: str


class Verdict(FrozenModel):
    """What to tell of a release. `verdict` is that of the independent check, None where only the quick look that redact
    itself takes was taken."""

    independent: bool
    clean: bool
    verdict: Outright | None = None
    findings: tuple[Finding, ...]
    checks: tuple[Remark, ...] = ()
    page: bool = False


def quick(report: Report, trims: Trims) -> Verdict:
    """The verdict of the look that redact takes at its own result."""
    findings = tuple(
        Finding(time=_of_source(one.time, trims), what=one.what, box=one.box, score=one.score)
        for one in report.check.suspects
    )
    return Verdict(
        independent=False,
        clean=not report.needs_a_person,
        findings=findings,
        checks=tuple(Remark(words=line) for line in (*report.damage, *report.warnings)),
    )


def told(proof: Proof, trims: Trims) -> Verdict:
    """The verdict of the independent check."""
    findings = (
        Finding(
            time=_of_source(one.time or 0.0, trims),
            what=one.what,
            check=one.check,
            video=one.video,
            box=one.box,
            score=one.score,
        )
        for one in proof.suspects
    )
    return Verdict(
        independent=True,
        clean=not proof.needs_a_person,
        verdict=proof.verdict,
        findings=tuple(findings),
        checks=tuple(Remark(check=one.check, outcome=one.outcome, words=one.why or one.did) for one in proof.checks),
        page=True,
    )


def _of_source(seconds: float, trims: Trims) -> float:
    """A moment of the release as one of the source: stretches may have been left out before it."""
    return round(float(trims.source(round(seconds / trims.time_base)) * trims.time_base), 3)


def verify(output: Path, report: Path, plan: Path, folder: Path, progress: Progress, bound: Bound | None) -> Proof:
    """Run the independent check and leave report.json and report.html in `folder`. Raises PasserbyError."""
    from passerby.verify import verify as story

    proof = story.verify(output, report=report, plan=plan, bound=bound, progress=progress)
    _write(proof, folder)
    return proof


def with_bound(proof: Proof, bound: Bound, folder: Path) -> Proof:
    """The same proof with what a person said of the draw, written anew."""
    from passerby.verify import verify as story

    judged = story.with_bound(proof, bound)
    _write(judged, folder)
    return judged


def earlier(folder: Path, sha256: str) -> Proof | None:
    """What an earlier run has left in `folder`, if it is about the file with this hash."""
    try:
        proof = SignedProof.model_validate_json((folder / "report.json").read_bytes()).proof
    except (OSError, ValidationError):
        return None
    return proof if proof.file.sha256 == sha256 else None


def _write(proof: Proof, folder: Path) -> None:
    from passerby.verify.report import html as page
    from passerby.verify.report import signing

    signed = signing.sign(proof, signing.load_key())
    folder.mkdir(exist_ok=True)
    desk.keep(folder / "report.json", signing.to_json(signed))
    desk.keep(folder / "report.html", page.page(signed))


def draw(output: Path, sha256: str, count: int) -> Draw:
    """A new random draw of frames from a released file. Raises PasserbyError."""
    from passerby.verify.report import random_draw as sample

    drawn = sample.draw(output, count)
    frames = tuple(Drawn(number=one.number, video=one.video, frame=one.frame, time=one.time) for one in drawn.frames)
    return Draw(sha256=sha256, frames=frames, sample=drawn.model_dump_json())


def pictures(output: Path, drawn: Draw) -> Iterator[tuple[int, bytes]]:
    """(number, PNG) of all drawn frames of the release. Raises PasserbyError."""
    from passerby.verify.report import random_draw as sample

    for one, png in sample.pictures(output, _sample(drawn)):
        yield one.number, png


def bound(drawn: Draw) -> Bound:
    """What was said of all drawn frames. Raises ProofError while one is not judged."""
    from passerby.verify.report import random_draw as sample

    shows = {number: one.shows for number, one in drawn.judged.items()}
    last = max(drawn.judged.values(), key=lambda one: one.when)
    return sample.judge(_sample(drawn), shows, last.who, last.when)


def _sample(drawn: Draw) -> Sample:
    return Sample.model_validate_json(drawn.sample)
