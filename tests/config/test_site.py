import pytest
from pydantic import ValidationError

from passerby.config.site import CameraSettings, Site

CAMERAS = {"gate": {"url": "rtsp://h/s"}}
DOOR = {"counting": {"lines": [{"name": "door", "points": [[0, 0], [1, 1]]}]}}
OPEN = {"name": "open", "hours": [{"days": ["mon"], "start": "08:00", "end": "18:00"}]}
PLACE = {"name": "hall", "during": "open", "doors": [{"camera": "gate", "line": "door"}]}
RULE = {"kind": "dark", "name": "dark", "during": "open"}


def test_a_camera_without_settings_has_the_defaults():
    assert (10.0, 1280) == (CameraSettings(url="rtsp://h/s").max_fps, CameraSettings(url="rtsp://h/s").max_dimension)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cameras": {}}, "at least 1"),
        ({"cameras": {"Gate": CAMERAS["gate"]}}, "not a valid camera name"),
        ({"cameras": {"gate": {"url": "rtsp://h/s", "password": "x"}}}, "a password is set, but no user"),
        ({"cameras": {"gate": {"url": "ftp://h/s"}}}, "not a supported camera protocol"),
        ({"cameras": {"gate": {**CAMERAS["gate"], "hide": ["vehicle"]}}}, "cannot hide vehicle"),
        ({"timezone": "Mars/Olympus"}, "not a time zone"),
        ({"cameras": {"gate": {**CAMERAS["gate"], "counting": {"rules": [RULE]}}}}, "timetable open, which does not"),
        ({"occupancy": [PLACE]}, "timetable open, which does not"),
        ({"occupancy": [PLACE], "timetables": [OPEN]}, "line door of camera gate, which does not count person"),
        (
            {"occupancy": [PLACE, PLACE], "timetables": [OPEN], "cameras": {"gate": {**CAMERAS["gate"], **DOOR}}},
            "more than one place named hall",
        ),
    ],
)
def test_an_invalid_site_is_refused(change, message):
    with pytest.raises(ValidationError, match=message):
        Site.model_validate({"cameras": CAMERAS} | change)


def test_the_topic_is_the_name_without_special_characters():
    assert "North-Hall" == Site.model_validate({"name": "North Hall", "cameras": CAMERAS}).topic
