"""`passerby fleet`: many sites, their health and published counts, never a picture."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from passerby.cli.common.terminal import Terminal, echo
from passerby.core.errors import UsageError

if TYPE_CHECKING:  # the other commands need no database, whose import is slow
    from passerby.fleet.setup import FleetFolder
    from passerby.fleet.store.anchors import AnchorFinding, LogCopy, SiteAnchors

app = typer.Typer(help="Many sites: health and published counts, never a picture.", no_args_is_help=True)

Folder = Annotated[Path, typer.Option("--folder", envvar="PASSERBY_FLEET", help="The folder of the fleet.")]
_FOLDER = Path("fleet")
_MEANING = {
    "rewritten": "its audit log was rewritten: row {row} was stated with two different hashes",
    "truncated": "its audit log became shorter: its head is row {row}, and was a later one before",
    "row_missing": "the copy lacks row {row}, whose hash was kept",
    "row_changed": "row {row} of the copy is not the one whose hash was kept",
    "broken_chain": "row {row} of the copy does not follow from the row before",
    "retention_violated": "recordings are past their retention, as the site itself attests",
    "not_attested": "it has not attested its retention for three days",
}


@app.command()
def init(
    name: Annotated[str, typer.Option(help="Name of the fleet, as people know it.")] = "Fleet",
    address: Annotated[
        str, typer.Option(help="Name or IP address of this machine, as sites know it. It is in the certificates.")
    ] = "localhost",
    mqtt: Annotated[
        bool, typer.Option("--mqtt", help="Use an MQTT broker too; the files of a mosquitto are made either way.")
    ] = False,
    folder: Folder = _FOLDER,
) -> None:
    """Make a fleet: its settings, its certificate authority, and an embedded database."""
    from passerby.fleet.setup import FleetFolder, initialise
    from passerby.store.database import Database

    initialise(FleetFolder(folder), name, address, mqtt)
    Database.open(folder / "data", create=True).close()
    echo(f"{folder}: a fleet. Add a site: passerby fleet add NAME --folder {folder}")
    echo(f"Run it: passerby fleet serve --folder {folder}")
    if mqtt:
        echo(f"Its broker: mosquitto -c {folder / 'broker' / 'mosquitto.conf'}")


@app.command()
def add(
    site: Annotated[str, typer.Argument(help="Name of the site: small letters, digits and -.")],
    display_name: Annotated[str | None, typer.Option(help="Its name, as people know it.")] = None,
    position: Annotated[
        str | None, typer.Option(help="Where it is on the plan: X,Y from 0 to 1, from the left and from the top.")
    ] = None,
    renew: Annotated[
        bool, typer.Option("--renew", help="New credentials for a site that has some; the old ones become invalid.")
    ] = False,
    folder: Folder = _FOLDER,
) -> None:
    """Add a site, and make the credentials file with which it sends. Copy that file to the site, and to nobody else."""
    from passerby.config.fleet.settings import database_address
    from passerby.fleet.setup import FleetFolder, add_credentials
    from passerby.fleet.store.database import FleetDatabase
    from passerby.fleet.store.sites import FleetSites

    place = FleetFolder(folder)
    with FleetDatabase(database_address(folder, place.settings())) as database:
        sites = FleetSites(database)
        if not renew:
            sites.add(site, display_name or site, int(time.time()), _position(position))
        elif sites.find(site) is None:
            raise UsageError(f"There is no site {site} in this fleet. Add it without --renew.")
        sites.set_certificate(site, add_credentials(place, site))
    if renew:
        _tell_broker(place)
    echo(f"{place.credentials(site)}: credentials of {site}. Copy this file to the site, beside its site.yaml, and add")
    echo(f"there:\n\nuplink:\n  fleet:\n    credentials: {site}.pem\n    by: {_transport(place)}\n")


@app.command()
def remove(
    site: Annotated[str, typer.Argument(help="Name of the site.")],
    folder: Folder = _FOLDER,
) -> None:
    """Take nothing more from a site. What it has sent stays."""
    from passerby.config.fleet.settings import database_address
    from passerby.fleet.setup import FleetFolder, revoke_credentials
    from passerby.fleet.store.database import FleetDatabase
    from passerby.fleet.store.sites import FleetSites

    place = FleetFolder(folder)
    with FleetDatabase(database_address(folder, place.settings())) as database:
        if FleetSites(database).find(site) is None:
            raise UsageError(f"There is no site {site} in this fleet.")
        FleetSites(database).set_certificate(site, None)
    revoke_credentials(place, site)
    echo(f"{site}: its messages are refused from now on. To let it send again: passerby fleet add {site} --renew")
    _tell_broker(place)


@app.command()
def serve(folder: Folder = _FOLDER) -> None:
    """Receive what sites send, and serve the pages, until it is stopped."""
    from passerby.cli.common.fleet_server import run_fleet

    run_fleet(folder)


@app.command()
def audit(
    log: Annotated[
        list[str] | None,
        typer.Option(
            "--log",
            metavar="SITE=FILE",
            help="Check a copy of the audit log of a site too, made there with: passerby audit follow --no-wait > FILE",
        ),
    ] = None,
    folder: Folder = _FOLDER,
) -> None:
    """Check what was kept of the audit logs and retention attestations of all sites: a site that rewrote or truncated
    its log is found out. Exit code 3 when something is wrong."""
    from passerby.config.fleet.settings import database_address
    from passerby.fleet.setup import FleetFolder
    from passerby.fleet.store.anchors import site_anchors
    from passerby.fleet.store.database import FleetDatabase
    from passerby.fleet.store.sites import FleetSites

    copies = dict(_copy(text) for text in log or ())
    place = FleetFolder(folder)
    with FleetDatabase(database_address(folder, place.settings())) as database:
        sites = FleetSites(database).all()
        unknown = sorted(set(copies) - {site.name for site in sites})
        if unknown:
            raise UsageError(f"There is no site {unknown[0]} in this fleet.")
        found = [site_anchors(database, site, time.time(), copies.get(site.name)) for site in sites]
    Terminal(markup=False).print(_anchors_table(found))
    for one in found:
        for finding in one.findings:
            echo(f"{one.site}: {_describe(finding)}")
    if any(one.findings for one in found):
        raise typer.Exit(3)
    echo("Nothing is wrong with what was kept.")


def _position(text: str | None) -> tuple[float, float] | None:
    if text is None:
        return None
    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError:
        raise UsageError(f"{text!r} is not a position. Write two numbers from 0 to 1, as 0.25,0.5") from None
    return x, y


def _tell_broker(place: FleetFolder) -> None:
    """A broker reads the list of revoked certificates when it is told to, and when it starts."""
    if place.settings().mqtt is not None:
        echo(
            f"Let the broker read {place.revoked} now: systemctl reload mosquitto, or SIGHUP to its process. From then "
            "on it refuses the old certificate. A connection that is open stays until it ends: restart the broker "
            "where that must not wait.",
            err=True,
        )


def _transport(place: FleetFolder) -> str:
    return "https" if place.settings().mqtt is None else "mqtt"


def _copy(text: str) -> tuple[str, LogCopy]:
    from passerby.fleet.store.anchors import LogCopy

    site, separator, name = text.partition("=")
    if not separator:
        raise UsageError(f"{text!r} names no site. Write SITE=FILE.")
    try:
        return site, LogCopy.parse(Path(name).read_text(encoding="utf-8").splitlines())
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{name} cannot be read: {error}. Check its name.") from None


def _describe(finding: AnchorFinding) -> str:
    return _MEANING[finding.flaw.value].format(row=finding.row)


def _anchors_table(found: list[SiteAnchors]) -> Table:
    table = Table("site", "heads kept", "newest head", "retention", "wrong")
    for one in found:
        newest = "" if one.newest is None else f"{one.newest[0]}:{one.newest[1][:12]}…"
        table.add_row(
            one.site, str(one.kept), newest, one.verdict or "", str(len(one.findings)) if one.findings else ""
        )
    return table
