"""`passerby review`: the review page in the browser, to check and correct what was detected, and to export."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Annotated

import typer

from passerby.cli.common.os_user import user_name
from passerby.cli.common.terminal import echo
from passerby.core.errors import UsageError
from passerby.jobs.inputs import collect_jobs
from passerby.jobs.output_names import is_media

#: Characters of the password of a server that other machines can reach.
MIN_PASSWORD_CHARS = 10
#: In the home of whoever starts the program.
CASES_FOLDER = "passerby-cases"


def review(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILE...]",
            help="Videos and stills, or one folder, which is opened as a case. Without: the start page with all cases.",
        ),
    ] = None,
    host: Annotated[
        str,
        typer.Option(help="Address to listen on. Other than loopback: with password and TLS, and without originals."),
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 for any free one.", min=0, max=65535)] = 8765,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Print the URL; do not open a browser.")] = False,
    reviewer: Annotated[
        str | None, typer.Option(help="Name of the reviewer, saved with each correction; by default the user name.")
    ] = None,
    cases: Annotated[
        Path | None,
        typer.Option("--cases", help="Folder in which new cases are made; by default passerby-cases in your home."),
    ] = None,
    root: Annotated[
        Path | None,
        typer.Option(help="The page lists files and folders below this one, to add them to a case; by default home."),
    ] = None,
    password_file: Annotated[
        Path | None,
        typer.Option("--password-file", help="File with the password on its first line; by default you are asked."),
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option("--certificate", help="TLS certificate (PEM); by default a self-signed one.")
    ] = None,
    key: Annotated[Path | None, typer.Option("--key", help="Private key of --certificate (PEM).")] = None,
) -> None:
    """Review detections, correct them, and release files or whole cases, in a web page that this machine serves."""
    # Imported here: other commands need no web server, and should not wait for it.
    from passerby.cases.case_list import CaseList
    from passerby.cases.folder_browser import FolderBrowser
    from passerby.cli.common.browser import open_in_browser, redirect_file
    from passerby.cli.common.case_files import find_media
    from passerby.config.web import is_loopback
    from passerby.review.files import ReviewPaths
    from passerby.review.library import ReviewLibrary
    from passerby.server.auth import SessionAuth, new_token
    from passerby.server.review.app import review_app
    from passerby.server.serve import listen, serve
    from passerby.server.spa import is_built
    from passerby.server.tls import load_certificate, self_signed
    from passerby.store.accounts.passwords import hash_password

    if not is_built():
        raise UsageError("The page is not built in this copy. Run scripts/install, which needs npm, and try again.")
    if (certificate is None) != (key is None):
        raise UsageError("--certificate and --key go together. Give both, or neither.")
    given = files or []
    as_case = not given or (len(given) == 1 and given[0].is_dir())
    jobs = [] if as_case else collect_jobs(given, None, None).jobs
    local = is_loopback(host)
    token = new_token() if local and password_file is None else None
    auth = (
        SessionAuth(token=token)
        if token is not None
        else SessionAuth(password=hash_password(_read_password(password_file)))
    )
    tls = load_certificate(certificate, key) if certificate is not None and key is not None else None
    if tls is None and not local:
        tls = self_signed(_tls_folder(), host)
    listener = listen(host, port)
    port = listener.getsockname()[1]
    paths = [ReviewPaths(job.source, job.output, job.report_path, job.plan_path) for job in jobs]
    library = ReviewLibrary(paths, reviewer or user_name())
    case_list = CaseList(cases or Path.home() / CASES_FOLDER, library, find_media) if as_case else None
    start_case = case_list.open_folder(given[0]).id if case_list is not None and given else None
    browser = FolderBrowser(root or Path.home(), is_media) if as_case else None
    app = review_app(
        library,
        auth,
        host,
        port,
        secure=tls is not None,
        cases=case_list,
        browser=browser,
        start_case=start_case,
    )
    url_host = f"[{host.strip('[]')}]" if ":" in host else host
    url = f"{'https' if tls else 'http'}://{url_host}:{port}/" + (f"?token={token}" if token else "")

    def ready() -> None:
        echo(f"Review at {url}")
        if tls is not None:
            echo(f"SHA-256 of the certificate: {tls.fingerprint}")
        echo("Corrections are saved as you make them. Stop with Ctrl+C.")
        sys.stdout.flush()
        if page is not None and not open_in_browser(page):
            echo("No browser could be started. Open the address above.")

    with ExitStack() as stack:
        page = None
        if local and not no_browser:
            with suppress(OSError):  # the address is printed all the same
                page = stack.enter_context(redirect_file(url))
        serve(app, listener, tls, ready)


def _read_password(path: Path | None) -> str:
    if path is not None:
        try:
            password = path.read_text(encoding="utf-8").partition("\n")[0].strip()
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"Cannot read the password file {path}: {error}.") from error
    elif sys.stdin.isatty():
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    else:
        raise UsageError("Other machines can reach this address, so a password is needed. Give --password-file.")
    if len(password) < MIN_PASSWORD_CHARS:
        raise UsageError(f"The password is too short. Use {MIN_PASSWORD_CHARS} characters or more.")
    return password


def _tls_folder() -> Path:
    data = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(data) / "passerby" / "tls"
