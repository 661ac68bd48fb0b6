"""A review of one small clip, without models and without a browser."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from passerby.documents.plan import Plan
from passerby.review.files import ReviewPaths
from passerby.review.library import ReviewLibrary
from passerby.server.auth import SessionAuth
from passerby.server.review.app import review_app
from tests.review.fixtures import PATCH, review_paths

__all__ = ["PATCH", "review_paths"]

TOKEN = "a token for tests"
HOST, PORT = "127.0.0.1", 8765
HEADERS = {"host": f"{HOST}:{PORT}", "x-passerby": "tests"}


@dataclass
class Review:
    """A running review. `get` and `post` send requests as the page does; `saved` is the plan as it is on the disk."""

    paths: ReviewPaths
    library: ReviewLibrary
    client: TestClient

    def get(self, path, **how):
        return self.client.get(f"/api/files/0{path}", headers=HEADERS, **how)

    def post(self, path, body=None):
        return self.client.post(f"/api/files/0{path}", json=body, headers=HEADERS)

    def edit(self, op, **what):
        return self.post("/edit", {"op": op, **what})

    def tracks(self):
        return {track["number"]: track for track in self.get("").json()["tracks"][0]}

    def propagated(self):
        """Wait until propagation has ended."""
        self.library.items[0].propagation.job._thread.join(30)
        return self.get("/propagation").json()

    @property
    def saved(self):
        return Plan.load(self.paths.plan)


def opened(source: Path, host=HOST, client_host=None):
    """A review of `source` that has opened it, and somebody who is logged in."""
    library = ReviewLibrary([review_paths(source)], "J. Doe")
    library.items[0].file.prepare()
    app = review_app(library, SessionAuth(token=TOKEN), host, PORT)
    client = TestClient(app, base_url=f"http://{HOST}:{PORT}", follow_redirects=False)
    client.get(f"/?token={TOKEN}", headers={"host": client_host or f"{HOST}:{PORT}"})
    return Review(library.items[0].file.paths, library, client)


@pytest.fixture
def review(clip, tmp_path):
    for path in (clip, review_paths(clip).plan):
        shutil.copy(path, tmp_path)
    return opened(tmp_path / clip.name)
