import pytest

from passerby.cases.folder_browser import FolderBrowser
from passerby.documents.case_file import CASE_FILE
from passerby.jobs.output_names import is_media
from passerby.review.errors import NotFoundError


@pytest.fixture
def browser(tmp_path):
    root = tmp_path / "root"
    (root / "films" / "day 1").mkdir(parents=True)
    (root / "films" / "yard.mp4").write_bytes(b"1234")
    (root / "films" / "notes.txt").write_text("x")
    (root / ".secret").mkdir()
    (tmp_path / "outside").mkdir()
    (root / "films" / "link").symlink_to(tmp_path / "outside")
    return FolderBrowser(root, is_media)


def test_films_and_folders_are_listed_and_nothing_else(browser):
    listed = browser.list("films")
    assert ("films", "") == (listed.path, listed.parent)
    assert (("day 1",), [("yard.mp4", 4)]) == (listed.folders, [(file.name, file.size) for file in listed.files])
    top = browser.list("")
    assert (("films",), None, False) == (top.folders, top.parent, top.is_case)
    (browser.root / "films" / CASE_FILE).write_text("{}")
    assert browser.list("films").is_case
    assert "films" == browser.list("films/day 1").parent


@pytest.mark.parametrize("path", ["..", "films/../..", "films/link", "nothing", "films\0", "films/yard.mp4"])
def test_nothing_outside_of_the_root_is_listed(browser, path):
    with pytest.raises(NotFoundError):
        browser.list(path)


def test_an_absolute_path_is_one_below_the_root(browser):
    assert browser.resolve("/films") == browser.root / "films"
