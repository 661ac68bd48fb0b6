"""Who reaches the first run, and that nothing else of a site is there before it."""

import pytest
from fastapi.routing import iter_route_contexts

from tests.server.setup.fixtures import HEADERS, TOKEN, serve


class Time:
    now = 0.0

    def __call__(self):
        return self.now


def routes(app):
    return [
        (method, route.path)
        for route in iter_route_contexts(app.routes)
        for method in getattr(route, "methods", None) or ()
        if method != "HEAD"
    ]


def test_without_the_token_nothing_is_told(tmp_path):
    served = serve(tmp_path)
    asked = [one for one in routes(served.client.app) if one[1].startswith("/api/")]
    assert 15 < len(asked)
    for method, path in asked:
        answer = served.client.request(method, path.replace("{name}", "gate"), json={})
        assert 401 == answer.status_code, (method, path)
    assert not served.context.config.parent.exists()


@pytest.mark.parametrize(
    "path",
    ["/api/status", "/metrics", "/api/cameras", "/api/live", "/api/login", "/api/settings", "/notice", "/openapi.json"],
)
def test_nothing_else_of_a_site_is_reachable(tmp_path, path):
    served = serve(tmp_path)
    assert served.client.get(path).status_code in (401, 404)
    served.log_in()
    assert 404 == served.client.get(path).status_code


def test_only_the_token_opens_it_and_only_once(tmp_path):
    served = serve(tmp_path)
    assert served.client.get("/?token=guessed", follow_redirects=False).status_code in (401, 503)
    assert 401 == served.client.get("/api/setup").status_code
    served.log_in()
    assert 200 == served.client.get("/api/setup").status_code
    served.client.cookies.clear()
    served.client.get(f"/?token={TOKEN}", follow_redirects=False)
    assert 401 == served.client.get("/api/setup").status_code


def test_the_token_expires(tmp_path):
    time = Time()
    served = serve(tmp_path, clock=time, token_lifetime_s=1800.0)
    time.now = 1800.0
    served.client.get(f"/?token={TOKEN}", follow_redirects=False)
    assert 401 == served.client.get("/api/setup").status_code


def test_a_page_of_another_site_changes_nothing(served):
    body = {"name": "Theirs", "timezone": "UTC"}
    for headers in (
        {"sec-fetch-site": "cross-site"},
        {"origin": "https://evil.example"},
        {"host": "evil.example"},
    ):
        assert 403 == served.client.put("/api/setup/site", json=body, headers=headers).status_code
    bare = {name: value for name, value in HEADERS.items() if name == "host"}
    served.client.headers.pop("x-passerby")
    assert 403 == served.client.put("/api/setup/site", json=body, headers=bare).status_code
    assert served.client.get("/api/setup").json()["name"] is None
