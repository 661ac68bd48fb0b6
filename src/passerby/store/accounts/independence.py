"""Are the person who requests and the one who decides two persons, as far as can be told?

Whoever sets up an account can log in with it: makes it, sets its password, links it to an identity provider, or takes
its second factor away. So who did that, and when, is kept with the account. Two accounts that one account has set up,
itself or through accounts of its making, may be one person, whenever that was. The command line is left out: whoever
may write the data folder needs no approval to copy what is in it.
"""

from __future__ import annotations

from passerby.store.accounts.accounts import Account, Accounts

_PREFIX = "account:"


def why_not_independent(accounts: Accounts, requested_by: str, requested_at: float, decided_by: str) -> str | None:
    """Why `decided_by` may not decide on a request, or None. Both are actors of the audit log."""
    requester, decider = _account(accounts, requested_by), _account(accounts, decided_by)
    if set_up_since(decider, requested_at):
        return "Your account was made, reset or linked after this was requested. Somebody else must decide."
    if _lineage(accounts, requester) & _lineage(accounts, decider):
        return (
            "One of you two, or a third account, has made, reset or linked both accounts, so that you could be one "
            "person. Somebody else must decide. Or another administrator sets the password of one of you, or whoever "
            "runs the machine: passerby accounts change NAME --password"
        )
    return None


def _lineage(accounts: Accounts, account: Account | None) -> set[str]:
    """The account, those that have set it up, those that have set them up, and so on. Empty for no account."""
    known = {listed.actor: listed for listed in accounts.all()}
    lineage: set[str] = set()
    open_actors = [] if account is None else [account.actor]
    while open_actors:
        actor = open_actors.pop()
        if actor.startswith(_PREFIX) and actor not in lineage:
            lineage.add(actor)
            open_actors += known[actor].credentials_by if actor in known else ()
    return lineage


def set_up_since(account: Account | None, time: float) -> bool:
    """Did somebody else make, reset or link the account since that time (Unix seconds)?"""
    return account is not None and account.credentials_at is not None and account.credentials_at >= time


def requester_set_up_since(accounts: Accounts, requested_by: str, requested_at: float) -> bool:
    """The same, of the account of an actor. One that is gone counts as set up anew."""
    account = _account(accounts, requested_by)
    return requested_by.startswith(_PREFIX) and (account is None or set_up_since(account, requested_at))


def _account(accounts: Accounts, actor: str) -> Account | None:
    return accounts.find(actor.removeprefix(_PREFIX)) if actor.startswith(_PREFIX) else None
