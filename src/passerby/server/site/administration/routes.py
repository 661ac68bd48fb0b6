"""Administration of a site: its disk over time, restart of a camera, backups, versions, the support bundle."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response
from pydantic import Field, JsonValue

from passerby.config.roles import Right
from passerby.config.site import Site
from passerby.core.model import FrozenModel
from passerby.core.names import name_from
from passerby.core.version import __version__
from passerby.server.site.accounts.me import confirm_password
from passerby.server.site.administration.backup import (
    BackupAccount,
    accounts_of,
    backup_content,
    restore_accounts,
    restored_secrets,
    restored_text,
)
from passerby.server.site.administration.backup_file import (
    MIN_PASSPHRASE_CHARS,
    decrypt_backup,
    encrypt_backup,
)
from passerby.server.site.administration.support_bundle import support_bundle
from passerby.server.site.auth.principal import Principal
from passerby.server.site.auth.rights import ERROR_RESPONSES, CurrentPrincipal, requires
from passerby.server.site.config.camera_settings import require_network_address
from passerby.server.site.config.config_changes import require_limit
from passerby.server.site.dependencies import ConfigFile, Context, Services, SiteServices
from passerby.server.site.parameters import CameraName, Password, UnixTime, check_range, content
from passerby.store.administration.disk_history import DiskHistory
from passerby.store.administration.newest_version import is_newer, name_newest_version, read_newest_version
from passerby.store.audit.log import AuditAction

JSON, ZIP = "application/json", "application/zip"
#: Longest time of one request for the history of the disk.
MAX_HISTORY_S = 401 * 86400.0
Passphrase = Annotated[str, Field(min_length=1, max_length=1000)]


class DiskSampleResponse(FrozenModel):
    """How full the disk was at an hour. Bytes; `time` in Unix seconds."""

    time: int
    capacity: int
    free: int
    recordings: int


class NewestVersionResponse(FrozenModel):
    """The version that runs, and the newest that this site was told of."""

    current: str
    newest: str | None
    newer: bool = Field(description="Is `newest` newer than `current`?")
    named_by: str | None = Field(description="An actor of the audit log.")
    named_at: float | None


class NewestVersionRequest(FrozenModel):
    """The newest version of passerby; null for none."""

    version: str | None = Field(max_length=60)


class BackupRequest(FrozenModel):
    """A passphrase that encrypts the backup, and one's own password, where the account has one."""

    passphrase: Passphrase
    password: Password = ""


class RestoreRequest(FrozenModel):
    """A backup as it is in its file, and what is restored of it."""

    backup: str = Field(max_length=900_000)
    passphrase: Passphrase
    password: Password = ""
    revision: str = Field(max_length=64, description="Of site.yaml: a restore over a newer one is rejected.")
    configuration: bool
    accounts: bool


class RestoreResponse(FrozenModel):
    """What was restored."""

    site: str = Field(description="Name of the site in the backup.")
    made_at: float = Field(description="When the backup was made, Unix seconds.")
    configuration: bool
    left_out: tuple[str, ...] = Field(description="Settings whose secret is not known here: to be set by hand.")
    accounts_added: tuple[str, ...]
    accounts_existing: tuple[str, ...] = Field(description="Left alone.")
    auditors_left_out: tuple[str, ...] = Field(description="Only an auditor can approve these.")


router = APIRouter(
    prefix="/api/administration",
    tags=["administration"],
    responses=ERROR_RESPONSES,
    dependencies=[requires(Right.EDIT_CONFIG)],
)


@router.get("/disk")
def disk(context: Context, start: UnixTime, end: UnixTime) -> list[DiskSampleResponse]:
    """How full the disk was, by the hour."""
    check_range(start, end, MAX_HISTORY_S)
    samples = DiskHistory(context.database).between(start, end)
    return [
        DiskSampleResponse(time=one.time, capacity=one.capacity, free=one.free, recordings=one.recordings)
        for one in samples
    ]


@router.post("/cameras/{camera}/restart", status_code=204)
def restart_camera(context: Context, principal: CurrentPrincipal, camera: CameraName) -> Response:
    """Start the process of a camera again: it connects anew, and a few seconds are not recorded."""
    if camera not in context.site.cameras:
        raise HTTPException(404, f"There is no camera {camera} here.")
    if context.restart_camera is None:
        raise HTTPException(409, "Cameras can be restarted where passerby watch runs, and not here.")
    context.audit(principal, AuditAction.CHANGED, {"subject": "camera", "camera": camera, "operation": "restart"})
    context.restart_camera(camera)
    return Response(status_code=204)


@router.get("/version")
def version(context: Context) -> NewestVersionResponse:
    """The version that runs, and the newest that this site was told of: it asks nobody itself."""
    named = read_newest_version(context.database)
    return NewestVersionResponse(
        current=__version__,
        newest=None if named is None else named.version,
        newer=named is not None and is_newer(named.version, __version__),
        named_by=None if named is None else named.named_by,
        named_at=None if named is None else named.named_at,
    )


