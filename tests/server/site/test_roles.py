"""Each route, tried by each role. docs/ref/roles.md shows the same."""

from pathlib import Path

import pytest

from passerby.config.roles import RIGHTS, Right, Role
from passerby.server.site.app import OPEN, STATUS
from passerby.server.site.context import Trial
from passerby.server.site.rights import rights_of
from passerby.store.audit.log import read
from tests.server.site.conftest import EVENT, serving

#: What whoever is not logged in may ask for: the page, the ways in, and on this machine how the site is.
EVERYBODY = {"/", "/assets/{name}", "/login/leave", "/login/back", "/metrics", *OPEN, *STATUS}
#: Places in addresses, filled in.
FILLED = {
    "camera": "yard",
    "where": EVENT.split("/")[0],
    "rule": EVENT.split("/")[1],
    "number": "1",
    "id": "999",
    "name": "nobody-of-that-name",
    "first": "1",
    "length": "1",
    "index": "999999",
}
TABLE = Path(__file__).parents[3] / "docs" / "ref" / "roles.md"


class Nothing:
    """Tools that reach for nothing."""

    def glimpse(self, film, longest):
        return b"\xff\xd8"

    def clip(self, *_):
        return []

    def find(self, *_):
        return []

    def try_camera(self, settings):
        return Trial("not in a test")


@pytest.fixture(scope="module")
def site(made, tmp_path_factory):
    with serving(made, tmp_path_factory.mktemp("roles"), tools=Nothing()) as served:
        yield served


def asked(browser, method, path):
    """With nothing in it, so that nothing is changed where it is let in."""
    return browser.client.request(
        method, path.format(**FILLED), headers={"host": "127.0.0.1:8770", "x-passerby": "tests"}, json={}
    )


def test_every_route_asks_for_something(site):
    found = rights_of(site.client.app)
    assert 50 < len(found)
    assert EVERYBODY == {path for (_, path), right in found.items() if right is None}


def test_whoever_is_not_logged_in_is_told_nothing(site):
    nobody = site.other()
    for (method, path), right in rights_of(site.client.app).items():
        if right is not None:
            assert 401 == asked(nobody, method, path).status_code, path


@pytest.mark.parametrize("role", Role)
def test_each_route_tried_by_each_role(site, role):
    browser = site.as_(role)
    for (method, path), right in rights_of(site.client.app).items():
        if right is None:
            continue
        if path == "/api/logout":  # the last thing that one does
            assert 204 == asked(site.as_(role), method, path).status_code
            continue
        answer = asked(browser, method, path)
        if right in RIGHTS[role]:
            assert answer.status_code not in (401, 403), (path, answer.text)
        else:
            told = f"The role {role} does not have this right: {right}."
            assert (403, told) == (answer.status_code, answer.json()["detail"]), path


def test_what_is_not_allowed_is_written_down_once_an_hour(site):
    def denied():
        with site.place.database.reading() as connection:
            return [dict(entry.on) for _, entry in read(connection) if entry.what == "denied"]

    viewer, before = site.as_("viewer"), len(denied())
    for _ in range(3):
        assert 403 == viewer.get("/api/settings").status_code
    assert [{"right": "change"}] == denied()[before:]


def test_roles_that_are_apart():
    """An auditor sees no pictures and changes nothing; nobody else sees the log, or raises the ceiling."""
    assert not RIGHTS[Role.AUDITOR] & {Right.LOOK, Right.HANDLE, Right.CHANGE, Right.PEOPLE}
    others = set(Role) - {Role.AUDITOR}
    assert not any({Right.AUDIT, Right.CEILING} & RIGHTS[role] for role in others)
    assert RIGHTS[Role.VIEWER] < RIGHTS[Role.OPERATOR] < RIGHTS[Role.ADMINISTRATOR]
