"""What each account wants to be notified of, by which channels, and its browsers that receive notifications."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import Field
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.sqlite import insert

from passerby.config.notice import Language
from passerby.config.notifications.kinds import NotificationChannel, NotificationKind
from passerby.config.notifications.quiet_hours import QuietHours
from passerby.core.errors import UsageError
from passerby.core.model import FrozenModel
from passerby.store.database import Database
from passerby.store.notifications.tables import notification_preferences, push_subscriptions

#: Browsers of one account.
MAX_BROWSERS = 10


class NotificationPreferences(FrozenModel):
    """What one account has chosen. `language`: that of the page on which it chose."""

    mail_address: str | None = None
    ntfy_topic: str | None = None
    webhook_url: str | None = None
    channels: Mapping[NotificationKind, tuple[NotificationChannel, ...]] = Field(default={})
    quiet_hours: QuietHours | None = None
    language: Language | None = None

    def wanted(self, kind: NotificationKind) -> tuple[NotificationChannel, ...]:
        """The channels by which to notify of this kind."""
        return self.channels.get(kind, ())


@dataclass(frozen=True, slots=True)
class PushSubscription:
    """One row of `push_subscriptions`."""

    id: int
    endpoint: str
    p256dh: str
    auth: str
    label: str
    created: float


class Preferences:
    """The preferences of all accounts of a site, by the id of the account."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, account: int) -> NotificationPreferences:
        """Those of an account that has chosen nothing are empty."""
        return self.all().get(account, NotificationPreferences())

    def all(self) -> dict[int, NotificationPreferences]:
        with self._database.read_transaction() as connection:
            rows = connection.execute(select(notification_preferences)).all()
        return {row.account: NotificationPreferences.model_validate_json(row.body) for row in rows}

    def put(self, account: int, preferences: NotificationPreferences) -> None:
        body = preferences.model_dump_json(exclude_defaults=True)
        statement = insert(notification_preferences).values(account=account, body=body)
        with self._database.write_transaction() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["account"], set_={"body": body}))

    def browsers(self, account: int) -> list[PushSubscription]:
        """The browsers of an account, the oldest first."""
        query = select(push_subscriptions).where(push_subscriptions.c.account == account)
        with self._database.read_transaction() as connection:
            rows = connection.execute(query.order_by(push_subscriptions.c.id)).all()
        return [PushSubscription(row.id, row.endpoint, row.p256dh, row.auth, row.label, row.created) for row in rows]

    def add_browser(self, account: int, endpoint: str, p256dh: str, auth: str, label: str, now: float) -> None:
        """One that is there already gets these keys. Raises UsageError beyond MAX_BROWSERS."""
        row = {
            "account": account,
            "endpoint": endpoint,
            "p256dh": p256dh,
            "auth": auth,
            "label": label,
            "created": now,
        }
        own = push_subscriptions.c.account == account
        with self._database.write_transaction() as connection:
            query = select(func.count()).where(own, push_subscriptions.c.endpoint != endpoint)
            if connection.execute(query).scalar_one() >= MAX_BROWSERS:
                raise UsageError(f"{MAX_BROWSERS} browsers are notified already. Remove one of them first.")
            changed = {"p256dh": p256dh, "auth": auth, "label": label}
            statement = insert(push_subscriptions).values(row)
            connection.execute(statement.on_conflict_do_update(index_elements=["account", "endpoint"], set_=changed))

    def remove_browser(self, account: int, id: int) -> bool:
        """False where there is none of that number."""
        condition = (push_subscriptions.c.account == account) & (push_subscriptions.c.id == id)
        with self._database.write_transaction() as connection:
            return bool(connection.execute(delete(push_subscriptions).where(condition)).rowcount)
