"""Who is logged in, as routes receive it."""

from dataclasses import FrozenInstanceError

import pytest

from passerby.config.roles import Role
from tests.server.site.fixtures import WALL


def principal_of(served, browser):
    (cookie,) = browser.client.cookies.values()
    return served.authenticator.principal_of(cookie)


def test_an_account_and_the_token(served):
    viewer, owner = principal_of(served, served.as_("viewer")), principal_of(served, served)
    assert ("account:viewer", "viewer", Role.VIEWER, "password") == (
        viewer.actor,
        viewer.name,
        viewer.role,
        viewer.method,
    )
    assert ("system:somebody", Role.ADMINISTRATOR, "token") == (owner.actor, owner.role, owner.method)
    assert viewer.session_id != owner.session_id
    assert WALL < viewer.expires_at


def test_rights_cannot_be_raised(served):
    viewer = principal_of(served, served.as_("viewer"))
    with pytest.raises(FrozenInstanceError):
        viewer.role = Role.ADMINISTRATOR
