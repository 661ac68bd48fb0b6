"""A case of two clips and a photo with plans, without models."""

import shutil
from pathlib import Path

import pytest

from passerby.cases.added_files import FoundMedia, MediaFile
from passerby.cases.case_folder import CaseFolder
from passerby.cases.case_list import CaseList
from passerby.cli.common.case_files import find_media
from passerby.documents.case_file import CaseDetails
from passerby.review.library import ReviewLibrary

NUMBER = "24-17"
DETAILS = CaseDetails(number=NUMBER, requestor="J. Roe", requested="2026-02-28", agency="Town", officer="A. Lee")


def add_clip(clip: Path, folder: Path, name: str) -> Path:
    """A copy of the clip and its plan under another name."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(clip, folder / name)
    stem = name.rpartition(".")[0]
    shutil.copy(clip.with_name("yard.plan.json"), folder / f"{stem}.plan.json")
    return folder / name


@pytest.fixture
def case(clip, tmp_path):
    """A folder of two clips with plans, as a case."""
    folder = tmp_path / "case"
    for name in ("a.mp4", "b.mp4"):
        add_clip(clip, folder, name)
    return CaseFolder.open(folder, find_media)


@pytest.fixture
def cases(tmp_path):
    """An office without cases, whose files are opened by hand."""
    return CaseList(tmp_path / "cases", ReviewLibrary([], "J. Doe"), find_media)


def media(*paths: Path) -> list[MediaFile]:
    return [MediaFile(path, path.name) for path in paths]


def found(*paths: Path) -> FoundMedia:
    return FoundMedia(tuple(media(*paths)))
