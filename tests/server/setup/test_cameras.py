"""Cameras of the first run: found, tried, kept."""

import pytest

from passerby.config.notice import Language
from passerby.config.secrets.site_secrets import camera_secret, secret_host
from passerby.config.secrets.stored_secrets import StoredSecrets
from passerby.server.site.errors.catalogue import texts
from passerby.source.camera.makers import MAKERS

URL = "rtsp://192.0.2.1/1"


@pytest.fixture
def ready(served, tmp_path):
    served.put("disk", folder=str(tmp_path / "data"))
    return served


def test_cameras_are_found_with_their_makers(ready):
    found = ready.post("discover", user="cam", password="word").json()
    assert [("Door", None), ("AXIS M1", "axis")] == [(one["camera"]["name"], one["maker"]) for one in found]
    assert [("cam", "word")] == ready.tools.logins


def test_makers_and_their_addresses(ready):
    assert [maker.id for maker in MAKERS] == [maker["id"] for maker in ready.client.get("/api/setup/makers").json()]
    made = ready.post("maker-address", maker="reolink", host="192.0.2.9", small=True)
    assert {"url": "rtsp://192.0.2.9/h264Preview_01_sub"} == made.json()
    assert 422 == ready.post("maker-address", maker="acme", host="192.0.2.9").status_code


def test_a_test_picture_with_what_is_to_be_hidden(ready):
    body = ready.post("check-camera", url=URL, user="cam", password="word").json()
    assert (None, 640, "data:image/jpeg;base64,/9g=") == tuple(body[n] for n in ("problem", "width", "still"))
    ready.put("hide", hide=["person"])
    ready.post("check-camera", url=URL)
    assert [("face", "plate"), ("person",)] == [settings.hide for settings in ready.tools.checked]


def test_a_login_in_the_address_is_taken_out_of_it(ready, tmp_path):
    kept = ready.post("cameras", url="rtsp://cam:secret%20word@192.0.2.1/1", display_name="Entrance").json()
    (camera,) = kept["cameras"]
    assert ("entrance", URL, "cam", True) == tuple(camera[key] for key in ("name", "url", "user", "password_stored"))
    stored = StoredSecrets(tmp_path / "data").get(camera_secret("entrance"), secret_host(URL))
    assert "secret word" == stored
    assert "secret" not in str(kept)


def test_a_stored_password_is_used_again_and_for_no_other_host(ready):
    ready.post("cameras", url=URL, user="cam", password="secret word", display_name="Gate")
    for wish in (
        {"name": "gate", "url": "rtsp://192.0.2.1/2", "user": "cam"},
        {"name": "gate", "url": "rtsp://192.0.2.66/1", "user": "cam"},
        {"name": "gate", "url": URL, "user": "other"},
        {"url": URL, "user": "cam"},
    ):
        assert 200 == ready.post("check-camera", **wish).status_code
    assert ["secret word", None, None, None] == ready.tools.passwords


def test_a_camera_is_changed_and_removed(ready, tmp_path):
    ready.post("cameras", url=URL, user="cam", password="secret word", display_name="Gate")
    changed = ready.post("cameras", name="gate", url="rtsp://192.0.2.1/2", user="cam", display_name="Door").json()
    assert [("gate", "Door", "rtsp://192.0.2.1/2", True)] == [
        tuple(camera[key] for key in ("name", "display_name", "url", "password_stored"))
        for camera in changed["cameras"]
    ]
    assert [] == ready.client.delete("/api/setup/cameras/gate").json()["cameras"]
    assert StoredSecrets(tmp_path / "data").get(camera_secret("gate"), secret_host(URL)) is None


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"url": "/etc/passwd"}, 422, "address of a camera"),
        ({"url": "gopher://192.0.2.1/"}, 422, "not a supported"),
        ({"url": "rtsp://192.0.2.1/1", "password": "word"}, 422, "user name"),
        ({"url": "rtsp://[192.0.2.1/1"}, 422, "check its host"),
    ],
)
def test_what_is_no_camera(ready, body, status, said):
    for path in ("check-camera", "cameras"):
        answer = ready.post(path, **body)
        assert status == answer.status_code
        assert said in answer.json()["detail"]
    assert [] == ready.tools.checked


def test_the_same_camera_twice(ready):
    ready.post("cameras", url=URL)
    assert 409 == ready.post("cameras", url=URL).status_code


def test_a_disk_comes_first_and_a_camera_before_the_end(served):
    assert 409 == served.post("cameras", url=URL).status_code
    assert 409 == served.client.put("/api/setup/cameras").status_code


def test_one_test_picture_at_a_time(ready):
    with ready.context.checking:
        answer = ready.post("check-camera", url=URL)
    assert (409, []) == (answer.status_code, ready.tools.checked)


def test_a_problem_of_a_test_picture_is_told_in_the_language_of_the_page(ready):
    ready.tools.problem = "The address of the camera is not valid: check its host and port."
    assert ready.tools.problem == ready.post("check-camera", url=URL).json()["problem"]
    ready.client.headers["accept-language"] = "de"
    german = texts(Language.DE)["errors"]["address_invalid"]
    assert german == ready.post("check-camera", url=URL).json()["problem"] != ready.tools.problem
