"""Fuzzing the web interface of a site: whatever is requested, it gives a proper answer."""

import json
from pathlib import Path

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from passerby.config.roles import RIGHTS
from passerby.store.accounts.accounts import Accounts
from tests.server.site.auth.test_rights import NoTools
from tests.server.site.fixtures import HEADERS, HOST, PORT, serving

INTERFACE = Path(__file__).parents[2] / "web" / "site.openapi.json"


#: Requests for live pictures wait for them: tests/server/live/test_routes.py covers these.
OPERATIONS = [
    operation
    for found in schemathesis.openapi.from_dict(json.loads(INTERFACE.read_text())).get_all_operations()
    if not (operation := found.ok()).path.startswith("/api/live/")
]


@pytest.fixture(scope="module")
def fuzzed(site_data, tmp_path_factory):
    """One site for all requests, and somebody with every right."""
    folder = tmp_path_factory.mktemp("fuzzed")
    (folder / "secret.txt").write_text("nobody may read this")
    with pytest.MonkeyPatch.context() as patch, serving(site_data, folder, tools=NoTools()) as served:
        for role in RIGHTS:
            patch.setitem(RIGHTS, role, frozenset().union(*RIGHTS.values()))
        yield served


@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_nothing_breaks_the_server(operation, mode, fuzzed):
    gate, cookie = fuzzed.client, dict(fuzzed.client.cookies)

    @settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    def ask(case):
        request = case.as_transport_kwargs(base_url=f"http://{HOST}:{PORT}")
        request["headers"] = {**request.get("headers", {}), **HEADERS}
        request.pop("cookies", None)
        if "data" in request:  # raw bytes, under the name that requests gives them
            request["content"] = request.pop("data")
        response = gate.request(**request)
        assert response.status_code < 500 or response.status_code == 503, (request, response.text)
        assert "nobody may read this" not in response.text

    try:
        ask()
    except Unsatisfiable:  # nothing can be wrong with a request that takes nothing
        assert mode is GenerationMode.NEGATIVE
    finally:
        if gate.get("/api/session", headers=HEADERS).status_code == 401:  # it has gone out
            gate.cookies.clear()
            gate.get("/", params={"token": "a token for tests", "purpose": "case 7"}, headers=HEADERS)
    assert cookie
    assert Accounts(fuzzed.context.database).auditors()


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../../../secret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/api/recordings/..%2f..%2fsecret.txt",
        "/api/recordings/yard/init-0.mp4",
        "/api/recordings/yard/segment-1-99999999999999999999-1.m4s",
        "/api/exports/1/files/..%2f..%2fsecret.txt",
        "/api/events/..%2f..%2fsecret.txt",
        "/api/cameras/..%2fsite.yaml/counting",
        "/openapi.json",
        "/docs",
    ],
)
def test_no_other_files_are_served(fuzzed, path):
    answer = fuzzed.get(path)
    assert answer.status_code in (404, 422)
    assert "nobody may read this" not in answer.text
