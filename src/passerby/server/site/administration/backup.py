"""Backup and restore of configuration and accounts. Recordings, counts, events and the audit log are never in it.

What belongs to the machine stays as it is in a restore: the data folder, the address of the pages and who must approve
what (`data`, `status`, `web`). An account that is there already is left alone. Accounts of auditors are restored only
where there is no auditor: else an administrator who makes a backup could bypass the auditor's approval.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from sqlalchemy import select

from passerby.config.notice import Language
from passerby.config.notifications.settings import MAIL_SECRET, NTFY_SECRET
from passerby.config.renamed_keys import Location
from passerby.config.roles import Role
from passerby.config.secrets.site_secrets import camera_secret, forget_moved_passwords, secret_host, variables_in
from passerby.config.secrets.stored_secrets import StoredSecrets
from passerby.config.site import Site
from passerby.config.site_edit import REMOVED, SiteText
from passerby.core.errors import UsageError
from passerby.core.version import __version__
from passerby.server.site.config.site_file import SecretChange, SiteFile
from passerby.server.site.context import SiteContext
from passerby.store.accounts.accounts import Accounts, account_name
from passerby.store.accounts.tables import accounts as account_table
from passerby.store.database import Database
from passerby.store.notifications.preferences import NotificationPreferences, Preferences

#: Parts of site.yaml that belong to the machine, and not to what is restored on it.
OF_THE_MACHINE = ("data", "status", "web")
_ACCOUNT_COLUMNS = (
    "name",
    "role",
    "password_hash",
    "totp_secret",
    "oidc_subject",
    "active",
    "initial_password",
    "language",
)
_BROKEN = "The backup is not complete, or of another version of passerby."


def _valid_name(name: str) -> str:
    try:
        return account_name(name)
    except UsageError as error:
        raise ValueError(str(error)) from None


class BackupAccount(BaseModel):
    """An account in a backup. What a later version adds is not restored; old ones lack `initial_password`."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    name: Annotated[str, AfterValidator(_valid_name)]
    role: Role
    password_hash: str | None
    totp_secret: str | None
    oidc_subject: str | None
    active: bool
    initial_password: bool = False
    language: Language | None
    notifications: NotificationPreferences | None = None


@dataclass(frozen=True, slots=True)
class RestoredAccounts:
    """Names of accounts that were added, and of those that were left out and why."""

    added: tuple[str, ...]
    existing: tuple[str, ...]
    auditors: tuple[str, ...]


def backup_content(context: SiteContext, file: SiteFile) -> dict[str, object]:
    """What a backup holds, secrets included."""
    site, _, _ = file.read()
    secrets: dict[str, list[str | None]] = {
        name: [value, host] for name, (value, host) in StoredSecrets(Path(site.data)).all().items()
    }
    for change in _secrets_of(site):
        secrets[change.name] = [change.value, change.host]
    return {
        "version": __version__,
        "made_at": context.wall_time(),
        "site": site.name,
        "site_yaml": file.text(),
        "secrets": secrets,
        "accounts": _account_rows(context.database),
    }


def _secrets_of(site: Site) -> list[SecretChange]:
    """Those that can be stored apart from the file, also where they come from the environment."""
    found = [
        SecretChange(camera_secret(name), camera.password.get_secret_value(), secret_host(camera.url))
        for name, camera in site.cameras.items()
        if camera.password is not None
    ]
    mail, ntfy = site.notifications.mail, site.notifications.ntfy
    if mail is not None and mail.password is not None:
        found.append(SecretChange(MAIL_SECRET, mail.password.get_secret_value(), mail.endpoint))
    if ntfy is not None and ntfy.token is not None:
        found.append(SecretChange(NTFY_SECRET, ntfy.token.get_secret_value(), secret_host(ntfy.server)))
    return found


def _account_rows(database: Database) -> list[dict[str, object]]:
    with database.read_transaction() as connection:
        rows = connection.execute(select(account_table).order_by(account_table.c.id)).mappings().all()
    chosen = Preferences(database).all()
    return [
        {
            **{name: row[name] for name in _ACCOUNT_COLUMNS},
            "notifications": chosen[row["id"]].model_dump(mode="json") if row["id"] in chosen else None,
        }
        for row in rows
    ]


