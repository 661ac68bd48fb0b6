"""Who is notified of what: each fact becomes a notification for each account and channel that wants it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from passerby.config.notifications.kinds import REQUIRED_RIGHTS, NotificationChannel, NotificationKind
from passerby.config.roles import RIGHTS
from passerby.config.site import Site
from passerby.store.accounts.accounts import Account, Accounts
from passerby.store.accounts.approvals import Approvals, ApprovalStage
from passerby.store.accounts.independence import set_up_since, why_not_independent
from passerby.store.database import Database
from passerby.store.notifications.facts import Fact, Facts, planned
from passerby.store.notifications.preferences import NotificationPreferences, Preferences
from passerby.store.notifications.queue import MAX_AGE_S, enqueue

#: Seconds after an event at which its picture is on the disk.
PICTURE_DELAY_S = 5.0


@dataclass(frozen=True, slots=True)
class NotificationPlanner:
    """Plans the notifications of a site."""

    database: Database

    def plan(self, site: Site, now: float) -> int:
        """Queue notifications of all facts that are not planned yet. Returns how many were queued."""
        facts, queued = Facts(self.database), 0
        while pending := facts.pending():
            queued += self._plan(pending, site, now)
        return queued

    def _plan(self, facts: Sequence[Fact], site: Site, now: float) -> int:
        accounts, preferences = Accounts(self.database), Preferences(self.database).all()
        wanting = [(account, preferences[account.id]) for account in accounts.all() if account.id in preferences]
        zone, settings = ZoneInfo(site.timezone), site.notifications
        rows = []
        for fact in facts:
            if now - fact.created > MAX_AGE_S:  # the program was off: nobody is helped by it any more
                continue
            for account, chosen in wanting:
                channels = chosen.wanted(fact.kind)
                if not channels or not self._concerns(account, fact, accounts):
                    continue
                quiet = None if chosen.quiet_hours is None else chosen.quiet_hours.end_after(now, zone)
                for channel in channels:
                    delayed = settings.thumbnails and channel is NotificationChannel.MAIL and fact.body.get("event")
                    ready = fact.created + PICTURE_DELAY_S if delayed else now
                    rows.append((account.id, channel, fact, max(ready, quiet or 0.0)))
        with self.database.write_transaction() as connection:
            for owner, channel, fact, not_before in rows:
                enqueue(connection, owner, channel, fact.kind.value, fact.body, fact.created, not_before)
            planned(connection, facts)
        return len(rows)

    def _concerns(self, account: Account, fact: Fact, accounts: Accounts) -> bool:
        """May this account be notified of it? A clip, and a change of accounts, only where it may decide."""
        if not account.active or not may_be_told(account, fact.kind):
            return False
        if fact.kind not in (NotificationKind.CLIP_WAITS, NotificationKind.ACCOUNT_WAITS):
            return True
        approval = Approvals(self.database).get(int(fact.body["approval"]))
        if approval is None or approval.state is not ApprovalStage.PENDING:
            return False
        if fact.kind is NotificationKind.ACCOUNT_WAITS:
            return not set_up_since(account, approval.requested_at)
        by, at = approval.requested_by, approval.requested_at
        return account.actor != by and why_not_independent(accounts, by, at, account.actor) is None


def may_be_told(account: Account, kind: NotificationKind | str) -> bool:
    """Has its role the right that a kind of notification needs? A kind that is not known needs one that nobody has."""
    return kind in tuple(NotificationKind) and REQUIRED_RIGHTS[NotificationKind(kind)] in RIGHTS[account.role]


def is_obsolete(database: Database, kind: str, body: Mapping[str, object]) -> bool:
    """Has what was to be told been decided meanwhile?"""
    if kind not in (NotificationKind.CLIP_WAITS, NotificationKind.ACCOUNT_WAITS):
        return False
    approval = Approvals(database).get(int(str(body["approval"])))
    return approval is None or approval.state is not ApprovalStage.PENDING


def language_of(account: Account, preferences: NotificationPreferences, site: Site) -> str:
    """The language of an account's notifications: what it has chosen, else that of the page on which it set them up."""
    chosen = preferences.language.value if preferences.language is not None else site.notifications.language.value
    return account.language or chosen
