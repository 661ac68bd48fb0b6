"""`passerby accounts`: who may use the pages of a site. The first ones are made here; later ones on the pages too."""

from __future__ import annotations

import json as jsonlib
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from passerby.cli.os_user import person
from passerby.config.roles import Right, Role
from passerby.core.errors import UsageError

if TYPE_CHECKING:  # the other commands do not need a database, nor its start
    from passerby.store.database import Database

app = typer.Typer(help="Who may use the pages of a site: add, list, change, remove.", no_args_is_help=True)

Data = Annotated[
    Path, typer.Option("--data", envvar="PASSERBY_DATA", help="The data folder, as `data` in site.yaml names it.")
]
Json = Annotated[bool, typer.Option("--json", help="Write JSON to standard output.")]
Name = Annotated[str, typer.Argument(help="What they log in as.")]
PasswordFile = Annotated[
    Path | None,
    typer.Option("--password-file", help="File with the password on its first line; asked for otherwise."),
]
Auditor = Annotated[
    str | None,
    typer.Option("--auditor", help="The auditor who agrees, and is asked for a password: for changes of auditors."),
]
AuditorFile = Annotated[
    Path | None, typer.Option("--auditor-password-file", help="File with the auditor's password on its first line.")
]
_HERE = Path("data")


@app.command()
def add(
    name: Name,
    role: Annotated[Role, typer.Option(help="What they are there for.")] = Role.VIEWER,
    oidc: Annotated[
        str | None, typer.Option("--oidc", help="What the other site calls them: they log in there, with no password.")
    ] = None,
    password_file: PasswordFile = None,
    auditor: Auditor = None,
    auditor_password_file: AuditorFile = None,
    data: Data = _HERE,
) -> None:
    """Make an account."""
    from passerby.store.accounts.accounts import Accounts, account_name
    from passerby.store.accounts.passwords import good, hashed
    from passerby.store.database import Database

    name = account_name(name)
    with Database.open(data) as database:
        if Accounts(database).named(name) is not None:
            raise UsageError(f"There is an account called {name} already. Take another name.")
        _agreed(database, role is Role.AUDITOR, auditor, auditor_password_file)
        kept = None if oidc is not None else hashed(good(_password(password_file), name))
        _note(database, {"do": "add", "name": name, "role": role.value}, auditor)
        Accounts(database).add(name, role, _now(), password=kept, oidc=oidc, first=kept is not None)
    typer.echo(f"{name} is {role.value}")


@app.command("list")
def list_accounts(data: Data = _HERE, json: Json = False) -> None:
    """Who has an account."""
    from passerby.store.accounts.accounts import Accounts
    from passerby.store.database import Database

    with Database.open(data) as database:
        found = Accounts(database).all()
    if json:
        typer.echo(jsonlib.dumps([asdict(one) for one in found], indent=1))
        return
    if not found:
        typer.echo("There is no account yet. Make one: passerby accounts add NAME --role administrator")
        return
    table = Table("name", "role", "comes in by", "second factor", "active", "changed")
    for one in found:
        ways = ", ".join(filter(None, ("password" if one.password else "", f"OIDC {one.oidc}" if one.oidc else "")))
        changed = datetime.fromtimestamp(one.changed, UTC).astimezone().strftime("%Y-%m-%d %H:%M")
        table.add_row(one.name, one.role.value, ways, "yes" if one.totp else "", "yes" if one.active else "no", changed)
    Console().print(table)


@app.command()
def change(
    name: Name,
    role: Annotated[Role | None, typer.Option(help="What they are there for from now on.")] = None,
    password: Annotated[bool, typer.Option("--password", help="Give it a new password.")] = False,
    password_file: PasswordFile = None,
    no_factor: Annotated[
        bool, typer.Option("--no-factor", help="Take its second factor away: the telephone is lost.")
    ] = False,
    active: Annotated[
        bool | None, typer.Option("--active/--inactive", help="May it log in?", show_default=False)
    ] = None,
    oidc: Annotated[str | None, typer.Option("--oidc", help="What the other site calls them.")] = None,
    auditor: Auditor = None,
    auditor_password_file: AuditorFile = None,
    data: Data = _HERE,
) -> None:
    """Change an account. All its sessions end."""
    from passerby.store.accounts.accounts import Accounts
    from passerby.store.accounts.passwords import good, hashed
    from passerby.store.database import Database

    values: dict[str, object] = {}
    if role is not None:
        values["role"] = role.value
    if active is not None:
        values["active"] = active
    if oidc is not None:
        values["oidc"] = oidc
    if no_factor:
        values["totp"] = None
    new = password or password_file is not None
    if not values and not new:
        raise UsageError("Nothing is to be changed. Give --role, --password, --no-factor, --active or --inactive.")
    with Database.open(data) as database:
        accounts = Accounts(database)
        account = accounts.known(name)
        _agreed(database, Role.AUDITOR in (account.role, role), auditor, auditor_password_file)
        said: dict[str, object] = {"do": "change", "name": account.name, **values}
        if new:
            values |= {"password": hashed(good(_password(password_file), account.name)), "first": True}
            said["password"] = "new"
        _note(database, said, auditor)
        accounts.change(account.name, _now(), **values)
    typer.echo(f"{account.name} is changed; its sessions have ended")


