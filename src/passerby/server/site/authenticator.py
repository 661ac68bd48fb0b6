"""The gate of the pages: the ways in, and who is behind a cookie."""

from __future__ import annotations

import hmac
import threading

from passerby.core.clock import Clock
from passerby.core.errors import PasserbyError, UsageError
from passerby.server.site.login_throttle import Slow
from passerby.server.site.principal import By, Owes, Visitor
from passerby.server.site.rights import Needs
from passerby.store.accounts.accounts import FIRST, Account, Accounts
from passerby.store.accounts.sessions import Session, Sessions
from passerby.store.audit.log import Deed, Entry, stated, write
from passerby.store.database import Database


class Gate:
    """Of one site. Whoever has the token that the program printed started it, or may read what it prints: they could as
    well use the command line, and are an administrator here, by the name that the machine knows them by."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        boot: str,
        token: str | None,
        owner: str,
        *,
        idle: float = 3600.0,
        longest: float = 12 * 3600.0,
        slow: Slow | None = None,
        factors: bool = False,
    ) -> None:
        """`idle` and `longest` are seconds that a session lasts: without a request, and in any case. `factors`: must
        everybody who comes by password have a second one?"""
        self._database, self._clock, self._boot = database, clock, boot
        self._token, self._owner, self._slow = token, owner, slow or Slow(lambda: clock.now().monotonic)
        self.accounts, self.sessions = Accounts(database), Sessions(database, idle=idle, longest=longest)
        self.sessions.forget_tokens()
        self._factors = factors
        self._proving = threading.Semaphore(2)  # each takes 64 MiB: many at once would take all memory

    def by_token(self, token: str, purpose: str | None, address: str) -> str | None:
        """A new session, for a cookie; None when that is not the token. Raises TooMany, UsageError."""
        self._slow.ask("token", address)
        if self._token is None or not hmac.compare_digest(self._token.encode(), token.encode("utf-8", "replace")):
            self._slow.wrong("token", address)
            return None
        return self._open(None, f"system:{self._owner}", "token", purpose)

    def by_password(self, name: str, password: str, code: str | None, purpose: str, address: str) -> str | None:
        """A new session for whoever knows the password, and has the second factor where the account has one; None when
        something of it is wrong. Raises TooMany, Needs for a code that is missing, and UsageError, for a first
        password that is too old too."""
        purpose = stated(purpose)
        self._slow.ask(name, address)
        with self._proving:
            account = self.accounts.proves(name, password)
        if account is not None and account.totp:
            if not code:
                raise Needs(401, "This account has a second factor: give its code as well.", "code")
            if not self.accounts.takes(account, code, self._clock.now().wall):
                account = None
        if account is None:
            self._slow.wrong(name, address)
            known = self.accounts.named(name)  # what else is typed there may be a password
            self.note("unknown" if known is None else known.who, Deed.LOGIN_REFUSED, None, by="password")
            return None
        self._slow.right(name, address)
        if account.first and self._clock.now().wall - account.changed > FIRST:
            self.note(account.who, Deed.LOGIN_REFUSED, None, by="password")
            raise UsageError(f"This first password was good for {FIRST / 86400:.0f} days. Ask for another one.")
        return self._open(account, account.who, "password", purpose)

    def by_oidc(self, told: str, purpose: str) -> str | None:
        """A new session for whoever another site calls so; None when there is no such account."""
        account = self.accounts.of_oidc(told)
        if account is None:
            self.note("unknown", Deed.LOGIN_REFUSED, None, by="oidc")
            return None
        return self._open(account, account.who, "oidc", stated(purpose))

    def visitor(self, cookie: str | None) -> Visitor | None:
        """Who is behind a cookie."""
        try:
            found = self.sessions.find(cookie, self._clock.now().wall)
        except PasserbyError:  # no database, no visitors
            return None
        return None if found is None else self._visitor(found)

    def state(self, who: Visitor, purpose: str) -> None:
        """They have said what they are here for. Raises UsageError for what says nothing."""
        purpose = stated(purpose)
        self.note(who.who, Deed.LOGIN, purpose, by=who.by, purpose_stated=True)
        self.sessions.state(who.session, purpose)

    def close(self, who: Visitor) -> None:
        self.note(who.who, Deed.LOGOUT, who.purpose)
        self.sessions.close(who.session)

    def note(self, who: str, what: Deed, purpose: str | None, **on: str | bool) -> None:
        """Written down before it is done. Raises as `write` does."""
        write(self._database, Entry.of(who, what, on, self._clock.now(), self._boot, purpose))

    def _open(self, account: Account | None, who: str, by: By, purpose: str | None) -> str:
        if purpose is not None:
            purpose = stated(purpose)
        self.note(who, Deed.LOGIN, purpose, by=by)
        return self.sessions.open(account, who, by, purpose, self._clock.now().wall)

    def _visitor(self, session: Session) -> Visitor:
        return Visitor(
            who=session.who,
            name=session.name,
            role=session.role,
            by=_BY[session.by],
            session=session.id,
            purpose=session.purpose,
            expires=session.began + self.sessions.longest,
            owes=self._owes(session),
        )

    def _owes(self, session: Session) -> Owes | None:
        if session.by != "password":
            return None
        if session.first:
            return "password"
        return "factor" if self._factors and not session.totp else None


_BY: dict[str, By] = {"token": "token", "password": "password", "oidc": "oidc"}
