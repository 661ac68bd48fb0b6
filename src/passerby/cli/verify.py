"""`passerby verify`: a thin layer over the package `passerby.verify`."""

from __future__ import annotations

import json as jsonlib
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from passerby.cli.common.terminal import echo
from passerby.core.errors import OutputError, UsageError, VerificationError
from passerby.documents.case_report import SignedCaseReport
from passerby.documents.verification_report import (
    CheckOutcome,
    Finding,
    SignedVerificationReport,
    Verdict,
    VerificationReport,
)
from passerby.verify.report.machine_formats import FailOn, MachineFormat, fails, to_junit, to_sarif

if TYPE_CHECKING:
    from passerby.verify.report.agency import Agency
    from passerby.verify.report.signing import SigningKey

VERDICTS = {
    Verdict.PASSED: "passed",
    Verdict.INCOMPLETE: "no findings, but not everything was checked",
    Verdict.REVIEWED: "reviewed: a person has answered every finding",
    Verdict.FINDINGS: "review required",
    Verdict.NO_CONTENT: "not passed: no content",
}
MARKS = {
    CheckOutcome.PASSED: "passed",
    CheckOutcome.PARTIAL: "partial",
    CheckOutcome.SKIPPED: "skipped",
    CheckOutcome.FINDINGS: "FINDINGS",
}
#: Findings printed on the terminal; the report has all of them.
MAX_PRINTED = 20