@app.command()
def remove(name: Name, auditor: Auditor = None, auditor_password_file: AuditorFile = None, data: Data = _HERE) -> None:
    """Take an account away. The log keeps its name."""
    from passerby.store.accounts.accounts import Accounts
    from passerby.store.database import Database

    with Database.open(data) as database:
        account = Accounts(database).known(name)
        _agreed(database, account.role is Role.AUDITOR, auditor, auditor_password_file)
        _note(database, {"do": "remove", "name": account.name}, auditor)
        Accounts(database).remove(account.name)
    typer.echo(f"{account.name} is removed")


@app.command()
def end(name: Name, data: Data = _HERE) -> None:
    """End all sessions of an account at once."""
    from passerby.store.accounts.accounts import Accounts
    from passerby.store.accounts.sessions import Sessions
    from passerby.store.database import Database

    with Database.open(data) as database:
        account = Accounts(database).known(name)
        _note(database, {"do": "end sessions", "name": account.name}, None)
        count = Sessions(database).close_all_of(account.name)
    typer.echo(f"{count} sessions of {account.name} have ended")


@app.command()
def ceiling(
    days: Annotated[str | None, typer.Argument(help="Days, or none; shown, when left out.")] = None,
    auditor: Auditor = None,
    auditor_password_file: AuditorFile = None,
    data: Data = _HERE,
) -> None:
    """For how many days recordings may stay at most, whatever site.yaml says. Raising it takes an auditor."""
    from passerby.store.database import Database
    from passerby.store.recordings.retention_limit import read_ceiling, set_ceiling

    with Database.open(data) as database:
        now = read_ceiling(database)
        if days is not None:
            wanted = _days(days)
            raises = not now.allows(wanted, frozenset({Right.CHANGE}))
            _agreed(database, raises, auditor, auditor_password_file)
            _note(database, {"do": "ceiling", "days": wanted, "before": now.days}, auditor)
            now = set_ceiling(database, wanted, person(), _now())
    typer.echo("There is no ceiling." if now.days is None else f"Recordings stay for {now.days:g} days at most.")


def _days(text: str) -> float | None:
    if text == "none":
        return None
    try:
        return float(text)
    except ValueError:
        raise UsageError(f"{text!r} is no number of days. Write 30, or none.") from None


def _agreed(database: Database, needed: bool, auditor: str | None, file: Path | None) -> None:
    """Has an auditor agreed, where there is any? Whoever may write the data folder could do without, and be seen."""
    from passerby.store.accounts.accounts import Accounts

    accounts = Accounts(database)
    if not needed or not accounts.auditors():
        return
    names = ", ".join(one.name for one in accounts.auditors())
    if auditor is None:
        raise UsageError(f"An auditor must agree to this: {names}. Let one sit down here, and give --auditor NAME.")
    found = accounts.proves(auditor, _password(file, f"Password of {auditor}"))
    if found is None or found.role is not Role.AUDITOR:
        raise UsageError(f"That is not the password of an auditor called {auditor}. There are: {names}.")


def _note(database: Database, said: dict[str, object], auditor: str | None) -> None:
    from passerby.core.clock import SystemClock, boot_id
    from passerby.store.audit.log import Deed, Entry, write

    on = {"what": "account", **said} | ({"agreed_by": auditor} if auditor is not None else {})
    entry = Entry.of(person(), Deed.CHANGED, on, SystemClock().now(), boot_id(), "at the command line")  # type: ignore[arg-type]
    write(database, entry)


def _now() -> float:
    return datetime.now(UTC).timestamp()


def _password(path: Path | None, asked: str = "Password") -> str:
    if path is not None:
        try:
            return path.read_text(encoding="utf-8").partition("\n")[0].strip("\r")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"The password file {path} cannot be read: {error}.") from error
    if not sys.stdin.isatty():
        raise UsageError("There is no terminal to ask for the password. Give it in a file: --password-file.")
    return str(typer.prompt(asked, hide_input=True, confirmation_prompt=asked == "Password", err=True))
