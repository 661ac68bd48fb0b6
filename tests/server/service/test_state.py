"""Keys, scopes and rates."""

import pytest

from passerby.server.service import state
from passerby.service.keys import KeyScope
from tests.server.service.fixtures import BASE, api

__all__ = ["api"]

ID = "0" * 32
#: Every route, with the scope that it needs.
ROUTES = [
    ("POST", "/uploads?name=a", KeyScope.SUBMIT),
    ("DELETE", f"/uploads/{ID}", KeyScope.SUBMIT),
    ("POST", "/jobs", KeyScope.SUBMIT),
    ("GET", "/jobs", KeyScope.READ),
    ("GET", f"/jobs/{ID}", KeyScope.READ),
    ("GET", f"/jobs/{ID}/events", KeyScope.READ),
    ("GET", f"/jobs/{ID}/result", KeyScope.READ),
    ("GET", f"/jobs/{ID}/report", KeyScope.READ),
    ("GET", f"/jobs/{ID}/plan", KeyScope.READ),
    ("DELETE", f"/jobs/{ID}", KeyScope.CANCEL),
]


def test_no_route_is_missing_here(api):
    paths = api.client.get(f"{BASE}/v1/openapi.json").json()["paths"]
    found = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    named = {(method, path.partition("?")[0].replace(ID, "{}")) for method, path, _ in ROUTES}
    assert found - {("GET", "/v1/health")} == {
        (method, f"/v1{path}".replace("{}", "{upload}" if "uploads" in path else "{job}")) for method, path in named
    }


@pytest.mark.parametrize(("method", "path", "scope"), ROUTES)
def test_each_route_needs_a_key_with_its_scope(api, method, path, scope):
    body = {"json": {"upload": ID}} if path == "/jobs" and method == "POST" else {}
    assert 401 == api.client.request(method, f"/v1{path}", **body).status_code
    assert 401 == api.request(method, path, "passerby_wrong", **body).status_code
    others = api.token_of("others", scopes=tuple(other for other in KeyScope if other not in (scope, KeyScope.ALL)))
    assert 403 == api.request(method, path, others, **body).status_code
    mine = api.token_of("mine", scopes=(scope,))
    assert api.request(method, path, mine, **body).status_code not in (401, 403)


def test_a_key_that_was_revoked_opens_nothing(api):
    api.service.keys.revoke(api.service.key.name)
    answer = api.request("GET", "/jobs")
    assert (401, "Bearer") == (answer.status_code, answer.headers["www-authenticate"])


def test_each_key_has_a_rate_of_its_own(api):
    slow = api.token_of("slow", requests_a_minute=3)
    answers = [api.request("GET", "/jobs", slow) for _ in range(4)]
    assert [200, 200, 200, 429] == [answer.status_code for answer in answers]
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert 200 == api.request("GET", "/jobs").status_code


def test_guessing_is_slowed_down(api):
    codes = [api.request("GET", "/jobs", f"passerby_{n}").status_code for n in range(state.MAX_UNKNOWN_A_MINUTE + 1)]
    assert {401} == set(codes[:-1])
    assert 429 == codes[-1]
    assert 200 == api.request("GET", "/jobs").status_code
