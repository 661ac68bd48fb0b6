"""What one's own account is notified of, and by which channels."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path
from fastapi.responses import Response
from pydantic import Field, JsonValue

from passerby.config.notice import Language
from passerby.config.notifications.kinds import REQUIRED_RIGHTS, NotificationChannel, NotificationKind
from passerby.config.notifications.quiet_hours import QuietHours
from passerby.config.notifications.settings import MailAddress, is_allowed_url
from passerby.config.roles import Right
from passerby.config.secrets.site_secrets import secret_host
from passerby.config.secrets.stored_secrets import StoredSecrets
from passerby.core.model import FrozenModel
from passerby.server.site.auth.rights import ERROR_RESPONSES, CurrentPrincipal, requires
from passerby.server.site.context import SiteContext
from passerby.server.site.dependencies import Context, Services, SiteServices
from passerby.server.spa import STATIC_DIR
from passerby.store.accounts.accounts import Account
from passerby.store.audit.log import AuditAction
from passerby.store.notifications.preferences import NotificationPreferences, Preferences
from passerby.store.notifications.queue import DeliveryResult, NotificationQueue
from passerby.uplink.notifications.push import create_key, public_key
from passerby.uplink.notifications.webhook import webhook_secret

#: The script with which a browser receives notifications.
WORKER = "/notifications-worker.js"
Endpoint = Annotated[str, Field(min_length=10, max_length=1000)]
Base64Url = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+=*$", max_length=200)]


class NotificationChannelResponse(FrozenModel):
    """How it goes with one channel."""

    channel: NotificationChannel
    available: bool = Field(description="Has an administrator set it up for this site?")
    sent_at: float | None = Field(description="When something was last sent, Unix seconds.")
    problem: str | None = Field(description="Why the last attempt failed: one word for what, and what was answered.")
    problem_since: float | None
    dropped: int = Field(description="So many were given up since then.")
    waiting: int = Field(description="So many are to be sent.")


class BrowserResponse(FrozenModel):
    """A browser that receives notifications."""

    id: int
    label: str
    created_at: float
    host: str = Field(description="Its push service.")


class OwnNotificationsResponse(FrozenModel):
    """What was chosen, and what there is to choose from."""

    kinds: tuple[NotificationKind, ...] = Field(description="What this role can be notified of.")
    channels: tuple[NotificationChannelResponse, ...]
    chosen: Mapping[NotificationKind, tuple[NotificationChannel, ...]]
    mail_address: str | None
    ntfy_server: str | None
    ntfy_topic: str | None
    webhook_hosts: tuple[str, ...]
    webhook_url: str | None
    webhook_secret: str | None = Field(description="Of a new URL: it is shown once.")
    quiet_hours: QuietHours | None
    thumbnails: bool = Field(description="Do e-mails about events carry a masked picture?")
    push_key: str | None = Field(description="The site's public key, for browsers to subscribe.")
    browsers: tuple[BrowserResponse, ...]


class OwnNotificationsRequest(FrozenModel):
    """What is chosen from now on, all of it."""

    chosen: Mapping[NotificationKind, tuple[NotificationChannel, ...]] = {}
    mail_address: MailAddress | None = None
    ntfy_topic: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,64}$")
    webhook_url: str | None = Field(default=None, max_length=1000)
    quiet_hours: QuietHours | None = None
    language: Language | None = Field(default=None, description="That of the page, where the account has chosen none.")


class BrowserKeys(FrozenModel):
    """Keys of a subscription, as a browser gives them."""

    p256dh: Base64Url
    auth: Base64Url


class BrowserRequest(FrozenModel):
    """A browser that wants to receive notifications."""

    endpoint: Endpoint
    keys: BrowserKeys
    label: str = Field(min_length=1, max_length=80)


class NotificationTestRequest(FrozenModel):
    """Send a test by this channel."""

    channel: NotificationChannel


def _own_account(services: Services, principal: CurrentPrincipal) -> Account:
    if principal.method == "token":
        raise HTTPException(409, "The token belongs to no account. Log in with an account.")
    account = services.authenticator.accounts.find(principal.name)
    if account is None:
        raise HTTPException(401, "This account does not exist any more.")
    return account


OwnAccount = Annotated[Account, Depends(_own_account)]
router = APIRouter(
    prefix="/api/me/notifications",
    tags=["notifications"],
    responses=ERROR_RESPONSES,
    dependencies=[requires(Right.VIEW_STATUS)],
)
worker_router = APIRouter()


@worker_router.get(WORKER, include_in_schema=False)
def worker() -> Response:
    """It holds no data, and the same is served to everybody."""
    path = STATIC_DIR / WORKER.removeprefix("/")
    if not path.is_file():
        raise HTTPException(503, "The page is not built. Run scripts/install, which needs npm, and start again.")
    return Response(path.read_bytes(), media_type="text/javascript")


@router.get("")
def own_notifications(services: Services, context: Context, account: OwnAccount) -> OwnNotificationsResponse:
    """What one's own account is notified of."""
    return _response(services, context, account)