def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The released file.")],
    plan: Annotated[
        Path | None,
        typer.Option(
            help="The plan of the redaction: every planned mask is checked in every frame. What was judged about this "
            "file in passerby review is part of the report."
        ),
    ] = None,
    original: Annotated[
        Path | None,
        typer.Option(help="The source: does any of it remain under the masks? It does not leave this machine."),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder for the signed report.json, and its copies: HTML, PDF, CSV."),
    ] = None,
    c2pa: Annotated[
        tuple[Path, Path] | None,
        typer.Option(
            metavar="CERT KEY",
            help="Also write a copy with a C2PA manifest, signed with this certificate and key (PEM).",
        ),
    ] = None,
    sample: Annotated[
        int | None,
        typer.Option(
            help="Sample this many frames at random, write them as images with a form for the answers, and stop."
        ),
    ] = None,
    answers: Annotated[
        Path | None, typer.Option(metavar="FORM", help="The form with the answers of a person on the sampled frames.")
    ] = None,
    check: Annotated[
        Path | None,
        typer.Option(
            metavar="REPORT",
            help="Only verify that this report.json is genuine and about FILE. Requires --key. With the "
            "case-report.json of a case FILE is any file of the release; the others beside it are checked too.",
        ),
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(
            metavar="PUBLIC",
            help="The public key of the signer (a PEM file) or its fingerprint, for --check. Else: believe a report "
            "beside FILE that is signed with it about what is shown on purpose, as is one signed with your own key.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite existing files.")] = False,
    form: Annotated[
        MachineFormat | None,
        typer.Option("--format", help="Write the result to standard output for a forge or a test runner."),
    ] = None,
    fail_on: Annotated[
        FailOn | None,
        typer.Option(
            help="For a gate: exit code 1 for findings that nobody has answered, with incomplete also for checks that "
            "were not run, and else 0."
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Progress and results as JSON lines on stdout.")] = False,
) -> None:
    """Verify a released file with independent detectors, and write a signed report."""
    if form is not None and (json or check is not None or sample is not None):
        raise UsageError("--format is for a verification. Leave out --json, --check and --sample.")
    if check is not None and key is None:
        raise UsageError("--check requires --key: the key of the signer of the report.")
    if check is not None and key is not None:
        others = (plan, original, report, c2pa, sample, answers)
        if any(option is not None for option in others):
            raise UsageError("--check only verifies a report. Remove the other options.")
        _verify_report(check, file, key, json)
    elif sample is not None:
        _sample(file, sample, report, force, json)
    else:
        _check(file, plan, original, report, c2pa, answers, key, force, json, form, fail_on)


def _verify_report(path: Path, file: Path, key: str, json: bool) -> None:
    from passerby.verify.report.signing import check_copies, verify_signature

    try:
        content = path.read_bytes()
    except OSError as error:
        raise VerificationError(f"The report {path} cannot be read: {error.strerror}. Check the name.") from error
    signed = verify_signature(content, file, key)
    copies = check_copies(signed, path.parent)
    fingerprint = signed.signature.fingerprint
    if isinstance(signed, SignedCaseReport):
        _print_case(signed, file, copies, json)
        return
    report = signed.report
    if json:
        line: dict[str, object] = {"event": "confirmed", "file": file.name, "copies": copies}
        line |= {"verdict": report.verdict, "created": report.created}
        echo(jsonlib.dumps({**line, "fingerprint": fingerprint}))
        return
    echo(f"{file}: the report is about this file, and has not been changed since it was signed")
    echo(f"  signed with the key {fingerprint}")
    if copies:
        echo(f"  so are the copies of the report beside it: {', '.join(copies)}")
    echo(f"  the report of {report.created} says: {VERDICTS[report.verdict]}")


def _print_case(signed: SignedCaseReport, file: Path, copies: list[str], json: bool) -> None:
    """What a report on a case confirms: the file, and all that lies beside the report."""
    report, fingerprint = signed.report, signed.signature.fingerprint
    absent = [
        packed.path for packed in report.package if packed.path not in copies and Path(packed.path).name != file.name
    ]
    if json:
        line: dict[str, object] = {"event": "confirmed", "file": file.name, "copies": copies, "absent": absent}
        line |= {"case": report.case.number, "created": report.created, "fingerprint": fingerprint}
        echo(jsonlib.dumps(line))
        return
    echo(f"{file}: is part of the release of case {report.case.number}, and has not been changed since it was signed")
    echo(f"  signed with the key {fingerprint}")
    if copies:
        echo(f"  so are the files beside the report: {', '.join(copies)}")
    if absent:
        echo(f"  not there, and so not checked: {', '.join(absent)}")
    echo(f"  the report of {report.created} says what goes out: {len(report.files)} files")


def _sample(file: Path, count: int, out_dir: Path | None, force: bool, json: bool) -> None:
    from passerby.sink.output_file import write_text_atomically
    from passerby.verify.report.random_draw import answer_form, draw_sample, image_name, sample_images

    folder = _folder(out_dir / "sample" if out_dir is not None else file.with_name(f"{file.stem}.sample"))
    sample = draw_sample(file, count)
    form, frames = folder / "answers.txt", folder / "frames.json"
    write_text_atomically(form, answer_form(sample, file.name), force)
    write_text_atomically(frames, sample.model_dump_json(indent=1) + "\n", force)
    for frame, png in sample_images(file, sample):
        _write(folder / image_name(frame), png)
    if json:
        echo(jsonlib.dumps({"event": "sampled", "form": str(form), **sample.model_dump(mode="json")}))
        return
    echo(f"{len(sample.frames)} of {sample.population} frames were sampled at random: {folder}")
    echo(f"Look at each image, and write the answers into {form}. Then:")
    echo(f"  passerby verify {file} --answers {form} --report {out_dir or 'DIR'}")


def _check(
    file: Path,
    plan: Path | None,
    original: Path | None,
    out_dir: Path | None,
    c2pa: tuple[Path, Path] | None,
    answers: Path | None,
    trusted: str | None,
    force: bool,
    json: bool,
    form: MachineFormat | None,
    fail_on: FailOn | None,
) -> None:
    # Here, not above: `passerby --help` need not wait for decoders and models.
    import passerby.verify.verify as verification
    from passerby.documents.file_names import notes_path
    from passerby.jobs.events.event_stream import full_path
    from passerby.jobs.events.run_event import ProgressEvent, print_event
    from passerby.jobs.events.stage_progress import StageProgress, StageReporter
    from passerby.jobs.progress_output import make_progress
    from passerby.review.notes import ReviewNotes
    from passerby.review.release.judgements import answers_for, bound_for
    from passerby.source.fingerprint import fingerprint
    from passerby.verify.report.agency import load_agency
    from passerby.verify.report.files import NAMES
    from passerby.verify.report.random_draw import read_answers
    from passerby.verify.report.signing import config_folder, key_fingerprint, load_key, own_public_key

    if c2pa is not None and out_dir is None:
        raise UsageError("--c2pa writes a copy of the file: give a folder for it with --report.")
    folder = _folder(out_dir) if out_dir is not None else None
    names = (*NAMES, *([file.name] if c2pa is not None else []))
    for path in (folder / name for name in names) if folder is not None else ():
        if path.exists() and not force:
            raise OutputError(f"{path} already exists. Use --force to overwrite it, or choose another folder.")
    bound = read_answers(_text(answers), file) if answers is not None else None
    notes = ReviewNotes() if plan is None else ReviewNotes.load(notes_path(plan))
    if bound is None:  # what was judged in `passerby review`
        bound = bound_for(notes, file, fingerprint(file)[0])
    own = own_public_key()
    keys = [key_fingerprint(one) for one in (trusted, None if own is None else str(own)) if one is not None]
    key = load_key() if folder is not None else None  # before the work: it may fail
    agency = load_agency(config_folder(os.environ)) if folder is not None else None

    def report_progress(stage: StageProgress) -> None:
        print_event(ProgressEvent(file=full_path(file), output=None, eta_s=None, **asdict(stage)))

    progress = StageReporter(report_progress) if json else make_progress()
    try:
        report = verification.verify(file, plan=plan, original=original, bound=bound, trusted=keys, progress=progress)
    finally:
        progress.finish()
    report = verification.answer_findings(report, answers_for(notes, report))
    signed = None
    if folder is not None and key is not None:
        if c2pa is not None:
            report = _with_credentials(report, file, folder / file.name, *c2pa)
        signed = _save(report, key, agency, folder)
    if form is None:
        _print(report, signed, folder, json)
    else:
        echo((to_sarif if form is MachineFormat.SARIF else to_junit)(report, str(file)))
    if fail_on is not None:
        raise typer.Exit(1 if fails(report, fail_on) else 0)
    raise typer.Exit(3 if report.needs_review else 0)


def _with_credentials(
    report: VerificationReport, file: Path, target: Path, certificate: Path, key: Path
) -> VerificationReport:
    from passerby.sink.output_file import OutputFile
    from passerby.verify.report.c2pa import write_with_credentials

    with OutputFile(target, force=True, source=file) as output:
        written = write_with_credentials(file, output.temp_path, certificate, key, report)
        output.commit()
    return report.model_copy(update={"credentials": written.model_copy(update={"name": target.name})})


def _save(report: VerificationReport, key: SigningKey, agency: Agency | None, folder: Path) -> SignedVerificationReport:
    from passerby.sink.output_file import write_bytes_atomically
    from passerby.verify.report.files import NAMES, report_files

    signed, content = report_files(report, key, agency)
    for name in NAMES:
        if name in content:
            write_bytes_atomically(folder / name, content[name], force=True)
        else:
            (folder / name).unlink(missing_ok=True)  # of an earlier report
    return signed


def _print(
    report: VerificationReport, signed: SignedVerificationReport | None, folder: Path | None, json: bool
) -> None:
    if json:
        path = str(folder / "report.json") if folder else None
        content = signed.model_dump(mode="json", exclude_none=True) if signed is not None else None
        content = content or {"report": report.model_dump(mode="json", exclude_none=True)}
        echo(jsonlib.dumps({"event": "verified", "report_path": path, **content}))
        return
    echo(f"{report.file.name}: {VERDICTS[report.verdict]}")
    for check in report.checks:
        limitation = f": {check.limitation}" if check.limitation else ""
        echo(f"  {MARKS[check.outcome]:8} {check.title}{limitation}")
    for finding in report.findings[:MAX_PRINTED]:
        echo(f"  finding at {_time(finding)}: {finding.description}{_position(finding)}")
    if len(report.findings) > MAX_PRINTED:
        echo(f"  and {len(report.findings) - MAX_PRINTED} more")
    if signed is not None and folder is not None:
        from passerby.verify.report.files import NAMES, REPORT_HTML, REPORT_PDF
        from passerby.verify.report.signing import PUBLIC, config_folder

        others = [name for name in NAMES if name != REPORT_HTML and (folder / name).exists()]
        echo(f"  report: {folder / REPORT_HTML}, {', '.join(others)}")
        if REPORT_PDF not in others:
            echo("  there is no report.pdf: that needs passerby[review]")
        echo(f"  signed with the key {signed.signature.fingerprint}")
        echo(f"  for those who verify it, over another channel: that number, or {config_folder(os.environ) / PUBLIC}")


def _time(finding: Finding) -> str:
    return "the whole file" if finding.time is None else f"{finding.time:.2f} s"


def _position(finding: Finding) -> str:
    if finding.box is None:
        return ""
    x1, y1, x2, y2 = (round(v) for v in finding.box)
    return f" (at {x1}, {y1} to {x2}, {y2})"


def _folder(path: Path) -> Path:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"The folder {path} cannot be created: {error.strerror}. Choose another.") from error
    return path


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written: {error.strerror}. Choose another folder with --report."
        ) from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise VerificationError(f"The answers {path} cannot be read: {error}.") from error
