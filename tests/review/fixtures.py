"""A review of one small clip, without models and without HTTP."""

import shutil
from pathlib import Path

import pytest

from passerby.core.box import Box
from passerby.review.files import ReviewPaths
from passerby.review.open_file import OpenFile
from passerby.review.review_item import ReviewItem
from tests.clips import cfr
from tests.plans import permanent_track, plan_for

#: What the plan of the clip hides: a plate in the white patch at the top left.
PATCH = Box(4, 4, 28, 20)


def review_paths(source: Path) -> ReviewPaths:
    output = source.with_name(f"{source.stem}.redacted{source.suffix}")
    return ReviewPaths(source, output, output.with_suffix(".report.json"), source.with_name(f"{source.stem}.plan.json"))


@pytest.fixture(scope="session")
def clip(tmp_path_factory):
    """24 frames, 128x96, and a plan in which a plate is hidden throughout."""
    source = cfr(tmp_path_factory.mktemp("clip") / "yard.mp4")
    plan = plan_for(source, permanent_track(1, PATCH))
    review_paths(source).plan.write_text(plan.to_json())
    return source


@pytest.fixture
def paths(clip, tmp_path):
    """The clip and its plan, in a folder of their own."""
    for path in (clip, review_paths(clip).plan):
        shutil.copy(path, tmp_path)
    return review_paths(tmp_path / clip.name)


@pytest.fixture
def item(paths):
    """The clip, opened."""
    file = OpenFile(0, paths, "J. Doe")
    file.prepare()
    return ReviewItem.of(file)
