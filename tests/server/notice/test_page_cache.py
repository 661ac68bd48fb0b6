"""The cached public page: the store is read once a minute, outlines are drawn in the background."""

from pathlib import Path

import pytest

from passerby.config.notice import Language
from passerby.config.site_file import parse_site
from passerby.documents.status import CameraHealth, CameraState, SiteStatus
from passerby.notice.site_facts import StoreFacts
from passerby.server.notice.page_cache import STORE_MAX_AGE_S, NoticePage
from passerby.store.database import Database
from passerby.store.recordings.index import Recordings
from tests.notice.conftest import SITE
from tests.notice.scenes import record, record_empty_day
from tests.store.footage import Clock

STATUS = SiteStatus(
    name="North hall",
    started=1.0,
    now=2.0,
    clock_trusted=True,
    cameras={"yard": CameraHealth(state=CameraState.LIVE), "hall": CameraHealth(state=CameraState.LOST)},
)


@pytest.fixture
def site(tmp_path):
    Database.open(tmp_path / "data", create=True).close()
    return parse_site(SITE, Path(tmp_path / "site.yaml"), {})


@pytest.fixture
def clock():
    return Clock()


def test_the_store_is_read_once_a_minute(site, clock):
    reads = []
    page = NoticePage(site, lambda: STATUS, clock, lambda *_: reads.append(1) or StoreFacts())
    for _ in range(5):
        page.page(Language.EN)
    assert 1 == len(reads)
    clock.go(STORE_MAX_AGE_S + 1)
    page.page(Language.EN)
    assert 2 == len(reads)
    page.wait_for_outlines(30)


def test_outlines_are_shown_once_they_are_drawn(site, clock):
    page = NoticePage(site, lambda: STATUS, clock)
    with Recordings(Database.open(Path(site.data)), boot="first") as recordings:
        record_empty_day(recordings, clock)
        clock.go(60)
        record(recordings, clock)
    assert 0 == page.page(Language.EN).count("<svg")
    page.wait_for_outlines(60)
    assert 1 == page.page(Language.EN).count("<svg")


def test_without_the_data_folder_the_page_is_still_served(site, clock):
    page = NoticePage(site, lambda: STATUS, clock)
    Path(site.data).rename(Path(site.data).with_name("away"))
    assert "not available at the moment" in page.page(Language.EN)
    page.wait_for_outlines(30)
