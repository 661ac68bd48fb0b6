import json

import pytest
from pydantic import ValidationError

from passerby.documents.status import CameraHealth, CameraState, CameraStatus, CoverReason, SiteStatus


def test_a_status_survives_being_written_and_read():
    camera = CameraHealth(state=CameraState.LIVE, covered={CoverReason.LATE: 3}, restarts=2)
    site = SiteStatus(name="hall", started=1.0, now=2.0, clock_trusted=True, cameras={"gate": camera})
    written = site.model_dump_json()
    assert {"late": 3} == json.loads(written)["cameras"]["gate"]["covered"]
    assert site == SiteStatus.model_validate_json(written)


def test_a_camera_that_has_not_answered_is_connecting():
    status = CameraStatus()
    assert (CameraState.CONNECTING, 0.0, None) == (status.state, status.fps, status.last_frame_age)


def test_an_unknown_reason_is_refused():
    with pytest.raises(ValidationError):
        CameraStatus(covered={"bored": 1})
