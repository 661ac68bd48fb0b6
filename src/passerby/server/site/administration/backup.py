"""Backup and restore of configuration and accounts. Recordings, counts, events and the audit log are never in it.

What belongs to the machine stays as it is in a restore: the data folder, the address of the pages and who must approve
what (`data`, `status`, `web`). An account that is there already is left alone. Accounts of auditors are restored only
where there is no auditor: else an administrator who makes a backup could bypass the auditor's approval.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select

from passerby.config.notifications.settings import MAIL_SECRET, NTFY_SECRET
from passerby.config.roles import Role
from passerby.config.secrets.site_secrets import camera_secret, secret_host, variables_in
from passerby.config.secrets.stored_secrets import StoredSecrets
from passerby.config.site import Site
from passerby.config.site_edit import REMOVED, SiteText
from passerby.core.errors import UsageError
from passerby.core.version import __version__
from passerby.server.site.config.site_file import SecretChange, SiteFile
from passerby.server.site.context import SiteContext
from passerby.store.accounts.accounts import Accounts
from passerby.store.accounts.tables import accounts as account_table
from passerby.store.database import Database
from passerby.store.notifications.preferences import NotificationPreferences, Preferences

#: Parts of site.yaml that belong to the machine, and not to what is restored on it.
OF_THE_MACHINE = ("data", "status", "web")
_ACCOUNT_COLUMNS = ("name", "role", "password_hash", "totp_secret", "oidc_subject", "active", "language")
_BROKEN = "The backup is not complete, or of another version of passerby."


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
    variable of the environment that is not known here. Raises UsageError."""
    written = content.get("site_yaml")
    if not isinstance(written, str):
        raise UsageError(_BROKEN)
    text, left_out = SiteText(written, path), []
    for key in OF_THE_MACHINE:
        value = present.written(key)
        text.put((key,), REMOVED if value is None else value)
    known = dict(variables_in(present.written()))
    while missing := [at for at, value in variables_in(text.written()) if known.get(at) != value]:
        at = _removable(tuple(missing[0]))
        if not _is_stored_apart(at):
            left_out.append(".".join(str(part) for part in at))
        if isinstance(at[-1], int):
            items = text.written(*(str(part) for part in at[:-1]))
            text.put([str(part) for part in at[:-1]], [item for n, item in enumerate(items) if n != at[-1]])
        else:
            text.put([str(part) for part in at], REMOVED)
    return str(text), left_out


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


def restore_accounts(content: Mapping[str, Any], database: Database, by: str, now: float) -> RestoredAccounts:
    """Add the accounts of the backup that are not there. They count as set up by the actor `by`. Raises UsageError."""
    accounts, preferences = Accounts(database), Preferences(database)
    has_auditor = bool(accounts.auditors())
    added, existing, auditors = [], [], []
    rows = content.get("accounts")
    if not isinstance(rows, list):
        raise UsageError(_BROKEN)
    for row in rows:
        try:
            name, role = str(row["name"]), Role(row["role"])
            chosen = row.get("notifications")
            wanted = None if chosen is None else NotificationPreferences.model_validate(chosen)
            values = {key: row[key] for key in _ACCOUNT_COLUMNS}
        except (KeyError, TypeError, ValueError, ValidationError, AttributeError):
            raise UsageError(_BROKEN) from None
        if accounts.find(name) is not None:
            existing.append(name)
            continue
        if role is Role.AUDITOR and has_auditor:
            auditors.append(name)
            continue
        account = accounts.add(
            name, role, now, password_hash=values["password_hash"], oidc_subject=values["oidc_subject"], by=by
        )
        if values["totp_secret"] is not None:
            accounts.change(name, now, by=by, totp_secret=values["totp_secret"])
        if not values["active"]:
            accounts.change(name, now, by=by, active=False)
        if values["language"] is not None:
            accounts.set_language(name, values["language"])
        if wanted is not None:
            # Its webhook would need a secret that only its owner knows.
            preferences.put(account.id, wanted.model_copy(update={"webhook_url": None}))
        added.append(name)
    return RestoredAccounts(tuple(added), tuple(existing), tuple(auditors))
