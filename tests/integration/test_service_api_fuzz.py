"""Schemathesis on the job service: every answer is one that its description promises, whatever is asked."""

import json
from pathlib import Path

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from passerby.server.rate_limit import RateLimit
from passerby.server.service import jobs
from passerby.service.keys import KeyScope
from tests.server.service.fixtures import BASE, HOST, PORT, api_of

INTERFACE = json.loads((Path(__file__).parents[2] / "docs" / "ref" / "service.openapi.json").read_text("utf-8"))
BEYOND = {"hide_regions", "keep_regions", "frame_rate"}
OPERATIONS = [(path, method) for path, methods in INTERFACE["paths"].items() for method in methods]


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory):
    """A service with a job that is done, and a key that may do everything, so that nothing is refused unread."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "FOLLOW_S", 0.01)
        api = api_of(tmp_path_factory.mktemp("fuzzed") / "service")
        api.token = api.token_of(
            "fuzz",
            scopes=tuple(KeyScope),
            storage=("s3://mine",),
            callback_hosts=("mine.example",),
            requests_a_minute=10**9,
        )
        api.state._unknown = RateLimit("requests without a valid key", 10**9, 60.0, lambda: 0.0)
        api.done = api.submit(token=api.token).json()["id"]
        api.end(api.done)
        api.schema = schemathesis.openapi.from_asgi(
            "/v1/openapi.json", api.client.app, headers={"host": f"{HOST}:{PORT}"}
        )

        @api.schema.auth()
        class KeyAuth:
            def get(self, case, context):
                return api.token

            def set(self, case, data, context):
                case.headers["Authorization"] = f"Bearer {data}"

        yield api
        api.service.database.close()


def test_the_description_is_the_committed_one(fuzzed):
    assert INTERFACE["paths"] == fuzzed.schema.raw_schema["paths"]


@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_answer_is_one_that_was_promised(path, method, mode, fuzzed):
    """All of schemathesis' checks: no fault, only documented status codes, types, headers and forms; what is malformed
    is refused, what is well-formed is not; without a key nothing is answered."""
    operation = fuzzed.schema[path][method.upper()]
    reads_a_job = method == "get" and "{job}" in path and mode is GenerationMode.POSITIVE

    @hypothesis.settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    def ask(case):
        if reads_a_job:
            case.path_parameters["job"] = fuzzed.done
        if (
            mode is GenerationMode.POSITIVE
            and isinstance(case.body, dict)
            and isinstance(case.body.get("settings"), dict)
        ):
            # What makes a polygon, and a fraction of frames a second, a JSON schema cannot say.
            case.body["settings"] = {
                name: case.body["settings"][name] for name in case.body["settings"].keys() - BEYOND
            }
        if mode is GenerationMode.POSITIVE and isinstance(case.body, dict) and case.body.get("output") is not None:
            # Nor that two addresses differ: an original is never replaced.
            hypothesis.assume(case.body["output"] != case.body.get("source"))
        response = case.call_and_validate(base_url=BASE, headers={"host": f"{HOST}:{PORT}"})
        assert not (reads_a_job and response.status_code >= 500)

    try:
        ask()
    except Unsatisfiable:  # nothing can be wrong with a request that takes nothing
        assert mode is GenerationMode.NEGATIVE
