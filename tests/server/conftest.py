"""A review of one small clip, without models and without a browser."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from passerby.core.box import Box
from passerby.documents.plan import Plan
from passerby.review.files import Given
from passerby.review.library import Shelf
from passerby.server.auth import Auth
from passerby.server.review.app import review_app
from tests.clips import cfr
from tests.plans import always, plan_for

TOKEN = "a token for tests"
HOST, PORT = "127.0.0.1", 8765
HEADERS = {"host": f"{HOST}:{PORT}", "x-passerby": "tests"}

#: What the plan of the clip hides: a plate in the white patch at the top left.
PATCH = Box(4, 4, 28, 20)


def given(source: Path) -> Given:
    output = source.with_name(f"{source.stem}.redacted{source.suffix}")
    return Given(source, output, output.with_suffix(".report.json"), source.with_name(f"{source.stem}.plan.json"))


@dataclass
class Review:
    """A running review. `get` and `post` speak to it as the page does; `saved` is the plan as it is on the disk."""

    given: Given
    shelf: Shelf
    client: TestClient

    def get(self, path, **how):
        return self.client.get(f"/api/files/0{path}", headers=HEADERS, **how)

    def post(self, path, body=None):
        return self.client.post(f"/api/files/0{path}", json=body, headers=HEADERS)

    def edit(self, op, **what):
        return self.post("/edit", {"op": op, **what})

    def tracks(self):
        return {track["number"]: track for track in self.get("").json()["tracks"][0]}

    def followed(self):
        """Wait until nothing is followed any more."""
        self.shelf.items[0].carrying.job._thread.join(30)
        return self.get("/following").json()

    @property
    def saved(self):
        return Plan.load(self.given.plan)


@pytest.fixture(scope="session")
def clip(tmp_path_factory):
    """24 frames, 128x96, and a plan in which a plate is hidden throughout."""
    source = cfr(tmp_path_factory.mktemp("clip") / "yard.mp4")
    plan = plan_for(source, always(1, PATCH))
    given(source).plan.write_text(plan.to_json())
    return source


def opened(source: Path, host=HOST, client_host=None):
    """A review of `source` that has opened it, and somebody who is logged in."""
    shelf = Shelf([given(source)], "J. Doe")
    shelf.items[0].file.prepare()
    app = review_app(shelf, Auth(token=TOKEN), host, PORT)
    client = TestClient(app, base_url=f"http://{HOST}:{PORT}", follow_redirects=False)
    client.get(f"/?token={TOKEN}", headers={"host": client_host or f"{HOST}:{PORT}"})
    return Review(shelf.items[0].file.given, shelf, client)


@pytest.fixture
def review(clip, tmp_path):
    for path in (clip, given(clip).plan):
        shutil.copy(path, tmp_path)
    return opened(tmp_path / clip.name)