@router.put("")
def change_own_notifications(
    services: Services,
    context: Context,
    principal: CurrentPrincipal,
    account: OwnAccount,
    request: OwnNotificationsRequest,
) -> OwnNotificationsResponse:
    """Choose what one is notified of. A new webhook gets a new secret."""
    settings, stored = context.site.notifications, StoredSecrets(FilePath(context.site.data))
    preferences, new_secret = Preferences(context.database), None
    url, before = request.webhook_url, preferences.get(account.id).webhook_url
    if url is not None and not is_allowed_url(url, settings.webhook_hosts):
        raise HTTPException(422, "This webhook is not at a host that an administrator has allowed.")
    chosen = {kind: channels for kind, channels in request.chosen.items() if channels}
    kinds: dict[str, JsonValue] = {kind.value: [one.value for one in chosen[kind]] for kind in chosen}
    details: dict[str, JsonValue] = {"subject": "own notifications", "kinds": kinds}
    context.audit(principal, AuditAction.CHANGED, details)
    if url != before:
        new_secret = None if url is None else f"whsec_{base64.b64encode(secrets.token_bytes(24)).decode()}"
        stored.put(webhook_secret(account.id), new_secret, secret_host(url or ""))
    changed = request.model_dump(exclude={"chosen"})
    preferences.put(account.id, NotificationPreferences(channels=chosen, **changed))
    return _response(services, context, account, new_secret)


@router.post("/browsers")
def add_browser(
    services: Services, context: Context, principal: CurrentPrincipal, account: OwnAccount, request: BrowserRequest
) -> OwnNotificationsResponse:
    """Notify this browser, too."""
    push = context.site.notifications.push
    if push is None or not is_allowed_url(request.endpoint, push.hosts):
        raise HTTPException(422, "The push service of this browser is not one that an administrator has allowed.")
    context.audit(principal, AuditAction.CHANGED, {"subject": "own notifications", "browser": "added"})
    Preferences(context.database).add_browser(
        account.id, request.endpoint, request.keys.p256dh, request.keys.auth, request.label, context.wall_time()
    )
    return _response(services, context, account)


@router.delete("/browsers/{id}")
def remove_browser(
    services: Services,
    context: Context,
    principal: CurrentPrincipal,
    account: OwnAccount,
    id: Annotated[int, Path(ge=1, le=2**53)],
) -> OwnNotificationsResponse:
    """Notify a browser no longer."""
    context.audit(principal, AuditAction.CHANGED, {"subject": "own notifications", "browser": "removed"})
    if not Preferences(context.database).remove_browser(account.id, id):
        raise HTTPException(404, "This browser is not notified any more.")
    return _response(services, context, account)


@router.post("/test")
def send_test(
    services: Services, context: Context, account: OwnAccount, request: NotificationTestRequest
) -> OwnNotificationsResponse:
    """Send a test to oneself. How it went is in the answer of a later request."""
    services.notification_tests.take(account.name)
    NotificationQueue(context.database).put_test(account.id, request.channel, context.wall_time())
    return _response(services, context, account)


def _response(
    services: SiteServices, context: SiteContext, account: Account, new_secret: str | None = None
) -> OwnNotificationsResponse:
    settings, preferences = context.site.notifications, Preferences(context.database)
    chosen, results = preferences.get(account.id), NotificationQueue(context.database).results(account.id)
    available = {
        NotificationChannel.MAIL: settings.mail is not None,
        NotificationChannel.PUSH: settings.push is not None,
        NotificationChannel.NTFY: settings.ntfy is not None,
        NotificationChannel.WEBHOOK: bool(settings.webhook_hosts),
    }
    rights = services.rights[account.role]
    key = None if settings.push is None else public_key(create_key(StoredSecrets(FilePath(context.site.data))))
    return OwnNotificationsResponse(
        kinds=tuple(kind for kind in NotificationKind if REQUIRED_RIGHTS[kind] in rights),
        channels=tuple(
            _channel_response(channel, available[channel], results.get(channel, DeliveryResult()))
            for channel in NotificationChannel
        ),
        chosen=chosen.channels,
        mail_address=chosen.mail_address,
        ntfy_server=None if settings.ntfy is None else settings.ntfy.server,
        ntfy_topic=chosen.ntfy_topic,
        webhook_hosts=settings.webhook_hosts,
        webhook_url=chosen.webhook_url,
        webhook_secret=new_secret,
        quiet_hours=chosen.quiet_hours,
        thumbnails=settings.thumbnails,
        push_key=key,
        browsers=tuple(
            BrowserResponse(
                id=browser.id,
                label=browser.label,
                created_at=browser.created,
                host=secret_host(browser.endpoint).split("://")[1].rpartition(":")[0],
            )
            for browser in preferences.browsers(account.id)
        ),
    )


def _channel_response(
    channel: NotificationChannel, available: bool, result: DeliveryResult
) -> NotificationChannelResponse:
    return NotificationChannelResponse(
        channel=channel,
        available=available,
        sent_at=result.sent_at,
        problem=result.problem,
        problem_since=result.problem_since,
        dropped=result.dropped,
        waiting=result.waiting,
    )
