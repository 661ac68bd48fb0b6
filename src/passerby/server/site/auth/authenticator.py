"""Login to a site: by token, by password, by single sign-on; and who a session cookie belongs to."""

from __future__ import annotations

import hmac

from passerby.core.clock import Clock
from passerby.core.errors import PasserbyError, UsageError
from passerby.server.login_throttle import LoginThrottle
from passerby.server.rate_limit import RateLimit
from passerby.server.site.auth.principal import LoginMethod, Principal, RequiredSetup
from passerby.server.site.auth.rights import InputRequired
from passerby.store.accounts.accounts import INITIAL_PASSWORD_S, Account, Accounts
from passerby.store.accounts.sessions import AccountSession, Sessions
from passerby.store.audit.log import AuditAction, AuditEntry, clean_purpose, write
from passerby.store.database import Database

#: Purposes that an account may state in so many seconds: each is a row of the audit log.
MAX_PURPOSES, MAX_PURPOSES_S = 60, 3600.0


class Authenticator:
    """Logins of one site. Whoever has the token that the program printed has started it, or may read its output: they
    could as well use the command line, and are an administrator here, by the name of their account on the machine."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        boot: str,
        token: str | None,
        owner: str,
        *,
        idle_timeout_s: float = 3600.0,
        max_session_s: float = 12 * 3600.0,
        throttle: LoginThrottle | None = None,
        second_factor_required: bool = False,
    ) -> None:
        """`idle_timeout_s`: a session ends so long after its last request, and after `max_session_s` in any case.
        `second_factor_required`: of everybody who logs in with a password."""
        self._database, self._clock, self._boot = database, clock, boot
        self._token, self._owner = token, owner
        self._throttle = throttle or LoginThrottle(lambda: clock.now().monotonic)
        self._second_factor_required = second_factor_required
        self._purposes = RateLimit("purposes", MAX_PURPOSES, MAX_PURPOSES_S, lambda: clock.now().monotonic)
        self.accounts = Accounts(database)
        self.sessions = Sessions(database, idle_s=idle_timeout_s, max_age_s=max_session_s)
        self.sessions.delete_token_sessions()

    def open_by_token(self, token: str, purpose: str | None, address: str) -> str | None:
        """A new session (its cookie); None for a wrong token. Raises TooManyAttempts, UsageError."""
        with self._throttle.attempt("token", address) as attempt:
            if self._token is None or not hmac.compare_digest(self._token.encode(), token.encode("utf-8", "replace")):
                return None
            attempt.give_back()
        return self._open(None, f"system:{self._owner}", "token", purpose)

    def open_by_password(self, name: str, password: str, code: str | None, purpose: str, address: str) -> str | None:
        """A new session (its cookie); None when the name, the password or the code is wrong. Raises TooManyAttempts,
        HashingBusy, InputRequired for a missing code, and UsageError, also for an initial password that has expired."""
        purpose = clean_purpose(purpose)
        with self._throttle.attempt(name, address) as attempt:
            account = self._verified(name, password, code)
            if account is not None:
                attempt.succeed()
        if account is None:
            known = self.accounts.find(name)  # an unknown name is not logged: it may be a password
            self.audit("unknown" if known is None else known.actor, AuditAction.LOGIN_FAILED, None, method="password")
            return None
        if account.initial_password and self._clock.now().wall - account.changed > INITIAL_PASSWORD_S:
            self.audit(account.actor, AuditAction.LOGIN_FAILED, None, method="password")
            days = INITIAL_PASSWORD_S / 86400
            raise UsageError(f"This initial password expired after {days:.0f} days. Ask for a new one.")
        return self._open(account, account.actor, "password", purpose)

    def _verified(self, name: str, password: str, code: str | None) -> Account | None:
        """The account, if password and code are right."""
        account = self.accounts.authenticate(name, password)
        if account is not None and account.has_totp:
            if not code:
                raise InputRequired(401, "This account has a second factor: enter its code too.", "code")
            if not self.accounts.verify_totp(account, code, self._clock.now().wall):
                return None
        return account

    def open_by_oidc(self, subject: str, purpose: str) -> str | None:
        """A new session (its cookie) for the account with this name at the identity provider; None if there is none."""
        account = self.accounts.find_by_oidc(subject)
        if account is None:
            self.audit("unknown", AuditAction.LOGIN_FAILED, None, method="oidc")
            return None
        return self._open(account, account.actor, "oidc", clean_purpose(purpose))

    def principal_of(self, cookie: str | None) -> Principal | None:
        """Who a session cookie belongs to."""
        try:
            session = self.sessions.find(cookie, self._clock.now().wall)
        except PasserbyError:  # without the database nobody is logged in
            return None
        return None if session is None else self._principal(session)

    def set_purpose(self, principal: Principal, purpose: str) -> None:
        """The same purpose again is not logged again. Raises UsageError for an empty purpose, RateExceeded."""
        purpose = clean_purpose(purpose)
        if purpose == principal.purpose:
            return
        self._purposes.take(principal.actor)
        self.audit(principal.actor, AuditAction.LOGIN, purpose, method=principal.method, purpose_stated=True)
        self.sessions.set_purpose(principal.session_id, purpose)

    def log_out(self, principal: Principal) -> None:
        self.audit(principal.actor, AuditAction.LOGOUT, principal.purpose)
        self.sessions.close(principal.session_id)

    def audit(self, actor: str, action: AuditAction, purpose: str | None, **details: str | bool) -> None:
        """Write to the audit log, before it is done. Raises what `write` does."""
        write(self._database, AuditEntry.of(actor, action, details, self._clock.now(), self._boot, purpose))

    def _open(self, account: Account | None, actor: str, method: LoginMethod, purpose: str | None) -> str:
        if purpose is not None:
            purpose = clean_purpose(purpose)
        self.audit(actor, AuditAction.LOGIN, purpose, method=method)
        return self.sessions.open(account, actor, method, purpose, self._clock.now().wall)

    def _principal(self, session: AccountSession) -> Principal:
        return Principal(
            actor=session.actor,
            name=session.name,
            role=session.role,
            method=_METHODS[session.method],
            session_id=session.id,
            purpose=session.purpose,
            expires_at=session.created + self.sessions.max_age_s,
            must_set_up=self._required_setup(session),
        )

    def _required_setup(self, session: AccountSession) -> RequiredSetup | None:
        if session.method != "password":
            return None
        if session.initial_password:
            return "password"
        return "totp" if self._second_factor_required and not session.has_totp else None


_METHODS: dict[str, LoginMethod] = {"token": "token", "password": "password", "oidc": "oidc"}
