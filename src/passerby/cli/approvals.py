"""Clips by two persons at the command line: asked for here, agreed to by another on the pages, and taken here."""

from __future__ import annotations

import json as jsonlib
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from passerby.cli.os_user import person
from passerby.core.errors import StoreError, UsageError

if TYPE_CHECKING:  # the other commands do not need a database, nor its start
    from pydantic import JsonValue

    from passerby.store.accounts.approvals import Consent
    from passerby.store.audit.log import Deed
    from passerby.store.database import Database

Data = Annotated[
    Path, typer.Option("--data", envvar="PASSERBY_DATA", help="The data folder, as `data` in site.yaml names it.")
]


def ask(database: Database, camera: str, begins: float, ends: float, purpose: str) -> int:
    """Write down that a clip is wanted. The number by which it is taken when a second person has agreed."""
    from passerby.core.clock import SystemClock
    from passerby.store.accounts.approvals import Consents, Kind
    from passerby.store.audit.log import Deed
    from passerby.store.recordings.approval_clips import asked_for

    row = note(database, Deed.EXPORT, asked_for(camera, begins, ends, waits=True), purpose)
    body: dict[str, JsonValue] = {"camera": camera, "begins": begins, "ends": ends, "row": row}
    return Consents(database).ask(Kind.EXPORT, person(), purpose, body, SystemClock().now().wall).id


def say_asked(number: int, json: bool) -> None:
    """What has to be done now."""
    if json:
        typer.echo(jsonlib.dumps({"asked": number, "state": "waiting"}))
        return
    typer.echo(
        f"Here a clip takes two persons (pages: two_persons in site.yaml), so nothing was exported. Yours is asked for "
        f"as number {number}. Somebody else, an operator or an administrator, looks at it on the pages under Clips and "
        f"agrees within a day. Then take it: passerby recordings take {number}"
    )


def take(
    number: Annotated[int, typer.Argument(help="The number that `passerby recordings export` has said.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="MP4 to write; by default CAMERA-FROM.mp4 here.")
    ] = None,
    data: Data = Path("data"),
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace the output and its report.")] = False,
) -> None:
    """Take a clip that you have asked for and somebody else has agreed to, where a clip takes two persons. That it was
    taken is written down first."""
    from passerby.store.audit.log import Deed
    from passerby.store.database import Database
    from passerby.store.recordings.approval_clips import clip_folder, clip_name

    if output is not None and output.suffix.lower() != ".mp4":
        raise UsageError(f"Recordings are exported as MP4. Give a name that ends in .mp4 instead of {output.name}.")
    with Database.open(data) as database:
        clip = _agreed(database, number)
        note(database, Deed.TAKEN, {"camera": clip.body["camera"], "asked_in": clip.body["row"]}, clip.purpose)
        for n, file in enumerate(clip.told["files"]):
            film = clip_folder(database, clip) / str(file["name"])
            path = Path(clip_name(clip, n, ".mp4")) if output is None else _numbered(output, n)
            _copy(film, path, force)
            typer.echo(f"{path}: {file['seconds']:.1f} s, {file['frames']} frames; SHA-256 {file['sha256']}")


def note(database: Database, what: Deed, on: dict[str, JsonValue], purpose: str) -> int:
    """Into the log, before it is done. The number of the row."""
    from passerby.core.clock import SystemClock, boot_id
    from passerby.store.audit.log import Entry, write

    return write(database, Entry.of(person(), what, on, SystemClock().now(), boot_id(), purpose)).number


def _agreed(database: Database, number: int) -> Consent:
    """Raises StoreError while it cannot be taken, and when it no longer can."""
    from passerby.store.accounts.approvals import Consents, Kind, Stage

    clip = Consents(database).get(number)
    if clip is None or clip.kind is not Kind.EXPORT:
        raise StoreError(f"No clip was asked for as number {number}.")
    if clip.who != person():
        raise StoreError(f"{clip.who} has asked for number {number}, and only they may take it. You are {person()}.")
    if clip.state is Stage.DONE:
        return clip
    raise StoreError(
        {
            Stage.WAITING: f"Number {number} still waits for a second person, who agrees on the pages under Clips.",
            Stage.AGREED: f"{clip.by} has agreed to number {number}, and it is being made. Try again in a moment.",
            Stage.REFUSED: f"{clip.by} has refused number {number}.",
            Stage.FAILED: f"Number {number} could not be made: {clip.told.get('problem')}",
            Stage.GONE: f"Number {number} is no longer kept: clips wait for a day. Ask for it again.",
        }[clip.state]
    )


def _numbered(output: Path, n: int) -> Path:
    return output if not n else output.with_stem(f"{output.stem}-{n + 1}")


def _copy(film: Path, path: Path, force: bool) -> None:
    """The film and its report, each whole or not at all."""
    from passerby.sink.output_file import OutputFile
    from passerby.sink.recording.export import report_path

    for source, target in ((report_path(film), report_path(path)), (film, path)):
        with OutputFile(target, force) as out:
            try:
                shutil.copyfile(source, out.part)
            except FileNotFoundError:
                raise StoreError("It is no longer kept: clips wait for a day. Ask for it again.") from None
            out.commit()
