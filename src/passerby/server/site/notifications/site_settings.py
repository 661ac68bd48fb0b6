"""How the accounts of a site can be notified: the `notifications` block of `site.yaml`, and its secrets."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field

from passerby.config.notice import Language
from passerby.config.notifications.settings import (
    MAIL_SECRET,
    NTFY_SECRET,
    PUSH_SERVICES,
    HostPattern,
    MailAddress,
    NotificationSettings,
)
from passerby.config.roles import Right
from passerby.config.secrets.site_secrets import secret_host
from passerby.config.site import Site
from passerby.config.site_edit import REMOVED, SiteText
from passerby.core.model import FrozenModel
from passerby.server.site.auth.rights import ERROR_RESPONSES, CurrentPrincipal, requires
from passerby.server.site.config.config_changes import apply_change
from passerby.server.site.config.site_file import SecretChange, SiteFile
from passerby.server.site.context import SiteContext
from passerby.server.site.dependencies import ConfigFile, Context
from passerby.store.notifications.queue import NotificationQueue

Secret = Annotated[str, Field(max_length=1000, description="Empty forgets it; null or left out leaves it.")]


class MailServerResponse(FrozenModel):
    """The mail server. Its password is never shown."""

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    user: str | None
    sender: str
    has_password: bool


class NtfyServerResponse(FrozenModel):
    """The ntfy server. Its token is never shown."""

    server: str
    has_token: bool


class NotificationSettingsResponse(FrozenModel):
    """How accounts can be notified."""

    revision: str
    mail: MailServerResponse | None
    push_contact: str | None = Field(description="Null: no Web Push.")
    ntfy: NtfyServerResponse | None
    webhook_hosts: tuple[str, ...]
    thumbnails: bool
    address: str | None
    language: Language
    failing: int = Field(description="Channels of accounts by which the last notification could not be sent.")
    write_problem: str | None


class MailServerRequest(FrozenModel):
    """The mail server."""

    host: str = Field(min_length=1, max_length=253)
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = Field(default=None, max_length=200)
    password: Secret | None = None
    sender: MailAddress


class NtfyServerRequest(FrozenModel):
    """The ntfy server."""

    server: str = Field(min_length=1, max_length=300)
    token: Secret | None = None


class NotificationSettingsRequest(FrozenModel):
    """All of it, from now on."""

    revision: str = Field(max_length=64, description="Of the file: a change of an older one is rejected.")
    mail: MailServerRequest | None = None
    push_contact: MailAddress | None = None
    ntfy: NtfyServerRequest | None = None
    webhook_hosts: tuple[HostPattern, ...] = Field(default=(), max_length=50)
    thumbnails: bool = False
    address: str | None = Field(default=None, max_length=300)
    language: Language = Language.EN


router = APIRouter(
    prefix="/api/settings/notifications",
    tags=["notifications"],
    responses=ERROR_RESPONSES,
    dependencies=[requires(Right.EDIT_CONFIG)],
)


@router.get("")
def notification_settings(context: Context, file: ConfigFile) -> NotificationSettingsResponse:
    """As in the file."""
    return _response(context, file)


@router.put("")
def change_notification_settings(
    context: Context, file: ConfigFile, principal: CurrentPrincipal, request: NotificationSettingsRequest
) -> NotificationSettingsResponse:
    """Change how accounts can be notified. A secret stays with the server that it was entered for."""
    wanted = request.model_dump(mode="json", exclude={"revision", "push_contact"})
    password = None if wanted["mail"] is None else wanted["mail"].pop("password")
    token = None if wanted["ntfy"] is None else wanted["ntfy"].pop("token")

    def edit(text: SiteText, site: Site) -> None:
        push = site.notifications.push
        contact = request.push_contact
        hosts = {} if push is None or push.hosts == PUSH_SERVICES else {"hosts": list(push.hosts)}
        values = {**wanted, "push": None if contact is None else {"contact": contact, **hosts}}
        for block, value in values.items():
            _put(text, ("notifications", block), value, NotificationSettings.model_fields[block].default)
        if password is not None:  # what was entered takes the place of a variable of the environment
            text.put(("notifications", "mail", "password"), REMOVED)
        if token is not None:
            text.put(("notifications", "ntfy", "token"), REMOVED)

    def secrets(site: Site) -> list[SecretChange]:
        mail, ntfy = site.notifications.mail, site.notifications.ntfy
        entered = [
            (MAIL_SECRET, password if mail is not None else "", "" if mail is None else mail.endpoint),
            (NTFY_SECRET, token if ntfy is not None else "", "" if ntfy is None else secret_host(ntfy.server)),
        ]
        return [SecretChange(name, value or None, host) for name, value, host in entered if value is not None]

    channels = [name for name in ("mail", "push_contact", "ntfy") if getattr(request, name) is not None]
    details = {
        "subject": "notifications",
        "channels": [name.removesuffix("_contact") for name in channels],
        "hosts": list(request.webhook_hosts),
        "thumbnails": request.thumbnails,
    }
    apply_change(context, file, principal, request.revision, details, edit, secrets=secrets)
    return _response(context, file)


def _put(text: SiteText, keys: tuple[str, ...], value: object, default: object = None) -> None:
    """Write a value; what is the default and does not stand there is left out. Keys of a block are written one by one,
    so that its comments, and a variable with a secret in it, stay."""
    if value is None or value == default or (value == [] and default == ()):
        text.put(keys, REMOVED)
    elif isinstance(value, dict):
        for key, inner in value.items():
            _put(text, (*keys, key), inner)
    else:
        text.put(keys, value)


def _response(context: SiteContext, file: SiteFile) -> NotificationSettingsResponse:
    site, _, revision = file.read()
    settings = site.notifications
    mail, ntfy = settings.mail, settings.ntfy
    results = NotificationQueue(context.database).all_results().values()
    return NotificationSettingsResponse(
        revision=revision,
        mail=None
        if mail is None
        else MailServerResponse(
            host=mail.host,
            port=mail.port,
            security=mail.security,
            user=mail.user,
            sender=mail.sender,
            has_password=mail.password is not None,
        ),
        push_contact=None if settings.push is None else settings.push.contact,
        ntfy=None if ntfy is None else NtfyServerResponse(server=ntfy.server, has_token=ntfy.token is not None),
        webhook_hosts=settings.webhook_hosts,
        thumbnails=settings.thumbnails,
        address=settings.address,
        language=settings.language,
        failing=sum(result.problem is not None for result in results),
        write_problem=file.write_problem,
    )
