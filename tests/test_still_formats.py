"""Every still image format from end to end; the page with the results is up to date."""

import pytest

from tests import still_formats
from tests.fake_detector import use_fixed_face_in_stills


@pytest.fixture(autouse=True)
def fake_detector(monkeypatch):
    use_fixed_face_in_stills(monkeypatch)


@pytest.mark.parametrize("name", still_formats.RECIPES)
def test_format(tmp_path, name):
    source, written, report = still_formats.run(name, tmp_path)
    assert report.check.clean
    assert source.kind is written.kind
    assert () == written.source.dropped == written.source.videos[0].notes
    assert [(p.width, p.height, p.duration) for p in source.pages] == [
        (p.width, p.height, p.duration) for p in written.pages
    ]
    assert source.loop == written.loop
    assert [page.icc for page in source.pages] == [page.icc for page in written.pages]
    changed = bool(report.warnings)
    assert changed is any(word in name for word in ("CMYK", "RGB, 16", "10 bits"))
    assert [page.mode for page in source.pages] == [page.mode for page in written.pages]


def test_the_page_is_up_to_date():
    assert still_formats.page() == still_formats.PAGE.read_text(encoding="utf-8"), "run: make docs"
