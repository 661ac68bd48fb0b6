"""The pages of a fleet: each route with each role, and that no route leads to a site."""

import pytest

from passerby.config.roles import FLEET_RIGHTS, Role
from passerby.server.site.auth.rights import route_rights
from tests.server.fleet.fixtures import HEADERS, TOKEN

EVERYBODY = {"/", "/metrics", "/api/login", "/login/oidc", "/login/oidc/callback"}
FILLED = {"site": "north", "form": "csv", "number": "1", "id": "999", "name": "nobody-of-that-name"}
QUERY = {"start": "2027-01-10", "end": "2027-01-12"}


def request(browser, method, path):
    query = {"start": 1.0, "end": 2.0} if path.endswith("/health") else QUERY
    return browser.client.request(method, path.format(**FILLED), headers=HEADERS, json={}, params=query)


def test_every_route_requires_a_right(served_fleet):
    found = route_rights(served_fleet.client.app)
    assert 20 < len(found)
    assert EVERYBODY == {path for (_, path), right in found.items() if right is None}


@pytest.mark.parametrize("role", Role)
def test_each_route_requested_by_each_role(served_fleet, role):
    browser, nobody = served_fleet.as_(role), served_fleet.other()
    for (method, path), right in route_rights(served_fleet.client.app).items():
        if right is None:
            continue
        assert 401 == request(nobody, method, path).status_code, path
        if path == "/api/logout":
            assert 204 == request(served_fleet.as_(role), method, path).status_code
            continue
        answer = request(browser, method, path)
        if right in FLEET_RIGHTS[role]:
            assert answer.status_code not in (401, 403), (path, answer.text)
        else:
            detail = f"The role {role} does not have this right: {right}."
            assert (403, detail) == (answer.status_code, answer.json()["detail"]), path


def test_no_route_changes_or_asks_anything_of_a_site(served_fleet):
    """Below /api/fleet everything is read."""
    found = {(method, path) for method, path in route_rights(served_fleet.client.app) if path.startswith("/api/fleet")}
    assert {"GET"} == {method for method, _ in found}
    admin = served_fleet.as_(Role.ADMINISTRATOR)
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        for path in (
            "/api/fleet/sites",
            "/api/fleet/sites/north",
            "/api/fleet/sites/north/health",
            "/api/fleet/counts",
        ):
            assert 405 == admin.client.request(method, path, headers=HEADERS, json={}).status_code
    for path in (
        "/api/live",
        "/api/cameras",
        "/api/recordings/gate/thumbnail.jpg",
        "/api/settings",
        "/api/fleet/sites/north/command",
        "/api/fleet/sites/north/picture.jpg",
        "/api/exports",
        "/health",
        "/counts",
    ):
        assert 404 == admin.get(path).status_code, path


def test_the_token_opens_a_session_on_this_machine(served_fleet):
    browser = served_fleet.other()
    assert 303 == browser.get("/", params={"token": TOKEN, "purpose": "a test"}).status_code
    found = browser.get("/api/session").json()
    assert ("Lakeside", "administrator") == (found["site"], found["role"])
    assert {"view_fleet_health", "view_fleet_counts"} < set(found["rights"])
    assert not {"view_status", "view_media", "edit_config"} & set(found["rights"])
