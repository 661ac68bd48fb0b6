"""`passerby notice`: what people may know, from the running configuration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationError

from passerby.cli.status import asked
from passerby.config.site import Site
from passerby.config.site_file import load_site
from passerby.core.errors import OutputError, PasserbyError, StoreError
from passerby.documents.status import SiteStatus

if TYPE_CHECKING:  # the other commands do not need a database, nor its start
    from passerby.notice.site_facts import SiteFacts
    from passerby.notice.view_outline import Outline
    from passerby.store.recordings.index import Recordings
    from passerby.store.recordings.retention_attestation import Statement

app = typer.Typer(
    help="What people may know: the public page, the sign, the data protection pack.", no_args_is_help=True
)

Config = Annotated[Path, typer.Option("--config", "-c", help="The file that describes the site.")]
Out = Annotated[Path, typer.Option("--out", help="The folder to write to; it is made where there is none.")]
Force = Annotated[bool, typer.Option("--force", help="Replace what is there.")]
_SITE, _HERE = Path("site.yaml"), Path("notice")


@app.command()
def page(config: Config = _SITE, out: Out = _HERE, force: Force = False) -> None:
    """Write the public page as files that stand alone, for a web server of your own: index.html, and one for each
    further language. `passerby watch` serves the same at /notice."""
    from passerby.config.notice import Language
    from passerby.notice.page import page as written

    site = load_site(config)
    facts = _facts(site, with_outlines=True)
    languages = facts.notice.languages

    def link(language: Language) -> str:
        return "index.html" if language is languages[0] else f"{language.value}.html"

    _write(out, {link(one): written(facts, one, link).encode() for one in languages}.items(), force)


@app.command()
def sign(config: Config = _SITE, out: Out = _HERE, force: Force = False) -> None:
    """Write a sign to print (A4), with a QR code that leads to the public page: sign.pdf and sign.svg."""
    from passerby.core.clock import SystemClock
    from passerby.notice.sign import sign as made
    from passerby.notice.sign import sign_pdf, sign_svg
    from passerby.notice.site_facts import facts

    one = made(facts(load_site(config), SystemClock().now(), None, None))
    _write(out, [("sign.pdf", sign_pdf(one)), ("sign.svg", sign_svg(one).encode())], force)


@app.command()
def pack(config: Config = _SITE, out: Out = _HERE, force: Force = False) -> None:
    """Write the data protection pack, as HTML and PDF: record of processing, draft of an impact assessment, technical
    measures with the tests that show them, and the statement of retention, that one as JSON too.

    Exit code 3 when the statement says that retention is not, or perhaps not, kept.
    """
    from passerby.notice.data_protection_pack import pack as made

    site = load_site(config)
    facts = _facts(site, with_outlines=True)
    stated = _stated(site)
    _write(out, made(facts, stated), force)
    _judge(stated)


@app.command()
def retention(
    config: Config = _SITE,
    json: Annotated[bool, typer.Option("--json", help="Write JSON to standard output.")] = False,
) -> None:
    """Is anything there that is older than it may be? Exit code 3 when something is, or may be."""
    from zoneinfo import ZoneInfo

    from passerby.config.notice import Language
    from passerby.notice.catalogue import Words
    from passerby.notice.retention_statement import VERDICT, reasons

    site = load_site(config)
    stated = _stated(site)
    if json:
        typer.echo(stated.model_dump_json(indent=1))
    else:
        words = Words(Language.EN, ZoneInfo(site.timezone))
        typer.echo(words(f"retention.{VERDICT[stated.verdict]}"))
        for reason in reasons(stated, words):
            typer.echo(f"  {reason}")
    _judge(stated)


def _facts(site: Site, *, with_outlines: bool) -> SiteFacts:
    from passerby.core.clock import SystemClock
    from passerby.notice.site_facts import facts, noticed, stored

    noticed(site)
    now = SystemClock().now()
    try:
        with _recordings(site) as recordings:
            outlines = _outlines(site, recordings, now.wall) if with_outlines else {}
            return facts(site, now, stored(recordings, now), _status(site), outlines)
    except StoreError as error:
        typer.echo(f"Without what is recorded: {error}", err=True)
        return facts(site, now, None, _status(site))


def _outlines(site: Site, recordings: Recordings, now: float) -> Mapping[str, Outline | None]:
    from passerby.notice.view_outline import outline
    from passerby.store.counts.events_and_counts import Counts

    counts = Counts(recordings.database, site.topic)
    return {camera: outline(recordings, counts, camera, now) for camera in site.cameras}


def _stated(site: Site) -> Statement:
    from passerby.core.clock import SystemClock, boot_id
    from passerby.store.recordings.retention_attestation import statement
    from passerby.watch.retention import retention as limits

    with _recordings(site) as recordings:
        return statement(recordings.database, limits(site), boot_id(), SystemClock().now())


def _recordings(site: Site) -> Recordings:
    from passerby.store.recordings.index import Recordings

    return Recordings.open(Path(site.data))


def _status(site: Site) -> SiteStatus | None:
    """How its cameras are, if `passerby watch` runs here and is of this site."""
    try:
        status = SiteStatus.model_validate_json(asked(site.status.port))
    except (PasserbyError, ValidationError):
        return None
    return status if status.name == site.name else None


def _write(folder: Path, files: Iterable[tuple[str, bytes]], force: bool) -> None:
    from passerby.sink.output_file import OutputFile, output_error

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder} cannot be made: {error.strerror}. Choose another one with --out.") from error
    for name, content in files:
        path = folder / name
        with OutputFile(path, force=force) as file:
            try:
                file.part.write_bytes(content)
            except OSError as error:
                raise output_error(path, error) from error
            file.commit()
        typer.echo(str(path))


def _judge(stated: Statement) -> None:
    if stated.reasons:
        raise typer.Exit(3)
