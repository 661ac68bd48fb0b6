"""Makes a site of the answers of the first run: data folder, first account, `site.yaml`.

The file is written last and at once: as long as it is not there, the first run goes on where it was, whatever has been
made already.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from passerby.config.roles import Role
from passerby.config.secrets.site_secrets import camera_secret, secret_host
from passerby.config.secrets.stored_secrets import StoredSecrets
from passerby.config.site import Site
from passerby.config.site_file import HOST_VARIABLE, parse_site
from passerby.config.web import is_loopback
from passerby.core.clock import SystemClock, boot_id
from passerby.core.errors import OutputError, UsageError
from passerby.setup.draft import DraftAccount, DraftFile, SetupDraft
from passerby.setup.site_text import site_text
from passerby.store.accounts.accounts import Accounts
from passerby.store.audit.log import AuditAction, AuditEntry, write
from passerby.store.data_folder import DataFolder
from passerby.store.database import Database
from passerby.store.site_name import write_site_name

#: Where the pages listen when other devices are to reach them.
ALL_ADDRESSES = "0.0.0.0"
#: Folder of the certificate that was made for the first run, beside `site.yaml`; `data/tls` from then on.
_PURPOSE = "first run"


def certificate_folder(config: Path) -> Path:
    """Where the certificate of the first run is kept until there is a data folder."""
    return config.with_name(f".{config.name}.tls")


def create_site(
    config: Path,
    draft: SetupDraft,
    *,
    actor: str,
    status_port: int,
    web_port: int,
    environment: Mapping[str, str] | None = None,
) -> Site:
    """Make what the draft describes, and remove it. `actor` is who started the program. Raises UsageError where a
    question is open or the file is there already, StoreError, OutputError."""
    environment = os.environ if environment is None else environment
    if draft.open_steps or draft.data is None or draft.account is None:
        raise UsageError(f"These questions are not answered yet: {', '.join(draft.open_steps)}.")
    if config.exists():
        raise UsageError(
            f"{config} is there already: this site was set up before. Start it: passerby watch -c {config}"
        )
    text = site_text(
        draft, status_port=status_port, web_host=_web_host(draft, environment.get(HOST_VARIABLE)), web_port=web_port
    )
    site = parse_site(text, config, environment)
    DataFolder.create(Path(draft.data)).close()
    with Database.open(Path(draft.data)) as database:
        _add_account(database, draft.account, actor)
        _audit(database, actor, {"subject": "site set up", "name": draft.name, "cameras": len(draft.cameras)})
    write_site_name(Path(draft.data), site.name)
    _keep_certificate(config, Path(draft.data))
    _write_new(config, text)
    DraftFile(config).remove()
    return site


def move_passwords(draft: SetupDraft, before: Path | None, after: Path) -> None:
    """Take the passwords of cameras along to another data folder. Raises OutputError."""
    if before is None or before == after:
        return
    old, new = StoredSecrets(before), StoredSecrets(after)
    for camera in draft.cameras:
        name, host = camera_secret(camera.name), secret_host(camera.url)
        password = old.get(name, host)
        if password is not None:
            new.put(name, password, host)
            old.put(name, None)


def _web_host(draft: SetupDraft, from_environment: str | None) -> str | None:
    if draft.network:
        return ALL_ADDRESSES if from_environment is None or is_loopback(from_environment) else None
    return None if from_environment is None or is_loopback(from_environment) else "127.0.0.1"


def _add_account(database: Database, account: DraftAccount, actor: str) -> None:
    accounts, now = Accounts(database), SystemClock().now().wall
    known = accounts.find(account.name)
    operation = "add" if known is None else "change"
    details = {"subject": "account", "operation": operation, "name": account.name, "role": Role.ADMINISTRATOR.value}
    if known is not None:  # of an interrupted first run, or of an earlier site in this data folder
        if known.role is not Role.ADMINISTRATOR:
            raise UsageError(
                f"There is an account {known.name} in that data folder already, with the role {known.role}. Choose "
                "another name for the first account."
            )
        _audit(database, actor, {**details, "password": "new"})
        accounts.change(known.name, now, password_hash=account.password_hash, initial_password=account.initial)
        return
    _audit(database, actor, details)
    accounts.add(
        account.name,
        Role.ADMINISTRATOR,
        now,
        password_hash=account.password_hash,
        initial_password=account.initial,
        by=actor if account.initial else None,
    )


def _audit(database: Database, actor: str, details: Mapping[str, str | int | None]) -> None:
    write(database, AuditEntry.of(actor, AuditAction.CHANGED, dict(details), SystemClock().now(), boot_id(), _PURPOSE))


def _keep_certificate(config: Path, data: Path) -> None:
    """The certificate that the browser knows already serves the site, too."""
    folder, kept = certificate_folder(config), data / "tls"
    if not folder.is_dir():
        return
    with suppress(OSError):  # a new one is made then
        if not kept.exists():
            shutil.copytree(folder, kept)
            kept.chmod(0o700)
        shutil.rmtree(folder)


def _write_new(path: Path, text: str) -> None:
    """Whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written: {error.strerror or error}. Check the folder, and try again."
        ) from error
    finally:
        with suppress(OSError):
            part.unlink()
