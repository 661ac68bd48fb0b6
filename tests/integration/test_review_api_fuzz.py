"""Fuzzing the review API: whatever is requested, it gives a proper answer, and from the given files only."""

import json
import shutil
from pathlib import Path

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from passerby.cases.case_list import CaseList
from passerby.cases.folder_browser import FolderBrowser
from passerby.cli.common.case_files import find_media
from passerby.jobs.output_names import is_media
from passerby.server.review.state import ReviewState
from tests.cases.fixtures import DETAILS
from tests.fake_detector import use_fake_detectors
from tests.server.fixtures import HEADERS, HOST, PORT, TOKEN, opened, review_paths

INTERFACE = Path(__file__).parents[2] / "web" / "openapi.json"


OPERATIONS = [
    found.ok() for found in schemathesis.openapi.from_dict(json.loads(INTERFACE.read_text())).get_all_operations()
]


@pytest.fixture(scope="module")
def fuzzed(clip, tmp_path_factory):
    """One review for all requests, with a secret beside the file it was given."""
    folder = tmp_path_factory.mktemp("fuzzed")
    for path in (clip, review_paths(clip).plan):
        shutil.copy(path, folder)
    (folder / "secret.txt").write_text("nobody may read this")
    with pytest.MonkeyPatch.context() as patch:
        use_fake_detectors(patch)
        review = opened(folder / clip.name)
        # With a start page, whose folders are those beside the secret.
        cases = CaseList(folder / "cases", review.library, find_media)
        state = review.client.app.state
        state.review = ReviewState(review.library, True, cases, FolderBrowser(folder, is_media))
        cases.create(DETAILS, [folder / clip.name])
        yield review
        cases.close()
        review.library.close()


@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_nothing_breaks_the_server(operation, mode, fuzzed):
    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    def ask(case):
        request = case.as_transport_kwargs(base_url=f"http://{HOST}:{PORT}")
        request["headers"] = {**request.get("headers", {}), **HEADERS}
        request.pop("cookies", None)
        if "data" in request:  # raw bytes, under the name that requests gives them
            request["content"] = request.pop("data")
        response = fuzzed.client.request(**request)
        assert response.status_code < 500, (request, response.text)
        assert "nobody may read this" not in response.text

    try:
        ask()
    except Unsatisfiable:  # nothing can be wrong with a request that takes nothing
        assert mode is GenerationMode.NEGATIVE


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../../../secret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/assets/%2e%2e/secret.txt",
        "/secret.txt",
        "/api/files/0/../../secret.txt",
        "/api/files/..%2f..%2fsecret.txt",
        "/assets//etc/passwd",
        "/api/files/-1",
        "/api/files/99999999999999999999",
        "/api/files/0/masked/0/-1",
        "/api/files/0/masked/0/0?size=-5",
        "/api/files/0/masked/0/0?size=999999999",
        "/openapi.json",
        "/docs",
        "/static/index.html",
    ],
)
def test_no_other_files_are_served(fuzzed, path):
    answer = fuzzed.client.get(path, headers=HEADERS)
    assert answer.status_code in (404, 422)
    assert "nobody may read this" not in answer.text


def test_the_token_is_of_no_use_elsewhere(fuzzed):
    assert TOKEN not in fuzzed.client.get("/api/session", headers=HEADERS).text
