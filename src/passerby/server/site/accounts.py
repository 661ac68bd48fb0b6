"""Accounts and sessions, administrated; and one's own password and second factor."""

from __future__ import annotations

import json
import pathlib
from datetime import UTC, datetime
from typing import Annotated

import pyotp
from fastapi import APIRouter, HTTPException, Path
from fastapi.responses import Response
from pydantic import Field, JsonValue

from passerby.config.roles import Right, Role
from passerby.core.model import FrozenModel
from passerby.server.site.authenticator import Gate
from passerby.server.site.context import Place
from passerby.server.site.login_throttle import Slow, TooMany
from passerby.server.site.rights import NO, Who, asks
from passerby.store.accounts.accounts import Account, account_name
from passerby.store.accounts.approvals import Consent, Consents, Kind, Stage
from passerby.store.accounts.breached_passwords import not_stolen
from passerby.store.accounts.passwords import good, hashed
from passerby.store.accounts.sessions import Session
from passerby.store.audit.log import Deed

Name = Annotated[str, Path(max_length=64)]
Id = Annotated[int, Path(ge=1, le=2**31)]
Password = Annotated[str, Field(max_length=1000)]


class AccountTold(FrozenModel):
    """One account."""

    name: str
    role: Role
    password: bool = Field(description="Does it have one?")
    totp: bool = Field(description="Does it have a second factor?")
    oidc: str | None = Field(description="What the other site calls them.")
    active: bool
    made: float
    changed: float


class AccountWish(FrozenModel):
    """A new account, with a password to begin with, or the name that the other site knows them by."""

    name: str = Field(max_length=64)
    role: Role
    password: Password | None = None
    oidc: str | None = Field(default=None, min_length=1, max_length=200)


class AccountChange(FrozenModel):
    """What is to be different; what is left out stays. `totp: false` takes the second factor away."""

    role: Role | None = None
    password: Password | None = None
    active: bool | None = None
    oidc: str | None = Field(default=None, min_length=1, max_length=200)
    totp: bool | None = Field(default=None, description="Only false: only its owner can set one up.")


class Outcome(FrozenModel):
    """What came of a change: the account as it is now, or what an auditor must agree to first."""

    account: AccountTold | None
    waiting: int | None = Field(description="Number of what waits for an auditor.")


class WaitingTold(FrozenModel):
    """A change of an auditor, or to one, that an auditor must agree to."""

    id: int
    who: str
    asked: float
    purpose: str
    name: str
    what: str = Field(description="In words.")
    state: Stage
    by: str | None
    decided: float | None


class OpenSession(FrozenModel):
    """Somebody who is logged in."""

    id: int
    name: str
    who: str
    role: Role
    by: str
    purpose: str | None
    began: float
    used: float
    own: bool = Field(description="Is it the one that asks?")


class OwnPassword(FrozenModel):
    """A new password for oneself."""

    old: Password
    new: Password


class Confirmed(FrozenModel):
    """The password, once more, before the second factor changes."""

    password: Password


class Factor(FrozenModel):
    """A second factor that is to be: for an app that shows codes."""

    secret: str
    address: str = Field(description="otpauth:// address, to be shown as a QR code.")


class FactorWish(FrozenModel):
    """A code of it shows that the app has it."""

    password: Password
    secret: str = Field(pattern="^[A-Z2-7]{32}$")
    code: str = Field(max_length=20)


