"""`passerby verify`: a thin layer over `passerby.verify`."""

from __future__ import annotations

import json as jsonlib
import os
from pathlib import Path
from typing import Annotated

import typer

from passerby.core.errors import OutputError, ProofError, UsageError
from passerby.documents.verification_report import Outcome, Proof, SignedProof, Suspicion, Verdict

SAID = {
    Verdict.PASSED: "passed",
    Verdict.WEAKENED: "nothing found, but not everything was checked",
    Verdict.SUSPECT: "a person must look at this",
    Verdict.NOTHING_SEEN: "not passed: there was nothing to look at",
}
MARKS = {Outcome.PASSED: "passed", Outcome.PARTLY: "in part", Outcome.SKIPPED: "skipped", Outcome.FOUND: "LOOK"}
#: Suspects that are said on the terminal; the report has all of them.
SHOWN = 20


def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The released file.")],
    plan: Annotated[
        Path | None, typer.Option(help="The plan it was rendered by: every planned place is looked for in every frame.")
    ] = None,
    original: Annotated[
        Path | None,
        typer.Option(help="The source: is anything of it left under the masks? It does not leave this machine."),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for the signed report.json and for report.html.")
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
            help="Draw this many frames at random, write their pictures and a form for the answers, and stop."
        ),
    ] = None,
    answers: Annotated[
        Path | None, typer.Option(metavar="FORM", help="The form with a person's answers on the drawn frames.")
    ] = None,
    check: Annotated[
        Path | None,
        typer.Option(
            metavar="REPORT", help="Only confirm that this report.json is genuine and about FILE. Needs --key."
        ),
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(metavar="PUBLIC", help="With --check: the signer's public key (a PEM file) or its fingerprint."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that exist.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Progress and results as JSON lines on stdout.")] = False,
) -> None:
    """Check a released file independently of what redacted it, and prove it with a signed report."""
    if (check is None) != (key is None):
        raise UsageError("--check and --key belong together: a report, and the key of whoever signed it.")
    if check is not None and key is not None:
        others = (plan, original, report, c2pa, sample, answers)
        if any(option is not None for option in others):
            raise UsageError("--check only confirms a report. Leave the other options away.")
        _confirm(check, file, key, json)
    elif sample is not None:
        _draw(file, sample, report, force, json)
    else:
        _check(file, plan, original, report, c2pa, answers, force, json)


def _confirm(report: Path, file: Path, key: str, json: bool) -> None:
    from passerby.verify.report.signing import check

    try:
        content = report.read_bytes()
    except OSError as error:
        raise ProofError(f"The report {report} cannot be read: {error.strerror}. Check the name.") from error
    signed = check(content, file, key)
    proof = signed.proof
    if json:
        line = {"event": "confirmed", "file": file.name, "verdict": proof.verdict, "made": proof.made}
        typer.echo(jsonlib.dumps({**line, "fingerprint": signed.signature.fingerprint}))
        return
    typer.echo(f"{file}: this is the file that the report is about, and the report was not changed since it was signed")
    typer.echo(f"  signed with the key {signed.signature.fingerprint}")
    typer.echo(f"  the report of {proof.made} says: {SAID[proof.verdict]}")


def _draw(file: Path, count: int, report: Path | None, force: bool, json: bool) -> None:
    from passerby.sink.output_file import write_text_atomically
    from passerby.verify.report import random_draw as drawing

    folder = _folder(report / "sample" if report is not None else file.with_name(f"{file.stem}.sample"))
    drawn = drawing.draw(file, count)
    form, frames = folder / "answers.txt", folder / "frames.json"
    write_text_atomically(form, drawing.form(drawn, file.name), force)
    write_text_atomically(frames, drawn.model_dump_json(indent=1) + "\n", force)
    for one, png in drawing.pictures(file, drawn):
        _write(folder / drawing.picture_name(one), png)
    if json:
        typer.echo(jsonlib.dumps({"event": "drawn", "form": str(form), **drawn.model_dump(mode="json")}))
        return
    typer.echo(f"{len(drawn.frames)} of {drawn.population} frames were drawn at random: {folder}")
    typer.echo(f"Look at each picture and write the answers into {form}. Then:")
    typer.echo(f"  passerby verify {file} --answers {form} --report {report or 'DIR'}")


def _check(
    file: Path,
    plan: Path | None,
    original: Path | None,
    report: Path | None,
    c2pa: tuple[Path, Path] | None,
    answers: Path | None,
    force: bool,
    json: bool,
) -> None:
    # Here, not above: `passerby --help` need not wait for decoders and models.
    from passerby.jobs.progress_output import progress
    from passerby.verify.report.random_draw import read_form
    from passerby.verify.report.signing import load_key, sign
    from passerby.verify.verify import verify as look

    if c2pa is not None and report is None:
        raise UsageError("--c2pa writes a copy of the file: name a folder for it with --report.")
    folder = _folder(report) if report is not None else None
    names = ("report.json", "report.html", *([file.name] if c2pa is not None else []))
    for path in (folder / name for name in names) if folder is not None else ():
        if path.exists() and not force:
            raise OutputError(f"{path} already exists. Use --force to replace it, or choose another folder.")
    bound = read_form(_text(answers), file) if answers is not None else None
    key = load_key() if folder is not None else None  # before the work: it may fail
    shown = progress(json=json)
    try:
        proof = look(file, plan=plan, original=original, bound=bound, progress=shown)
    finally:
        shown.finish()
    signed = None
    if folder is not None and key is not None:
        if c2pa is not None:
            proof = _with_credentials(proof, file, folder / file.name, *c2pa)
        signed = sign(proof, key)
        _save(signed, folder)
    _say(proof, signed, folder, json)
    raise typer.Exit(3 if proof.needs_a_person else 0)


def _with_credentials(proof: Proof, file: Path, target: Path, certificate: Path, key: Path) -> Proof:
    from passerby.sink.output_file import OutputFile
    from passerby.verify.report.c2pa import add_credentials

    with OutputFile(target, force=True, source=file) as output:
        added = add_credentials(file, output.part, certificate, key, proof)
        output.commit()
    return proof.model_copy(update={"credentials": added.model_copy(update={"name": target.name})})


def _save(signed: SignedProof, folder: Path) -> None:
    from passerby.sink.output_file import write_text_atomically
    from passerby.verify.report.html import page
    from passerby.verify.report.signing import to_json

    write_text_atomically(folder / "report.json", to_json(signed), force=True)
    write_text_atomically(folder / "report.html", page(signed), force=True)


def _say(proof: Proof, signed: SignedProof | None, folder: Path | None, json: bool) -> None:
    if json:
        content = (signed or proof).model_dump(mode="json", exclude_none=True)
        typer.echo(
            jsonlib.dumps({"event": "verified", "report": str(folder / "report.json") if folder else None, **content})
        )
        return
    typer.echo(f"{proof.file.name}: {SAID[proof.verdict]}")
    for check in proof.checks:
        why = f": {check.why}" if check.why else ""
        typer.echo(f"  {MARKS[check.outcome]:8} {check.title}{why}")
    for one in proof.suspects[:SHOWN]:
        typer.echo(f"  look at {_moment(one)}: {one.what}{_place(one)}")
    if len(proof.suspects) > SHOWN:
        typer.echo(f"  and {len(proof.suspects) - SHOWN} more")
    if signed is not None and folder is not None:
        from passerby.verify.report.signing import PUBLIC, config_folder

        typer.echo(f"  report: {folder / 'report.html'} and report.json")
        typer.echo(f"  signed with the key {signed.signature.fingerprint}")
        typer.echo(
            f"  to be given to whoever checks it, on another way: that number, or {config_folder(os.environ) / PUBLIC}"
        )


def _moment(one: Suspicion) -> str:
    return "the file" if one.time is None else f"{one.time:.2f} s"


def _place(one: Suspicion) -> str:
    if one.box is None:
        return ""
    x1, y1, x2, y2 = (round(v) for v in one.box)
    return f" (at {x1}, {y1} to {x2}, {y2})"


def _folder(path: Path) -> Path:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"The folder {path} cannot be made: {error.strerror}. Choose another.") from error
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
        raise ProofError(f"The answers {path} cannot be read: {error}.") from error
