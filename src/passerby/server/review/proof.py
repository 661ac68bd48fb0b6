"""The independent check, if this program has one: one small door to `passerby.verify.story` and its neighbours.

Whatever it gives is turned into the few words the page needs, so that a change there is a change here and nowhere else.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from passerby.base.errors import PasserbyError
from passerby.base.frozen import Frozen
from passerby.base.progress import Progress
from passerby.base.report import Report
from passerby.server.review.notes import Draw, Drawn


class Finding(Frozen):
    """Something the check saw. `time` in seconds of the release."""

    time: float
    what: str
    video: int = 0
    box: tuple[float, float, float, float] | None = None
    score: float | None = None


class Verdict(Frozen):
    """What to tell of a release. `independent` False: only the quick look that redact itself takes."""

    independent: bool
    clean: bool
    verdict: str
    findings: tuple[Finding, ...]
    checks: tuple[str, ...] = ()
    page: bool = False
    note: str = ""


def _module(name: str) -> ModuleType | None:
    try:
        return importlib.import_module(f"passerby.verify.{name}")
    except ModuleNotFoundError:
        return None


def available() -> bool:
    return _module("story") is not None


def can_draw() -> bool:
    return _module("sample") is not None


def quick(report: Report) -> Verdict:
    """The verdict of the look that redact takes at its own result."""
    findings = tuple(
        Finding(time=one.time, what=one.what, box=one.box, score=one.score) for one in report.check.suspects
    )
    return Verdict(
        independent=False,
        clean=not report.needs_a_person,
        verdict="clean" if not report.needs_a_person else "needs a person",
        findings=findings,
        checks=(*report.damage, *report.warnings),
        note="The independent check (passerby verify) is not part of this version.",
    )


def verify(output: Path, report: Path, plan: Path, folder: Path, progress: Progress, bound: object = None) -> Verdict:
    """Run the independent check and leave report.json and report.html in `folder`. Raises PasserbyError."""
    story = _module("story")
    if story is None:
        raise PasserbyError("The independent check is not part of this version.")
    proof: Any = story.verify(output, report=report, plan=plan, bound=bound, progress=progress)
    return Verdict(
        independent=True,
        clean=not proof.needs_a_person,
        verdict=str(getattr(proof.verdict, "value", proof.verdict)),
        findings=tuple(_finding(one) for one in proof.suspects),
        checks=tuple(_line(check) for check in proof.checks),
        page=_write(proof, folder),
    )


def _finding(one: Any) -> Finding:  # noqa: ANN401
    box = getattr(one, "box", None)
    return Finding(
        time=float(one.time or 0.0),
        what=str(one.what),
        video=int(getattr(one, "video", 0) or 0),
        box=tuple(box) if box is not None else None,
        score=getattr(one, "score", None),
    )


def _line(check: Any) -> str:  # noqa: ANN401
    outcome = str(getattr(check.outcome, "value", check.outcome))
    return f"{check.title}: {outcome}. {check.why or check.did}"


def _write(proof: Any, folder: Path) -> bool:  # noqa: ANN401
    signing, page = _module("signing"), _module("page")
    if signing is None or page is None:
        return False
    signed = signing.sign(proof, signing.load_key())
    folder.mkdir(exist_ok=True)
    (folder / "report.json").write_text(signing.to_json(signed), encoding="utf-8")
    (folder / "report.html").write_text(page.page(signed), encoding="utf-8")
    return True


def draw(output: Path, sha256: str, count: int) -> Draw:
    """A new random draw of frames from a released file. Raises PasserbyError."""
    module = _module("sample")
    if module is None:
        raise PasserbyError("Drawing frames is not part of this version.")
    sample: Any = module.draw(output, count)
    frames = tuple(
        Drawn(number=int(one.number), video=int(one.video), frame=int(one.frame), time=float(one.time))
        for one in sample.frames
    )
    return Draw(sha256=sha256, frames=frames, sample=str(sample.model_dump_json()))


def pictures(output: Path, drawn: Draw) -> Iterator[tuple[int, bytes]]:
    """(number, PNG) of all drawn frames of the release. Raises PasserbyError."""
    module = _module("sample")
    if module is None:
        raise PasserbyError("Drawing frames is not part of this version.")
    for one, png in module.pictures(output, _sample(drawn)):
        yield int(one.number), bytes(png)


def bound(drawn: Draw) -> tuple[object, float]:
    """What was said of all drawn frames, for verify; and how many frames of a hundred may at most show somebody."""
    module = _module("sample")
    if module is None:
        raise PasserbyError("Drawing frames is not part of this version.")
    shows: Mapping[int, bool] = {number: one.shows for number, one in drawn.judged.items()}
    last = max(drawn.judged.values(), key=lambda one: one.when)
    judged: Any = module.judge(_sample(drawn), shows, last.who, last.when)
    return judged, float(judged.percent)


def _sample(drawn: Draw) -> Any:  # noqa: ANN401
    proof = importlib.import_module("passerby.base.proof")
    return proof.Sample.model_validate_json(drawn.sample)
