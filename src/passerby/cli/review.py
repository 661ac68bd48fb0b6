"""`passerby review`: a page in the browser to put right what was found, and to export."""

from __future__ import annotations

import getpass
import os
import sys
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from passerby.core.errors import UsageError
from passerby.jobs.inputs import read_inputs


def review(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Videos, stills, or folders of them.")],
    host: Annotated[
        str, typer.Option(help="Address to listen on. Other than loopback: with password and TLS, without originals.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes any that is free.", min=0, max=65535)] = 8765,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Print the address, and open no browser.")] = False,
    who: Annotated[
        str | None, typer.Option(help="Name that corrections are kept under; by default that of the account.")
    ] = None,
    password_file: Annotated[
        Path | None,
        typer.Option("--password-file", help="File with the password on its first line; asked for otherwise."),
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option("--certificate", help="TLS certificate (PEM); by default one is made.")
    ] = None,
    key: Annotated[Path | None, typer.Option("--key", help="Private key of --certificate (PEM).")] = None,
) -> None:
    """Look at what was found, correct it, and export: a page in the browser, served by this machine alone."""
    # Here, not above: other commands need neither a server nor its start.
    from passerby.config.web import is_loopback
    from passerby.review.files import Given
    from passerby.review.library import Shelf
    from passerby.server.auth import Auth, hashed, new_token
    from passerby.server.review.app import review_app
    from passerby.server.serve import listen, serve
    from passerby.server.spa import is_built
    from passerby.server.tls import given, own

    if not is_built():
        raise UsageError("The page was not built with this copy. Run scripts/install, which needs npm, and try again.")
    if (certificate is None) != (key is None):
        raise UsageError("--certificate and --key go together. Give both, or none.")
    jobs = read_inputs(files, None, None).jobs
    local = is_loopback(host)
    token = new_token() if local and password_file is None else None
    auth = Auth(token=token) if token is not None else Auth(password=hashed(_password(password_file)))
    tls = given(certificate, key) if certificate is not None and key is not None else None
    if tls is None and not local:
        tls = own(_folder(), host)
    taken = listen(host, port)
    port = taken.getsockname()[1]
    shelf = Shelf([Given(job.source, job.output, job.report, job.plan) for job in jobs], who or _account())
    app = review_app(shelf, auth, host, port, secure=tls is not None)
    shown = f"[{host.strip('[]')}]" if ":" in host else host
    address = f"{'https' if tls else 'http'}://{shown}:{port}/" + (f"?token={token}" if token else "")

    def ready() -> None:
        typer.echo(f"Review at {address}")
        if tls is not None:
            typer.echo(f"SHA-256 of the certificate: {tls.fingerprint}")
        typer.echo("Corrections are saved as you make them. Stop with Ctrl+C.")
        sys.stdout.flush()
        if not no_browser and local:
            webbrowser.open(address)

    serve(app, taken, tls, ready)


def _account() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "reviewer"


def _password(path: Path | None) -> str:
    if path is not None:
        try:
            password = path.read_text(encoding="utf-8").partition("\n")[0].strip()
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"The password file {path} cannot be read: {error}.") from error
    elif sys.stdin.isatty():
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    else:
        raise UsageError("Other machines can reach this address, so a password is needed. Give --password-file.")
    if len(password) < 10:
        raise UsageError("The password is too short. Take ten characters or more.")
    return password


def _folder() -> Path:
    data = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(data) / "passerby" / "tls"
