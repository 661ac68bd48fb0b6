"""`passerby accounts`: accounts of the web pages. The first ones are added here, later ones also on the pages."""

from __future__ import annotations

import json as jsonlib
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from passerby.cli.common.os_user import current_user
from passerby.cli.common.terminal import Terminal, echo
from passerby.config.roles import Right, Role
from passerby.core.errors import UsageError

if TYPE_CHECKING:  # the other commands need no database, whose import is slow
    from pydantic import JsonValue

    from passerby.store.database import Database

app = typer.Typer(help="Accounts of the web pages: add, list, change, remove.", no_args_is_help=True)

Data = Annotated[Path, typer.Option("--data", envvar="PASSERBY_DATA", help="The data folder, `data` in site.yaml.")]
Json = Annotated[bool, typer.Option("--json", help="Write JSON to standard output.")]
Name = Annotated[str, typer.Argument(help="The login name.")]
PasswordFile = Annotated[
    Path | None,
    typer.Option("--password-file", help="File with the password on its first line; prompted for by default."),
]
Auditor = Annotated[
    str | None,
    typer.Option("--auditor", help="The auditor who approves and enters their password: for changes of auditors."),
]
AuditorFile = Annotated[
    Path | None, typer.Option("--auditor-password-file", help="File with the auditor's password on its first line.")
]
_DATA = Path("data")


@app.command()
def add(
    name: Name,
    role: Annotated[Role, typer.Option(help="The role.")] = Role.VIEWER,
    oidc: Annotated[
        str | None,
        typer.Option("--oidc", help="Subject at the identity provider: single sign-on instead of a password."),
    ] = None,
    password_file: PasswordFile = None,
    auditor: Auditor = None,
    auditor_password_file: AuditorFile = None,
    data: Data = _DATA,
) -> None:
    """Add an account."""
    from passerby.store.accounts.accounts import Accounts, account_name
    from passerby.store.accounts.passwords import check_strength, hash_password
    from passerby.store.database import Database
    from passerby.store.site_name import read_site_name

    name = account_name(name)
    with Database.open(data) as database:
        if Accounts(database).find(name) is not None:
            raise UsageError(f"There is already an account {name}. Choose another name.")
        _require_auditor(database, role is Role.AUDITOR, auditor, auditor_password_file)
        words = (name, read_site_name(data))
        password_hash = None if oidc is not None else hash_password(check_strength(_password(password_file), *words))
        _audit(database, {"operation": "add", "name": name, "role": role.value}, auditor)
        Accounts(database).add(
            name,
            role,
            _now(),
            password_hash=password_hash,
            oidc_subject=oidc,
            initial_password=password_hash is not None,
            by=current_user(),
        )
    echo(f"{name} is {role.value}")


@app.command("list")
def list_accounts(data: Data = _DATA, json: Json = False) -> None:
    """List accounts."""
    from passerby.store.accounts.accounts import Accounts
    from passerby.store.database import Database

    with Database.open(data) as database:
        found = Accounts(database).all()
    if json:
        echo(jsonlib.dumps([asdict(listed) for listed in found], indent=1))
        return
    if not found:
        echo("There are no accounts yet. Add one: passerby accounts add NAME --role administrator")
        return
    table = Table("name", "role", "login", "second factor", "active", "changed")
    for listed in found:
        methods = ", ".join(
            filter(
                None,
                (
                    "password" if listed.has_password else "",
                    f"OIDC {listed.oidc_subject}" if listed.oidc_subject else "",
                ),
            )
        )
        changed = datetime.fromtimestamp(listed.changed, UTC).astimezone().strftime("%Y-%m-%d %H:%M")
        table.add_row(
            listed.name,
            listed.role.value,
            methods,
            "yes" if listed.has_totp else "",
            "yes" if listed.active else "no",
            changed,
        )
    Terminal().print(table)


@app.command()
def change(
    name: Name,
    role: Annotated[Role | None, typer.Option(help="The new role.")] = None,
    password: Annotated[bool, typer.Option("--password", help="Set a new password.")] = False,
    password_file: PasswordFile = None,
    remove_second_factor: Annotated[
        bool, typer.Option("--remove-second-factor", help="Remove the second factor: the phone is lost.")
    ] = False,
    active: Annotated[
        bool | None, typer.Option("--active/--inactive", help="Whether it can log in.", show_default=False)
    ] = None,
    oidc: Annotated[str | None, typer.Option("--oidc", help="Subject at the identity provider.")] = None,
    auditor: Auditor = None,
    auditor_password_file: AuditorFile = None,
    data: Data = _DATA,
) -> None:
    """Change an account. This ends all its sessions."""
    from passerby.store.accounts.accounts import Accounts
    from passerby.store.accounts.passwords import check_strength, hash_password
    from passerby.store.database import Database
    from passerby.store.site_name import read_site_name

    values: dict[str, JsonValue] = {}
    if role is not None:
        values["role"] = role.value
    if active is not None:
        values["active"] = active
    if oidc is not None:
        values["oidc_subject"] = oidc
    if remove_second_factor:
        values["totp_secret"] = None
    new = password or password_file is not None
    if not values and not new:
        raise UsageError("Nothing to change. Give --role, --password, --remove-second-factor, --active or --inactive.")
    with Database.open(data) as database:
        accounts = Accounts(database)
        account = accounts.get(name)
        _require_auditor(database, Role.AUDITOR in (account.role, role), auditor, auditor_password_file)
        details: dict[str, JsonValue] = {"operation": "change", "name": account.name, **values}
        site_name = read_site_name(data)
        if new:
            values |= {
                "password_hash": hash_password(check_strength(_password(password_file), account.name, site_name)),
                "initial_password": True,
            }
            details["password"] = "new"
        _audit(database, details, auditor)
        accounts.change(account.name, _now(), by=current_user(), **values)
    echo(f"{account.name} was changed; its sessions have ended")


