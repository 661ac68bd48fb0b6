"""Each route, requested by each role. docs/ref/roles.md shows the same."""

import pytest

from passerby.config.roles import RIGHTS, Right, Role
from passerby.server.site.app import LOCAL_PATHS, PUBLIC_PATHS
from passerby.server.site.auth.rights import route_rights
from passerby.server.site.context import CameraCheck
from passerby.store.audit.log import read
from tests.server.site.fixtures import EVENT, serving


def test_requests_need_a_purpose_first(served):
    served.client.cookies.clear()
    assert 401 == served.get("/api/cameras").status_code
    served.get("/", params={"token": "a token for tests"})
    answer = served.get("/api/cameras")
    assert (403, "purpose") == (answer.status_code, answer.json()["needs"])
    assert None is served.get("/api/session").json()["purpose"]


#: What whoever is not logged in may ask for: the page, the ways in, and on this machine how the site is.
EVERYBODY = {
    *("/", "/login/oidc", "/login/oidc/callback", "/metrics", "/notifications-worker.js"),
    *PUBLIC_PATHS,
    *LOCAL_PATHS,
}


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


class NoTools:
    """Tools that reach nothing."""

    def thumbnail(self, video, max_side):
        return b"\xff\xd8"

    def export_clip(self, *_):
        return []

    def discover(self, *_):
        return []

    def check_camera(self, settings):
        return CameraCheck("not in a test")

    def presets(self, settings):
        return []

    def go_to_preset(self, settings, token): ...


@pytest.fixture(scope="module")
def site(site_data, tmp_path_factory):
    with serving(site_data, tmp_path_factory.mktemp("roles"), tools=NoTools()) as served:
        yield served


def request(browser, method, path):
    """With nothing in it, so that nothing is changed where it is let in."""
    return browser.client.request(
        method, path.format(**FILLED), headers={"host": "127.0.0.1:8770", "x-passerby": "tests"}, json={}
    )


def test_every_route_requires_a_right(site):
    found = route_rights(site.client.app)
    assert 50 < len(found)
    assert EVERYBODY == {path for (_, path), right in found.items() if right is None}


def test_every_protected_route_needs_a_login(site):
    nobody = site.other()
    for (method, path), right in route_rights(site.client.app).items():
        if right is not None:
            assert 401 == request(nobody, method, path).status_code, path


@pytest.mark.parametrize("role", Role)
def test_each_route_requested_by_each_role(site, role):
    browser = site.as_(role)
    for (method, path), right in route_rights(site.client.app).items():
        if right is None:
            continue
        if path == "/api/logout":  # the last thing that one does
            assert 204 == request(site.as_(role), method, path).status_code
            continue
        answer = request(browser, method, path)
        if right in RIGHTS[role]:
            assert answer.status_code not in (401, 403), (path, answer.text)
        else:
            detail = f"The role {role} does not have this right: {right}."
            assert (403, detail) == (answer.status_code, answer.json()["detail"]), path


def test_denied_requests_are_logged_once_an_hour(site):
    def denied():
        with site.context.database.read_transaction() as connection:
            return [dict(entry.details) for _, entry in read(connection) if entry.action == "access_denied"]

    viewer, before = site.as_("viewer"), len(denied())
    for _ in range(3):
        assert 403 == viewer.get("/api/settings").status_code
    assert [{"right": "edit_config"}] == denied()[before:]


def test_separation_of_roles():
    """An auditor sees no pictures and changes nothing; nobody else sees the log, or raises the ceiling."""
    assert not RIGHTS[Role.AUDITOR] & {Right.VIEW_MEDIA, Right.MANAGE_EVENTS, Right.EDIT_CONFIG, Right.MANAGE_ACCOUNTS}
    others = set(Role) - {Role.AUDITOR}
    assert not any({Right.VIEW_AUDIT_LOG, Right.SET_RETENTION_LIMIT} & RIGHTS[role] for role in others)
    assert RIGHTS[Role.VIEWER] < RIGHTS[Role.OPERATOR] < RIGHTS[Role.ADMINISTRATOR]