@router.put("/version")
def name_version(context: Context, principal: CurrentPrincipal, request: NewestVersionRequest) -> NewestVersionResponse:
    """Name the newest version. Administrators who want to be notified of it are."""
    context.audit(principal, AuditAction.CHANGED, {"subject": "newest version", "version": request.version})
    name_newest_version(context.database, request.version, __version__, principal.actor, context.wall_time())
    return version(context)


@router.post(
    "/backup",
    dependencies=[requires(Right.MANAGE_ACCOUNTS)],
    response_class=Response,
    responses=content(JSON),
)
def backup(
    services: Services, context: Context, file: ConfigFile, principal: CurrentPrincipal, request: BackupRequest
) -> Response:
    """Configuration and accounts, encrypted. No recordings, counts, events or audit log."""
    services.backups.take(principal.actor)
    if len(request.passphrase) < MIN_PASSPHRASE_CHARS:
        raise HTTPException(
            422, f"The passphrase of a backup needs {MIN_PASSPHRASE_CHARS} characters or more: it holds secrets."
        )
    _confirm(services, principal, request.password)
    context.audit(principal, AuditAction.CHANGED, {"subject": "backup", "operation": "made"})
    data = encrypt_backup(backup_content(context, file), request.passphrase)
    day = datetime.fromtimestamp(context.wall_time(), UTC).strftime("%Y-%m-%d")
    name = f"{name_from(context.site.name, otherwise='site')}-{day}.passerby-backup"
    return Response(data, media_type=JSON, headers={"content-disposition": f'attachment; filename="{name}"'})


@router.post("/restore", dependencies=[requires(Right.MANAGE_ACCOUNTS)])
def restore(
    services: Services, context: Context, file: ConfigFile, principal: CurrentPrincipal, request: RestoreRequest
) -> RestoreResponse:
    """Restore what a backup holds: configuration, accounts or both."""
    services.backups.take(principal.actor)
    _confirm(services, principal, request.password)
    found = decrypt_backup(request.backup.encode(), request.passphrase)
    accounts = accounts_of(found, context.database) if request.accounts else ()
    left_out: list[str] = []
    details: dict[str, JsonValue] = {"subject": "backup", "operation": "restored"}
    details |= {"configuration": request.configuration, "accounts": request.accounts}
    if request.configuration:

        def before_write(site: Site) -> None:
            _require_network_addresses(context.site, site)
            require_limit(context, site)
            context.audit(principal, AuditAction.CHANGED, details)

        site = file.replace(
            request.revision,
            lambda present: _prepared(restored_text(found, present, file.path), left_out),
            before_write,
            lambda site: restored_secrets(found, site),
        )
        if context.apply is not None:
            context.apply(site)
    else:
        context.audit(principal, AuditAction.CHANGED, details)
    added: tuple[str, ...] = ()
    existing, auditors = added, added
    if request.accounts:

        def before_add(account: BackupAccount) -> None:
            logged = {"operation": "add", "name": account.name, "role": account.role.value, "from_backup": True}
            context.audit(principal, AuditAction.CHANGED, {"subject": "account", **logged})

        restored = restore_accounts(accounts, context.database, principal.actor, context.wall_time(), before_add)
        added, existing, auditors = restored.added, restored.existing, restored.auditors
    made_at = found.get("made_at")
    return RestoreResponse(
        site=str(found.get("site", "")),
        made_at=float(made_at) if isinstance(made_at, int | float) else 0.0,
        configuration=request.configuration,
        left_out=tuple(left_out),
        accounts_added=added,
        accounts_existing=existing,
        auditors_left_out=auditors,
    )


@router.get("/support.zip", response_class=Response, responses=content(ZIP))
def support(context: Context, principal: CurrentPrincipal) -> Response:
    """What helps to find a fault, without pictures, names, addresses or secrets."""
    context.audit(principal, AuditAction.CHANGED, {"subject": "support bundle", "operation": "made"})
    headers = {"content-disposition": 'attachment; filename="passerby-support.zip"'}
    return Response(support_bundle(context), media_type=ZIP, headers=headers)


def _prepared(text: tuple[str, list[str]], left_out: list[str]) -> str:
    left_out += text[1]
    return text[0]


def _require_network_addresses(before: Site, site: Site) -> None:
    """A camera that a backup adds or moves is one of the network. Raises HTTPException."""
    for name, camera in site.cameras.items():
        if name not in before.cameras or before.cameras[name].url != camera.url:
            require_network_address(camera.url)


def _confirm(services: SiteServices, principal: Principal, password: str) -> None:
    """One's own password once more, where the account has one: whoever finds an open session does not know it."""
    account = services.authenticator.accounts.find(principal.name) if principal.method != "token" else None
    if account is not None and account.has_password:
        confirm_password(services, principal, password)