def people_routes(place: Place, gate: Gate) -> APIRouter:
    routes = APIRouter(tags=["people"], responses=NO)
    consents = Consents(place.database)
    slow = Slow(lambda: place.clock.now().monotonic)

    def now() -> float:
        return place.clock.now().wall

    def good_enough(password: str, name: str) -> str:
        """Raises UsageError for one that would be guessed, or that was stolen somewhere."""
        stolen = place.site.pages.stolen
        return not_stolen(good(password, name, place.site.name), None if stolen is None else pathlib.Path(stolen))

    def proved(who: Who, password: str) -> Account:
        """Somebody who sits down at another's page does not know the password."""
        if who.by == "token":
            raise HTTPException(409, "This is no account: it came by the token. Log in with an account.")
        try:
            slow.ask(who.name, "")
        except TooMany as error:
            raise HTTPException(429, str(error), {"retry-after": str(round(error.wait) + 1)}) from error
        account = gate.accounts.proves(who.name, password)
        if account is None:
            slow.wrong(who.name, "")
            raise HTTPException(403, "That is not your password.")
        slow.right(who.name, "")
        return account

    @routes.get("/api/accounts", dependencies=[asks(Right.KNOW)])
    def accounts() -> list[AccountTold]:
        return [_told(one) for one in gate.accounts.all()]

    @routes.post("/api/accounts", dependencies=[asks(Right.PEOPLE)])
    def add(who: Who, wish: AccountWish) -> Outcome:
        """Make an account. One of an auditor waits for an auditor, if there is any."""
        name = account_name(wish.name)
        if (wish.password is None) == (wish.oidc is None):
            raise HTTPException(422, "Give a password, or the name that the other site knows them by: one of them.")
        kept = None if wish.password is None else hashed(good_enough(wish.password, name))
        if gate.accounts.named(name) is not None:
            raise HTTPException(409, f"There is an account {name} already.")
        does: dict[str, JsonValue] = {"do": "add", "name": name, "role": wish.role.value}
        secret: dict[str, JsonValue] = {"password": kept, "oidc": wish.oidc}
        return _done(place, gate, consents, who, does, secret, auditor=wish.role is Role.AUDITOR)

    @routes.put("/api/accounts/{name}", dependencies=[asks(Right.PEOPLE)])
    def change(who: Who, name: Name, wish: AccountChange) -> Outcome:
        """Change an account: its sessions end. One of an auditor waits for an auditor."""
        account = _known(gate, name)
        given = wish.model_dump(exclude_none=True)
        if given.pop("totp", False):
            raise HTTPException(422, "Only its owner can set a second factor up.")
        does: dict[str, JsonValue] = {"do": "change", "name": account.name}
        does |= {key: given[key] for key in ("role", "active", "oidc") if key in given}
        secret: dict[str, JsonValue] = {}
        if wish.totp is False:
            does["totp"] = False
        if wish.password is not None:
            secret["password"] = hashed(good_enough(wish.password, account.name))
        auditor = Role.AUDITOR in (account.role, wish.role)
        return _done(place, gate, consents, who, does, secret, auditor=auditor)

    @routes.delete("/api/accounts/{name}", dependencies=[asks(Right.PEOPLE)])
    def remove(who: Who, name: Name) -> Outcome:
        """Take an account away. One of an auditor waits for an auditor."""
        account = _known(gate, name)
        does: dict[str, JsonValue] = {"do": "remove", "name": account.name}
        return _done(place, gate, consents, who, does, {}, auditor=account.role is Role.AUDITOR)

    @routes.get("/api/waiting", dependencies=[asks(Right.KNOW)])
    def waiting() -> list[WaitingTold]:
        """Changes of auditors, and what became of them, the newest first."""
        return [_waiting(one) for one in consents.all(Kind.ACCOUNT)]

    @routes.post("/api/waiting/{id}/agree", dependencies=[asks(Right.CEILING)])
    def agree(who: Who, id: Id) -> Outcome:
        """An auditor agrees, and it is done."""
        consent = _decided(place, consents, who, id, Stage.AGREED)
        outcome = _apply(place, gate, dict(consent.body["does"]), dict(consent.body["secret"]))
        consents.tell(id, Stage.DONE, {})
        return outcome

    @routes.post("/api/waiting/{id}/refuse", dependencies=[asks(Right.CEILING)])
    def refuse(who: Who, id: Id) -> WaitingTold:
        """An auditor refuses, and it is not done."""
        return _waiting(_decided(place, consents, who, id, Stage.REFUSED))

    @routes.get("/api/sessions", dependencies=[asks(Right.PEOPLE)])
    def sessions(who: Who) -> list[OpenSession]:
        """Who is logged in."""
        return [_open(one, who) for one in gate.sessions.all(now())]

    @routes.delete("/api/sessions/{id}", dependencies=[asks(Right.PEOPLE)], status_code=204)
    def end(who: Who, id: Id) -> Response:
        """End a session at once."""
        there = next((one for one in gate.sessions.all(now()) if one.id == id), None)
        if there is None:
            raise HTTPException(404, "There is no such session, or it has ended.")
        place.note(who, Deed.LOGOUT, {"of": there.who})
        gate.sessions.close(id)
        return Response(status_code=204)

    @routes.get("/api/own/sessions", dependencies=[asks(Right.ENTER)])
    def own_sessions(who: Who) -> list[OpenSession]:
        """Where one is logged in oneself."""
        return [_open(one, who) for one in gate.sessions.all(now()) if one.who == who.who]

    @routes.post("/api/own/sessions/end", dependencies=[asks(Right.ENTER)])
    def end_own(who: Who, wish: Confirmed) -> list[OpenSession]:
        """End all one's sessions but this one. Those that are left."""
        proved(who, wish.password)
        place.note(who, Deed.LOGOUT, {"of": who.who, "but": "this one"})
        for one in gate.sessions.all(now()):
            if one.who == who.who and one.id != who.session:
                gate.sessions.close(one.id)
        return own_sessions(who)

    @routes.put("/api/own/password", dependencies=[asks(Right.ENTER)], status_code=204)
    def own_password(who: Who, wish: OwnPassword) -> Response:
        """A new password for oneself. All one's sessions end."""
        account = proved(who, wish.old)
        kept = hashed(good_enough(wish.new, account.name))
        if wish.new == wish.old:
            raise HTTPException(422, "This is the password that you have. Take another one.")
        place.note(who, Deed.CHANGED, {"what": "own password"})
        gate.accounts.change(account.name, now(), password=kept, first=False)
        return Response(status_code=204)

    @routes.post("/api/own/factor", dependencies=[asks(Right.ENTER)])
    def factor(who: Who, wish: Confirmed) -> Factor:
        """A second factor to be. It counts when a code of it was given."""
        account = proved(who, wish.password)
        secret = pyotp.random_base32(32)
        address = pyotp.TOTP(secret).provisioning_uri(name=account.name, issuer_name=f"passerby {place.site.name}")
        return Factor(secret=secret, address=address)

    @routes.put("/api/own/factor", dependencies=[asks(Right.ENTER)], status_code=204)
    def own_factor(who: Who, wish: FactorWish) -> Response:
        """Set it up. All one's sessions end: log in with it."""
        account = proved(who, wish.password)
        if not pyotp.TOTP(wish.secret).verify(wish.code.strip(), for_time=_when(now()), valid_window=1):
            raise HTTPException(422, "This code does not belong to it. Is the clock of the app right?")
        place.note(who, Deed.CHANGED, {"what": "own second factor", "set": True})
        gate.accounts.change(account.name, now(), totp=wish.secret)
        return Response(status_code=204)

    @routes.post("/api/own/factor/remove", dependencies=[asks(Right.ENTER)], status_code=204)
    def no_factor(who: Who, wish: Confirmed) -> Response:
        """Take one's second factor away. All one's sessions end."""
        account = proved(who, wish.password)
        place.note(who, Deed.CHANGED, {"what": "own second factor", "set": False})
        gate.accounts.change(account.name, now(), totp=None)
        return Response(status_code=204)

    return routes


