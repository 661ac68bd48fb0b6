"""Export: render the plan, check what came out, and tell the verdict; and the random draw that a person judges."""

from __future__ import annotations

import threading
from pathlib import Path

from passerby.config.settings import Audio
from passerby.documents.plan import Plan
from passerby.documents.report import Report
from passerby.documents.trim import Trims
from passerby.documents.verification_report import Bound, Proof
from passerby.review import files as desk
from passerby.review import verification as proof
from passerby.review.answers import DrawTold, JudgedFrame, ReleaseTold
from passerby.review.errors import Refused
from passerby.review.notes import Draw, Judgement
from passerby.review.open_file import Job, OpenFile
from passerby.review.progress import JobProgress
from passerby.review.verification import Verdict

#: Frames of a draw. If none of them shows anybody, about one frame in twenty at most does, at 95 % confidence.
DRAWN = 60


class Releasing:
    """What is released of one file."""

    def __init__(self, file: OpenFile) -> None:
        self._file = file
        self.job = Job()
        self._verdict: Verdict | None = None
        self._proof: Proof | None = None
        self._revision: int | None = None
        self._pictures: dict[int, bytes] = {}
        self._lock = threading.Lock()

    @property
    def page(self) -> Path:
        """The full report of the independent check, where there is one."""
        return self._folder / "report.html"

    @property
    def _folder(self) -> Path:
        output = self._file.given.output
        return output.with_name(f"{output.stem}.proof")

    def start(self, audio: Audio | None) -> None:
        """Render and check in the background. Raises Refused while that is under way."""
        plan, revision = self._file.history.plan, self._file.history.count

        def work(progress: JobProgress) -> None:
            report = desk.release(self._file.given, plan, progress, audio)
            self._verdict, self._revision = proof.quick(report, self._trims(plan)), revision
            self._pictures.clear()
            self._verify(progress, plan)

        self.job.start(work)

    def _verify(self, progress: JobProgress, plan: Plan, bound: Bound | None = None) -> None:
        given = self._file.given
        self._proof = proof.verify(given.output, given.report, given.plan, self._folder, progress, bound)
        self._verdict = proof.told(self._proof, self._trims(plan))

    @staticmethod
    def _trims(plan: Plan) -> Trims:
        """What the release leaves out, in the time of its first video track."""
        return Trims(plan.trim, plan.videos[0].time_base)

    def told(self) -> ReleaseTold:
        if self._verdict is None and not self.job.running:
            self._verdict = self._earlier()
        stale = self._revision is not None and self._revision != self._file.history.count
        return ReleaseTold(
            progress=self.job.told, output=self._file.given.output.name, verdict=self._verdict, stale=stale
        )

    def _earlier(self) -> Verdict | None:
        """What an earlier run said of a release that is still there."""
        try:
            report = Report.model_validate_json(self._file.given.report.read_bytes())
        except (OSError, ValueError):
            return None
        plan = self._file.history.plan
        if report.source.sha256 != plan.source.sha256 or not self._file.given.output.exists():
            return None
        self._proof = proof.earlier(self._folder, report.output.sha256)
        trims = self._trims(plan)
        return proof.quick(report, trims) if self._proof is None else proof.told(self._proof, trims)

    def draw(self) -> None:
        """Draw frames from the release and have their pictures ready. Raises Refused when there is no release."""
        output = self._file.given.output
        if not output.exists():
            raise Refused("export_first")

        def work(progress: JobProgress) -> None:
            progress.start(output.name, "draw", None)
            sha256 = _sha256(self._file)
            drawn = proof.draw(output, sha256, DRAWN)
            known = self._file.notes.draw
            if known is None or known.sha256 != drawn.sha256 or known.frames != drawn.frames:
                self._file.note(draw=drawn)
            with self._lock:
                self._pictures = dict(proof.pictures(output, drawn))

        self.job.start(work)

    def drawn(self) -> DrawTold:
        draw = self._file.notes.draw
        if draw is None:
            return DrawTold()
        frames = tuple(
            JudgedFrame(number=one.number, time=one.time, shows=_shows(draw, one.number)) for one in draw.frames
        )
        complete = all(frame.shows is not None for frame in frames)
        percent = proof.bound(draw).percent if complete else None
        stale = _sha256_now(self._file) != draw.sha256
        return DrawTold(frames=frames, percent=percent, stale=stale)

    def picture(self, number: int) -> bytes:
        """One drawn frame, PNG. Raises Refused when it is not there."""
        with self._lock:
            if number not in self._pictures:
                raise Refused("draw_again")
            return self._pictures[number]

    def judge(self, number: int, shows: bool) -> DrawTold:
        """What a person says of one drawn frame. After the last one the report says it, with the bound."""
        with self._file.lock:
            draw = self._file.notes.draw
            if draw is None or all(one.number != number for one in draw.frames):
                raise Refused("drawn_elsewhere")
            said = Judgement(shows=shows, who=self._file.who, when=self._file.now().isoformat(timespec="seconds"))
            self._file.note(draw=draw.model_copy(update={"judged": {**draw.judged, number: said}}))
        told = self.drawn()
        if told.percent is not None and not told.stale and not self.job.running:
            self._report_bound(proof.bound(self._file.notes.draw or draw))
        return told

    def _report_bound(self, bound: Bound) -> None:
        """Nothing needs to be looked at again, if the check of this very release is still there."""
        known, plan = self._proof, self._file.history.plan
        if known is None or known.file.sha256 != bound.sample.sha256:
            self.job.start(lambda progress: self._verify(progress, plan, bound))
            return
        self._proof = proof.with_bound(known, bound, self._folder)
        self._verdict = proof.told(self._proof, self._trims(plan))


def _shows(draw: Draw, number: int) -> bool | None:
    said = draw.judged.get(number)
    return None if said is None else said.shows


def _sha256(file: OpenFile) -> str:
    known = _sha256_now(file)
    if known is None:
        raise Refused("report_missing", name=file.given.report.name)
    return known


def _sha256_now(file: OpenFile) -> str | None:
    try:
        return Report.model_validate_json(file.given.report.read_bytes()).output.sha256
    except (OSError, ValueError):
        return None
