"""Notifies the accounts of a site: plans what is to be sent, and sends it, in threads of their own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from typing import Self

from pydantic import JsonValue

from passerby.config.notice import Language
from passerby.config.notifications.kinds import NotificationChannel, NotificationKind
from passerby.config.site import Site
from passerby.core.clock import Clock, SystemClock, boot_id
from passerby.core.errors import PasserbyError
from passerby.documents.status import CameraHealth, CameraState, CoverReason
from passerby.store.accounts.accounts import Account, Accounts
from passerby.store.database import Database
from passerby.store.notifications.facts import Facts
from passerby.store.notifications.preferences import NotificationPreferences, Preferences
from passerby.store.notifications.queue import TEST, NotificationQueue, QueuedNotification
from passerby.uplink.event_media import EventMedia, NoEventMedia
from passerby.uplink.notifications.channels import AccountChannelSender
from passerby.uplink.notifications.message import compose
from passerby.uplink.notifications.planner import NotificationPlanner, is_obsolete, language_of, may_be_told
from passerby.uplink.notifications.send_error import SendError, SendProblem

#: Seconds between two looks for what is to be planned or sent.
POLL_INTERVAL_S = 2.0
#: Seconds between two messages to one account by one channel: what happens meanwhile comes together in the next.
MIN_INTERVAL_S = 60.0
#: Seconds for which a model must have failed before that is told, and have worked before it is told again.
CHECK_FAILED_AFTER_S, CHECK_FINE_AFTER_S = 10.0, 60.0
#: Seconds: a camera is back when its newest frame is no older.
FRESH_S = 5.0
_log = logging.getLogger(__name__)


class NotificationService:
    """Runs until it is closed. What is not sent by then is sent after the next start."""

    def __init__(
        self,
        site: Site,
        database: Database,
        media: EventMedia | None = None,
        clock: Clock | None = None,
        boot: str | None = None,
        poll_interval_s: float = POLL_INTERVAL_S,
        min_interval_s: float = MIN_INTERVAL_S,
    ) -> None:
        self._site, self._database, self._clock = site, database, clock or SystemClock()
        self._poll_interval_s, self._min_interval_s = poll_interval_s, min_interval_s
        self._queue, self._facts = NotificationQueue(database), Facts(database)
        self._planner = NotificationPlanner(database)
        self._sender = AccountChannelSender(
            lambda: self._site, database, media or NoEventMedia(), self._clock, boot_id() if boot is None else boot
        )
        self._sent_at: dict[tuple[int, NotificationChannel], float] = {}
        #: Cameras whose models fail: since when, when they last did, and whether it was told.
        self._failing: dict[str, tuple[float, float, bool]] = {}
        self._stopped = threading.Event()
        self._threads = [
            threading.Thread(
                target=self._run, args=(channel,), name=f"passerby-notify-{channel or 'plan'}", daemon=True
            )
            for channel in (None, *NotificationChannel)
        ]

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def apply(self, site: Site) -> None:
        """Use a changed configuration from now on."""
        self._site = site

    def close(self) -> None:
        """A message that is being sent is waited for, but not for long: it would be sent again after a restart."""
        self._stopped.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(10)

    def update(self, cameras: Mapping[str, CameraHealth]) -> None:
        """What is so at each camera now: cameras that are back, and models that fail, are facts. Raises StoreError."""
        now = self._clock.now()
        outages = self._facts.outages()
        for name, since in outages.items():
            health = cameras.get(name)
            fresh = health is not None and health.last_frame_age is not None and health.last_frame_age < FRESH_S
            if health is not None and health.state is CameraState.LIVE and fresh:
                self._facts.camera_back(name, since, now.wall)
        self._facts.forget_outages([name for name in outages if name not in cameras])
        for name, health in cameras.items():
            if health.covered_now is CoverReason.MODELS:
                since, _, told = self._failing.get(name, (now.monotonic, 0.0, False))
                if not told and now.monotonic - since >= CHECK_FAILED_AFTER_S:
                    body: dict[str, JsonValue] = {"camera": name, "time": now.wall}
                    self._facts.report(f"check/{name}/{now.wall:.3f}", NotificationKind.CHECK_FAILED, body, now.wall)
                    told = True
                self._failing[name] = since, now.monotonic, told
            elif name in self._failing and now.monotonic - self._failing[name][1] >= CHECK_FINE_AFTER_S:
                del self._failing[name]

    def _run(self, channel: NotificationChannel | None) -> None:
        failed = ""
        while not self._stopped.wait(self._poll_interval_s):
            try:
                if channel is None:
                    self._planner.plan(self._site, self._clock.now().wall)
                    self._queue.trim(self._clock.now().wall)
                else:
                    self.send_due(channel)
                failed = ""
            except (PasserbyError, OSError) as error:  # a full disk, a busy database: it is tried again
                if str(error) != failed:
                    _log.warning("Notifications: %s", error)
                failed = str(error)
            except Exception:  # nothing in one message may end the thread
                if not failed:
                    _log.exception("Notifications: this is a fault of passerby")
                failed = "fault"

    def send_due(self, channel: NotificationChannel) -> None:
        """Send what is due by one channel, all of an account in one message."""
        now = self._clock.now()
        accounts = {account.id: account for account in Accounts(self._database).all()}
        preferences = Preferences(self._database).all()
        for owner, queued in self._queue.due(channel, now.wall).items():
            if self._stopped.is_set():
                return
            account = accounts.get(owner)
            if account is None or not account.active:
                self._queue.obsolete([one.id for one in queued])
                continue
            tests = [one for one in queued if one.kind == TEST]
            others = [one for one in queued if one.kind != TEST]
            # They may have waited for a day, and the account may have another role by now.
            stale = [
                one
                for one in others
                if not may_be_told(account, one.kind) or is_obsolete(self._database, one.kind, one.body)
            ]
            self._queue.obsolete([one.id for one in stale])
            chosen = preferences.get(owner, NotificationPreferences())
            if tests:
                self._send(channel, account, chosen, tests[-1:], tests[:-1])
            wanted = [one for one in others if one not in stale]
            recent = now.monotonic - self._sent_at.get((owner, channel), float("-inf")) < self._min_interval_s
            if wanted and not recent:
                self._sent_at[owner, channel] = now.monotonic
                self._send(channel, account, chosen, wanted, ())

    def _send(
        self,
        channel: NotificationChannel,
        account: Account,
        chosen: NotificationPreferences,
        queued: list[QueuedNotification],
        repeated: list[QueuedNotification] | tuple[()],
    ) -> None:
        """`repeated` are the same once more, and not sent."""
        self._queue.obsolete([one.id for one in repeated])
        language = Language(language_of(account, chosen, self._site))
        try:
            self._sender.send(channel, account, chosen, compose(queued, self._site, language), queued)
        except SendError as error:
            # Who tests wants to know now, and no more than that.
            permanent = error.permanent or error.problem is SendProblem.NOT_CONFIGURED or queued[0].kind == TEST
            dropped = self._queue.failed(queued, str(error), self._clock.now().wall, permanent=permanent)
            if dropped:
                _log.warning("%d notifications by %s were given up: %s", dropped, channel.value, error)
            return
        except (PasserbyError, OSError):
            raise
        except Exception:  # one message that cannot be made must not hold up those of other accounts
            _log.exception("A notification by %s is given up: this is a fault of passerby", channel.value)
            self._queue.failed(queued, SendProblem.FAILED.value, self._clock.now().wall, permanent=True)
            return
        self._queue.sent(queued, self._clock.now().wall)