def _open(one: Session, who: Who) -> OpenSession:
    return OpenSession(
        id=one.id,
        name=one.name,
        who=one.who,
        role=one.role,
        by=one.by,
        purpose=one.purpose,
        began=one.began,
        used=one.used,
        own=one.id == who.session,
    )


def _when(wall: float) -> datetime:
    return datetime.fromtimestamp(wall, UTC)


def _done(
    place: Place,
    gate: Gate,
    consents: Consents,
    who: Who,
    does: dict[str, JsonValue],
    secret: dict[str, JsonValue],
    *,
    auditor: bool,
) -> Outcome:
    """Do it, or let it wait for an auditor. `does` is written down; `secret` is not."""
    said: dict[str, JsonValue] = {"what": "account", **does}
    if "password" in secret:
        said["password"] = "new"
    if auditor and gate.accounts.auditors():
        place.note(who, Deed.CHANGED, {**said, "waits": True})
        body: dict[str, JsonValue] = {"does": dict(does), "secret": dict(secret)}
        asked = consents.ask(Kind.ACCOUNT, who.who, who.purpose or "", body, place.clock.now().wall)
        return Outcome(account=None, waiting=asked.id)
    place.note(who, Deed.CHANGED, said)
    return _apply(place, gate, does, secret)


def _apply(place: Place, gate: Gate, does: dict[str, JsonValue], secret: dict[str, JsonValue]) -> Outcome:
    at, name = place.clock.now().wall, str(does["name"])
    if does["do"] == "add":
        password, oidc = secret.get("password"), secret.get("oidc")
        account = gate.accounts.add(
            name,
            Role(str(does["role"])),
            at,
            password=None if password is None else str(password),
            oidc=None if oidc is None else str(oidc),
            first=password is not None,
        )
        return Outcome(account=_told(account), waiting=None)
    if does["do"] == "remove":
        gate.accounts.remove(name)
        return Outcome(account=None, waiting=None)
    values: dict[str, object] = {key: does[key] for key in ("role", "active", "oidc") if key in does}
    if does.get("totp") is False:
        values["totp"] = None
    if "password" in secret:
        values |= {"password": secret["password"], "first": True}
    return Outcome(account=_told(gate.accounts.change(name, at, **values)), waiting=None)


