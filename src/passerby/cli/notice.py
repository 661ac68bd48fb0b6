"""`passerby notice`: the public page, the sign and the data protection pack, from the running configuration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationError

from passerby.cli.common.terminal import echo
from passerby.cli.status import fetch_status
from passerby.config.site import Site
from passerby.config.site_file import load_site
from passerby.core.errors import OutputError, PasserbyError, StoreError
from passerby.documents.status import SiteStatus

if TYPE_CHECKING:  # the other commands do not need the database, which is slow to import
    from passerby.notice.site_facts import SiteFacts
    from passerby.notice.view_outline import ViewOutline
    from passerby.store.recordings.index import Recordings
    from passerby.store.recordings.retention_attestation import RetentionAttestation

app = typer.Typer(help="Generate the public page, the sign and the data protection pack.", no_args_is_help=True)

Config = Annotated[Path, typer.Option("--config", "-c", help="The site file (site.yaml).")]
Out = Annotated[Path, typer.Option("--out", help="Output folder; created if it does not exist.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite existing files.")]
_SITE, _OUT = Path("site.yaml"), Path("notice")


@app.command()
def page(config: Config = _SITE, out: Out = _OUT, force: Force = False) -> None:
    """Write the public page as self-contained files for your own web server: index.html, and one file for each further
    language. `passerby watch` serves the same page at /notice."""
    from passerby.config.notice import Language
    from passerby.notice.page import render_page

    site = load_site(config, secrets=())
    facts = _facts(site, with_outlines=True)
    languages = facts.notice.languages

    def link(language: Language) -> str:
        return "index.html" if language is languages[0] else f"{language.value}.html"

    _write(out, {link(language): render_page(facts, language, link).encode() for language in languages}.items(), force)


@app.command()
def sign(config: Config = _SITE, out: Out = _OUT, force: Force = False) -> None:
    """Write a sign to print (A4), with a QR code that links to the public page: sign.pdf and sign.svg."""
    from passerby.core.clock import SystemClock
    from passerby.notice.sign import make_sign, sign_pdf, sign_svg
    from passerby.notice.site_facts import site_facts

    content = make_sign(site_facts(load_site(config, secrets=()), SystemClock().now(), None, None))
    _write(out, [("sign.pdf", sign_pdf(content)), ("sign.svg", sign_svg(content).encode())], force)


@app.command()
def pack(config: Config = _SITE, out: Out = _OUT, force: Force = False) -> None:
    """Write the data protection pack as HTML and PDF: record of processing activities, draft of an impact assessment,
    technical measures with the tests that verify them, and the retention statement, the latter as JSON too.

    Exit code 3 when recordings are, or may be, older than the retention limit, or the statement has other findings.
    """
    from passerby.notice.data_protection_pack import data_protection_pack

    site = load_site(config, secrets=())
    facts = _facts(site, with_outlines=True)
    attestation = _retention_attestation(site)
    _write(out, data_protection_pack(facts, attestation), force)
    _exit_unless_compliant(attestation)


@app.command()
def retention(
    config: Config = _SITE,
    json: Annotated[bool, typer.Option("--json", help="Write JSON to standard output.")] = False,
) -> None:
    """Check that no recording is older than the retention limit.

    Exit code 3 when one is or may be, or when this cannot be verified.
    """
    from zoneinfo import ZoneInfo

    from passerby.config.notice import Language
    from passerby.notice.catalogue import Translator
    from passerby.notice.retention_statement import VERDICT_KEYS, reason_texts

    site = load_site(config, secrets=())
    attestation = _retention_attestation(site)
    if json:
        echo(attestation.model_dump_json(indent=1))
    else:
        tr = Translator(Language.EN, ZoneInfo(site.timezone))
        echo(tr(f"retention.{VERDICT_KEYS[attestation.verdict]}"))
        for reason in reason_texts(attestation, tr):
            echo(f"  {reason}")
    _exit_unless_compliant(attestation)


def _facts(site: Site, *, with_outlines: bool) -> SiteFacts:
    from passerby.core.clock import SystemClock
    from passerby.notice.site_facts import read_store_facts, require_notice, site_facts

    require_notice(site)
    now = SystemClock().now()
    try:
        with _recordings(site) as recordings:
            outlines = _outlines(site, recordings, now.wall) if with_outlines else {}
            return site_facts(site, now, read_store_facts(recordings, now), _status(site), outlines)
    except StoreError as error:
        echo(f"Continuing without the facts from the recordings: {error}", err=True)
        return site_facts(site, now, None, _status(site))


def _outlines(site: Site, recordings: Recordings, now: float) -> Mapping[str, ViewOutline | None]:
    from passerby.notice.view_outline import view_outline
    from passerby.store.counts.events_and_counts import CountStore

    counts = CountStore(recordings.database, site.topic)
    return {camera: view_outline(recordings, counts, camera, now) for camera in site.cameras}


def _retention_attestation(site: Site) -> RetentionAttestation:
    from passerby.core.clock import SystemClock, boot_id
    from passerby.store.recordings.retention_attestation import attest_retention
    from passerby.watch.retention import retention_of

    with _recordings(site) as recordings:
        return attest_retention(recordings.database, retention_of(site), boot_id(), SystemClock().now())


def _recordings(site: Site) -> Recordings:
    from passerby.store.recordings.index import Recordings

    return Recordings.open(Path(site.data))


def _status(site: Site) -> SiteStatus | None:
    """The status of the cameras, if `passerby watch` runs on this machine for this site."""
    try:
        status = SiteStatus.model_validate_json(fetch_status(site.status.port))
    except (PasserbyError, ValidationError):
        return None
    return status if status.name == site.name else None


def _write(folder: Path, files: Iterable[tuple[str, bytes]], force: bool) -> None:
    from passerby.sink.output_file import OutputFile, output_error

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"Cannot create {folder}: {error.strerror}. Choose another folder with --out.") from error
    for name, content in files:
        path = folder / name
        with OutputFile(path, force=force) as file:
            try:
                file.temp_path.write_bytes(content)
            except OSError as error:
                raise output_error(path, error) from error
            file.commit()
        echo(str(path))


def _exit_unless_compliant(attestation: RetentionAttestation) -> None:
    if attestation.reasons:
        raise typer.Exit(3)
