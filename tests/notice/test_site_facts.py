"""The facts about a site: from its configuration, its store and its running cameras."""

import pytest

from passerby.core.errors import UsageError
from passerby.documents.status import CameraHealth, CameraState, SiteStatus
from passerby.notice.site_facts import RECORDING_MAX_AGE_S, StoreFacts, read_store_facts, require_notice, site_facts
from tests.notice.scenes import record
from tests.store.footage import WALL


def test_the_newest_recording_is_known(clock, recordings):
    record(recordings, clock)
    assert {"yard": round((WALL + 1) * 1e6)} == read_store_facts(recordings, clock.now()).newest_us


def test_a_site_without_notice_settings_is_an_error_with_advice(site):
    with pytest.raises(UsageError, match="no `notice` section"):
        require_notice(site.model_copy(update={"notice": None}))


def test_a_camera_is_online_while_it_is_recorded(site, clock):
    store = StoreFacts({"yard": round((WALL - 5) * 1e6), "hall": round((WALL - RECORDING_MAX_AGE_S - 5) * 1e6)})
    yard, hall = site_facts(site, clock.now(), store, None).cameras
    assert (True, True) == (yard.online, yard.recording)
    assert (None, False) == (hall.online, hall.recording)


def test_otherwise_the_running_program_decides(site, clock):
    cameras = {"yard": CameraHealth(state=CameraState.LIVE), "hall": CameraHealth(state=CameraState.LOST)}
    status = SiteStatus(name="North hall", started=1.0, now=2.0, clock_trusted=True, cameras=cameras)
    facts = site_facts(site, clock.now(), StoreFacts(), status)
    assert [True, False] == [camera.online for camera in facts.cameras]
    assert facts.store_available
    assert not site_facts(site, clock.now(), None, status).store_available


def test_cameras_have_their_public_names(site, clock):
    facts = site_facts(site, clock.now(), None, None)
    assert {"yard": "Yard, towards the gate", "hall": "hall"} == {camera.name: camera.title for camera in facts.cameras}