def _decided(place: Place, consents: Consents, who: Who, id: int, stage: Stage) -> Consent:
    consent = consents.get(id)
    if consent is None or consent.kind is not Kind.ACCOUNT:
        raise HTTPException(404, "Nothing of that number waits.")
    if consent.state is not Stage.WAITING:
        raise HTTPException(409, f"It is {consent.state} already.")
    deed = Deed.AGREED if stage is Stage.AGREED else Deed.REFUSED
    place.note(who, deed, {"what": "account", "asked_by": consent.who, **consent.body["does"]})
    if not consents.decide(id, stage, who.who, place.clock.now().wall):
        raise HTTPException(409, "Somebody else has just decided it.")
    found = consents.get(id)
    assert found is not None
    return found


def _known(gate: Gate, name: str) -> Account:
    account = gate.accounts.named(name)
    if account is None:
        raise HTTPException(404, f"There is no account {name}.")
    return account


def _told(account: Account) -> AccountTold:
    return AccountTold(
        name=account.name,
        role=account.role,
        password=account.password,
        totp=account.totp,
        oidc=account.oidc,
        active=account.active,
        made=account.made,
        changed=account.changed,
    )


def _waiting(consent: Consent) -> WaitingTold:
    does = dict(consent.body["does"])
    words = ", ".join(f"{key}: {json.dumps(value)}" for key, value in does.items() if key not in ("do", "name"))
    if "password" in consent.body["secret"] and does["do"] == "change":
        words = ", ".join(filter(None, (words, "password: new")))
    return WaitingTold(
        id=consent.id,
        who=consent.who,
        asked=consent.asked,
        purpose=consent.purpose,
        name=str(does["name"]),
        what=f"{does['do']}" + (f" ({words})" if words else ""),
        state=consent.state,
        by=consent.by,
        decided=consent.decided,
    )
