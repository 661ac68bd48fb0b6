"""Sends one message to one account by one of its channels."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue

from passerby.config.notifications.kinds import NotificationChannel, NotificationKind
from passerby.config.notifications.settings import is_allowed_url
from passerby.config.secrets.site_secrets import secret_host
from passerby.config.secrets.stored_secrets import StoredSecrets
from passerby.config.site import Site
from passerby.core.clock import Clock
from passerby.core.errors import PasserbyError
from passerby.store.accounts.accounts import Account
from passerby.store.audit.log import AuditAction, AuditEntry, write
from passerby.store.database import Database
from passerby.store.notifications.preferences import NotificationPreferences, Preferences
from passerby.store.notifications.queue import QueuedNotification
from passerby.store.recordings.part import to_us
from passerby.uplink.event_media import EventMedia
from passerby.uplink.notifications.mail import send_mail
from passerby.uplink.notifications.message import NotificationMessage
from passerby.uplink.notifications.ntfy import send_ntfy
from passerby.uplink.notifications.push import KEY_OWNER, KEY_SECRET, send_push
from passerby.uplink.notifications.send_error import SendError, SendProblem
from passerby.uplink.notifications.webhook import send_webhook, webhook_secret

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AccountChannelSender:
    """The channels of a site. `site` is its present configuration; `boot` identifies the boot session."""

    site: Callable[[], Site]
    database: Database
    media: EventMedia
    clock: Clock
    boot: str

    def send(
        self,
        channel: NotificationChannel,
        account: Account,
        chosen: NotificationPreferences,
        message: NotificationMessage,
        queued: Sequence[QueuedNotification],
    ) -> None:
        """Raises SendError."""
        site, wall = self.site(), self.clock.now().wall
        settings, stored = site.notifications, StoredSecrets(Path(site.data))
        if channel is NotificationChannel.MAIL:
            if settings.mail is None or chosen.mail_address is None:
                raise SendError(SendProblem.NOT_CONFIGURED)
            picture = self._picture(site, account, queued)
            send_mail(settings.mail, chosen.mail_address, message, wall, picture)
        elif channel is NotificationChannel.NTFY:
            if settings.ntfy is None or chosen.ntfy_topic is None:
                raise SendError(SendProblem.NOT_CONFIGURED)
            send_ntfy(settings.ntfy, chosen.ntfy_topic, message)
        elif channel is NotificationChannel.WEBHOOK:
            url = chosen.webhook_url
            secret = None if url is None else stored.get(webhook_secret(account.id), secret_host(url))
            if url is None or secret is None:
                raise SendError(SendProblem.NOT_CONFIGURED)
            if not is_allowed_url(url, settings.webhook_hosts):
                raise SendError(SendProblem.NOT_ALLOWED)
            send_webhook(url, secret, message, wall)
        else:
            self._push(site, stored, account, message, wall)

    def _push(
        self, site: Site, stored: StoredSecrets, account: Account, message: NotificationMessage, wall: float
    ) -> None:
        """To all browsers of the account; it is enough that one gets it. Those that are gone are forgotten."""
        settings, private = site.notifications.push, stored.get(KEY_SECRET, KEY_OWNER)
        preferences = Preferences(self.database)
        browsers = preferences.browsers(account.id)
        if settings is None or private is None or not browsers:
            raise SendError(SendProblem.NOT_CONFIGURED)
        problem, reached = SendError(SendProblem.GONE, permanent=True), False
        for browser in browsers:
            try:
                send_push(settings, private, browser, message, wall)
                reached = True
            except SendError as error:
                if error.problem is SendProblem.GONE:
                    preferences.remove_browser(account.id, browser.id)
                else:
                    problem = error
        if not reached:
            raise problem

    def _picture(self, site: Site, account: Account, queued: Sequence[QueuedNotification]) -> bytes | None:
        """A masked picture of a single event, where the site allows it. It counts as viewed: that is written to the
        audit log first, and what cannot be written is not shown."""
        first = queued[0]
        camera, at = first.body.get("camera"), first.body.get("time")
        kinds = (NotificationKind.EVENT, NotificationKind.TAMPER)
        if not site.notifications.thumbnails or len(queued) > 1 or first.kind not in kinds or not camera or not at:
            return None
        try:
            picture = self.media.read("thumbnail", str(camera), float(at) - 1, float(at) + 1, float(at))
            if picture is not None:
                details: dict[str, JsonValue] = {
                    "camera": str(camera),
                    "kind": "notification",
                    "start": to_us(float(at)),
                }
                now = self.clock.now()
                entry = AuditEntry.of(account.actor, AuditAction.VIEWED, details, now, self.boot, "e-mail of an event")
                write(self.database, entry)
            return picture
        except (PasserbyError, OSError) as error:
            _log.warning("The picture of an event is left out of an e-mail: %s", error)
            return None