@app.command()
def remove(name: Name, auditor: Auditor = None, auditor_password_file: AuditorFile = None, data: Data = _DATA) -> None:
    """Remove an account. The audit log keeps its name."""
    from passerby.store.accounts.accounts import Accounts
    from passerby.store.database import Database

    with Database.open(data) as database:
        account = Accounts(database).get(name)
        _require_auditor(database, account.role is Role.AUDITOR, auditor, auditor_password_file)
        _audit(database, {"operation": "remove", "name": account.name}, auditor)
        Accounts(database).remove(account.name)
    echo(f"{account.name} was removed")


@app.command()
def end_sessions(name: Name, data: Data = _DATA) -> None:
    """End all sessions of an account."""
    from passerby.store.accounts.accounts import Accounts
    from passerby.store.accounts.sessions import Sessions
    from passerby.store.database import Database

    with Database.open(data) as database:
        account = Accounts(database).get(name)
        _audit(database, {"operation": "end sessions", "name": account.name}, None)
        count = Sessions(database).close_all_of(account.name)
    echo(f"{count} sessions of {account.name} have ended")


@app.command()
def retention_limit(
    days: Annotated[str | None, typer.Argument(help="Days, or none; without it the limit is shown.")] = None,
    auditor: Auditor = None,
    auditor_password_file: AuditorFile = None,
    data: Data = _DATA,
) -> None:
    """Show or set the longest retention of recordings, whatever site.yaml says. Raising it needs an auditor."""
    from passerby.store.database import Database
    from passerby.store.recordings.retention_limit import read_retention_limit, set_retention_limit

    with Database.open(data) as database:
        now = read_retention_limit(database)
        if days is not None:
            wanted = _days(days)
            raises = not now.allows(wanted, frozenset({Right.EDIT_CONFIG}))
            _require_auditor(database, raises, auditor, auditor_password_file)
            _audit(database, {"operation": "retention limit", "days": wanted, "before": now.days}, auditor)
            now = set_retention_limit(database, wanted, current_user(), _now())
    echo("There is no retention limit." if now.days is None else f"Recordings are kept for {now.days:g} days at most.")


def _days(text: str) -> float | None:
    if text == "none":
        return None
    try:
        return float(text)
    except ValueError:
        raise UsageError(f"{text!r} is not a number of days. Write 30, or none.") from None


def _require_auditor(database: Database, needed: bool, auditor: str | None, file: Path | None) -> None:
    """Require the approval of an auditor, where there is any. Somebody with write access to the data folder could
    bypass this, but not without a trace in the audit log."""
    from passerby.store.accounts.accounts import Accounts

    accounts = Accounts(database)
    if not needed or not accounts.auditors():
        return
    names = ", ".join(listed.name for listed in accounts.auditors())
    if auditor is None:
        raise UsageError(
            f"An auditor must approve this: {names}. Ask one to enter their password here, and give --auditor NAME."
        )
    found = accounts.authenticate(auditor, _password(file, f"Password of {auditor}"))
    if found is None or found.role is not Role.AUDITOR:
        raise UsageError(f"{auditor} is not an auditor, or the password is wrong. Auditors: {names}.")


def _audit(database: Database, details: dict[str, JsonValue], auditor: str | None) -> None:
    from passerby.core.clock import SystemClock, boot_id
    from passerby.store.audit.log import AuditAction, AuditEntry, write

    details = {"subject": "account", **details} | ({"approved_by": auditor} if auditor is not None else {})
    entry = AuditEntry.of(
        current_user(), AuditAction.CHANGED, details, SystemClock().now(), boot_id(), "at the command line"
    )
    write(database, entry)


def _now() -> float:
    return datetime.now(UTC).timestamp()


def _password(path: Path | None, prompt: str = "Password") -> str:
    if path is not None:
        try:
            return path.read_text(encoding="utf-8").partition("\n")[0].strip("\r")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"The password file {path} cannot be read: {error}.") from error
    if not sys.stdin.isatty():
        raise UsageError("There is no terminal to enter the password. Give it in a file: --password-file.")
    return str(typer.prompt(prompt, hide_input=True, confirmation_prompt=prompt == "Password", err=True))
