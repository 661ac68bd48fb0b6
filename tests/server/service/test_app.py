"""The application and its description."""

import json
import runpy
from pathlib import Path

from passerby.server.service.app import openapi_of
from tests.server.service.fixtures import BASE, api

__all__ = ["api"]

ROOT = Path(__file__).parents[3]


def test_health_needs_no_key_and_counts(api):
    api.submit()
    said = api.client.get(f"{BASE}/v1/health").json()
    assert (1, 0) == (said["queued"], said["running"])


def test_the_description_is_served_and_committed(api):
    served = api.client.get(f"{BASE}/v1/openapi.json").json()
    committed = json.loads((ROOT / "docs" / "ref" / "service.openapi.json").read_text(encoding="utf-8"))
    served["info"]["version"] = committed["info"]["version"]
    assert committed == served, "run: make docs"
    made = runpy.run_path(str(ROOT / "scripts" / "openapi.py"))["service_schema"]()
    assert committed == json.loads(made)


def test_no_error_has_another_form(api):
    described = openapi_of(api.client.app)
    assert "HTTPValidationError" not in json.dumps(described)
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            for status, response in operation["responses"].items():
                if status >= "4" and status != "416":
                    assert ["application/problem+json"] == list(response["content"]), (method, path, status)


def test_pages_of_documentation_are_not_served(api):
    for path in ("/docs", "/redoc", "/openapi.json", "/"):
        assert 404 == api.client.get(f"{BASE}{path}").status_code