def restored_text(content: Mapping[str, Any], present: SiteText, path: Path) -> tuple[str, list[str]]:
    """The text of site.yaml to be restored, and the names of settings that were left out of it, since they need a
    variable of the environment that is not known here, or known for another host. Raises UsageError."""
    written = content.get("site_yaml")
    if not isinstance(written, str):
        raise UsageError(_BROKEN)
    text, left_out = SiteText(written, path), []
    for key in OF_THE_MACHINE:
        value = present.written(key)
        text.put((key,), REMOVED if value is None else value)
    before = present.written()
    while missing := _missing_variables(before, text.written()):
        at = _removable(tuple(missing[0]))
        if not _is_stored_apart(at):
            left_out.append(".".join(str(part) for part in at))
        if isinstance(at[-1], int):
            items = text.written(*(str(part) for part in at[:-1]))
            text.put([str(part) for part in at[:-1]], [item for n, item in enumerate(items) if n != at[-1]])
        else:
            text.put([str(part) for part in at], REMOVED)
    return str(text), left_out


def _missing_variables(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[Location]:
    """Where `now` holds a variable that is not known there, or known for another host."""
    known, moved = dict(variables_in(before)), set(forget_moved_passwords(before, now))
    return [at for at, value in variables_in(now) if known.get(at) != value or at in moved]


def _removable(at: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """What has to go with a secret: a webhook is nothing without its own."""
    return at[:3] if at[:2] == ("uplink", "webhooks") else at


def _is_stored_apart(at: tuple[str | int, ...]) -> bool:
    is_camera = at[0] == "cameras" and len(at) == 3
    return is_camera or at in (("notifications", "mail", "password"), ("notifications", "ntfy", "token"))


def restored_secrets(content: Mapping[str, Any], site: Site) -> list[SecretChange]:
    """The secrets of the backup that this site can use. Raises UsageError."""
    secrets = content.get("secrets")
    if not isinstance(secrets, dict):
        raise UsageError(_BROKEN)
    wanted = {camera_secret(name) for name in site.cameras} | {MAIL_SECRET, NTFY_SECRET}
    try:
        return [SecretChange(name, str(value), str(host)) for name, (value, host) in secrets.items() if name in wanted]
    except (TypeError, ValueError):
        raise UsageError(_BROKEN) from None


def accounts_of(content: Mapping[str, Any], database: Database) -> tuple[BackupAccount, ...]:
    """The accounts of a backup, all of them checked, before anything is restored. Raises UsageError."""
    rows = content.get("accounts")
    if not isinstance(rows, list):
        raise UsageError(_BROKEN)
    try:
        found = tuple(BackupAccount.model_validate(row) for row in rows)
    except ValidationError:
        raise UsageError(_BROKEN) from None
    names, subjects = [account.name for account in found], [account.oidc_subject for account in found]
    linked = [subject for subject in subjects if subject is not None]
    if len(set(names)) < len(names) or len(set(linked)) < len(linked):
        raise UsageError(_BROKEN)
    present = Accounts(database).all()
    taken, known = {one.oidc_subject: one.name for one in present}, {one.name for one in present}
    for account in found:
        if account.oidc_subject in linked and account.oidc_subject in taken and account.name not in known:
            raise UsageError(
                f"The account {taken[account.oidc_subject]} has the login at the identity provider that {account.name} "
                "has in the backup. Remove one of the two, or restore the configuration alone."
            )
    return found


def restore_accounts(
    found: Sequence[BackupAccount],
    database: Database,
    by: str,
    now: float,
    before_add: Callable[[BackupAccount], None],
) -> RestoredAccounts:
    """Add the accounts of a backup (`accounts_of`) that are not there. They count as set up by the actor `by`.
    `before_add` is called with each before it is added."""
    accounts, preferences = Accounts(database), Preferences(database)
    has_auditor = bool(accounts.auditors())
    added, existing, auditors = [], [], []
    for one in found:
        if accounts.find(one.name) is not None:
            existing.append(one.name)
            continue
        if one.role is Role.AUDITOR and has_auditor:
            auditors.append(one.name)
            continue
        before_add(one)
        account = accounts.add(
            one.name,
            one.role,
            now,
            password_hash=one.password_hash,
            oidc_subject=one.oidc_subject,
            initial_password=one.initial_password,
            by=by,
        )
        if one.totp_secret is not None:
            accounts.change(one.name, now, by=by, totp_secret=one.totp_secret)
        if not one.active:
            accounts.change(one.name, now, by=by, active=False)
        if one.language is not None:
            accounts.set_language(one.name, one.language.value)
        if one.notifications is not None:
            # Its webhook would need a secret that only its owner knows.
            preferences.put(account.id, one.notifications.model_copy(update={"webhook_url": None}))
        added.append(one.name)
    return RestoredAccounts(tuple(added), tuple(existing), tuple(auditors))
