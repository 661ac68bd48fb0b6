"""Cameras are added, changed and removed on the pages; their passwords are stored, and never shown."""

import pytest

from passerby.store.audit.log import read


def text(served):
    return served.context.config.read_text()


def comments(served):
    return [line.partition("#")[2] for line in text(served).splitlines() if "#" in line]


def test_cameras_are_added_changed_and_removed(served):
    administrator, before = served.as_("administrator"), comments(served)
    config = administrator.get("/api/settings").json()
    gate = config["cameras"][1]
    assert ("gate", "passerby", "GATE_PASSWORD") == tuple(gate[name] for name in ("name", "user", "password_env"))
    assert "not in any file" not in administrator.get("/api/settings").text
    wish = {
        "revision": config["revision"],
        "name": "attic",
        "url": "rtsp://192.0.2.3/stream1",
        "hide": ["person"],
    }
    after = administrator.post("/api/settings/cameras", wish).json()
    assert (["yard", "gate", "attic"], ["hide"]) == (
        [c["name"] for c in after["cameras"]],
        after["cameras"][2]["overrides"],
    )
    change = {"revision": after["revision"], "max_fps": 5, "hide": None}
    after = administrator.put("/api/settings/cameras/attic", change).json()
    assert (["max_fps"], 5.0) == (
        after["cameras"][2]["overrides"],
        after["cameras"][2]["settings"]["max_fps"],
    )
    after = administrator.delete("/api/settings/cameras/attic", params={"revision": after["revision"]}).json()
    assert ["yard", "gate"] == [one["name"] for one in after["cameras"]]
    assert before == comments(served)
    with served.context.database.read_transaction() as connection:
        subjects = [one.details["subject"] for _, one in read(connection) if one.action == "changed"]
    assert ["camera added", "camera", "camera removed"] == subjects


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        ({"url": "/etc/passwd"}, "Give the address of a camera"),
        ({"url": "rtsp://user:secret@192.0.2.3/"}, "password"),
        ({"password_env": "OIDC_SECRET", "user": "x"}, "Password env is not known here"),
        ({"user": "${OIDC_SECRET}"}, "by hand"),
        ({"url": "rtsp://${OIDC_SECRET}/"}, "by hand"),
        ({"name": "../x"}, "Name has characters that cannot be used here"),
        ({"name": "yard"}, "already"),
    ],
)
def test_an_invalid_camera_is_not_added(served, wish, says):
    administrator, before = served.as_("administrator"), text(served)
    revision = administrator.get("/api/settings").json()["revision"]
    body = {"revision": revision, "name": "attic", "url": "rtsp://192.0.2.3/", **wish}
    answer = administrator.post("/api/settings/cameras", body)
    assert answer.status_code in (409, 422)
    assert says in answer.json()["detail"]
    assert before == text(served)


def test_no_page_reads_a_secret_of_the_site_out(served):
    """A variable in a field that can be read back, or that is sent to another host, would be its value."""
    administrator, before = served.as_("administrator"), text(served)
    revision = administrator.get("/api/settings").json()["revision"]
    zone = {"name": "${OIDC_SECRET}", "polygon": [[0, 0], [1, 0], [1, 1]]}
    for path, body in (
        ("/api/settings", {"name": "${OIDC_SECRET}"}),
        ("/api/settings", {"name": "a ${OIDC_SECRET} b"}),
        ("/api/settings", {"timezone": "${OIDC_SECRET}"}),
        ("/api/settings/cameras/gate", {"user": "${GATE_PASSWORD}"}),
        ("/api/settings/cameras/gate", {"url": "rtsp://192.0.2.66/${OIDC_SECRET}"}),
        ("/api/settings/cameras/gate", {"password_env": "OIDC_SECRET"}),
        ("/api/cameras/gate/counting", {"counting": {"zones": [zone]}}),
    ):
        answer = administrator.put(path, {"revision": revision, **body})
        assert (422, before) == (answer.status_code, text(served)), path


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("rtsp://192.0.2.66/stream", False),
        ("rtsp://camera.invalid:8554/stream", False),
        ("http://camera.invalid/stream", False),
        ("RTSP://192.0.2.2/other", True),
    ],
)
def test_a_password_does_not_follow_its_camera_to_another_host(served, url, kept):
    administrator = served.as_("administrator")
    revision = administrator.get("/api/settings").json()["revision"]
    after = administrator.put("/api/settings/cameras/gate", {"revision": revision, "url": url}).json()
    assert ("GATE_PASSWORD" if kept else None) == after["cameras"][1]["password_env"]
    assert kept is ("not%20in%20any%20file" in served.context.site.cameras["gate"].address().url)


def test_the_audit_log_holds_no_path_of_a_cameras_address(served):
    administrator = served.as_("administrator")
    revision = administrator.get("/api/settings").json()["revision"]
    change = {"revision": revision, "url": "rtsp://192.0.2.66/key-4711?token=x"}
    assert 200 == administrator.put("/api/settings/cameras/gate", change).status_code
    with served.context.database.read_transaction() as connection:
        logged = [str(one.details) for _, one in read(connection) if one.action == "changed"]
    assert "4711" not in logged[-1]
    assert "rtsp://192.0.2.66" in logged[-1]


def changed(administrator, path, **body):
    revision = administrator.get("/api/settings").json()["revision"]
    method = administrator.post if path == "/api/settings/cameras" else administrator.put
    return method(path, {"revision": revision, **body})


def used_address(served, camera):
    return served.context.site.cameras[camera].address().url


def test_a_password_that_is_entered_is_used_at_once_and_never_shown(served):
    administrator = served.as_("administrator")
    new = {"name": "attic", "url": "rtsp://192.0.2.3/s", "user": "admin", "password": "s3cret/pass"}
    answer = changed(administrator, "/api/settings/cameras", **new)
    assert "rtsp://admin:s3cret%2Fpass@192.0.2.3/s" == used_address(served, "attic")
    attic = answer.json()["cameras"][2]
    assert (True, None) == (attic["password_stored"], attic["password_env"])
    changed(administrator, "/api/settings/cameras/attic", password="0ther")
    assert "rtsp://admin:0ther@192.0.2.3/s" == used_address(served, "attic")
    changed(administrator, "/api/settings/cameras/attic", url="rtsp://192.0.2.3/t")
    assert "rtsp://admin:0ther@192.0.2.3/t" == used_address(served, "attic")
    told = answer.text + administrator.get("/api/settings").text + text(served)
    with served.context.database.read_transaction() as connection:
        told += "".join(str(one.details) for _, one in read(connection))
    assert [] == [secret for secret in ("s3cret", "0ther") if secret in told]
    assert "'cameras.attic.password': 'set'" in told


def test_a_stored_password_is_not_sent_to_another_host_and_is_forgotten(served):
    administrator = served.as_("administrator")
    new = {"name": "attic", "url": "rtsp://192.0.2.3/s", "user": "admin", "password": "s3cret"}
    changed(administrator, "/api/settings/cameras", **new)
    changed(administrator, "/api/settings/cameras/attic", url="rtsp://192.0.2.66/s")
    assert "rtsp://admin@192.0.2.66/s" == used_address(served, "attic")
    changed(administrator, "/api/settings/cameras/attic", url="rtsp://192.0.2.3/s")
    assert "rtsp://admin@192.0.2.3/s" == used_address(served, "attic")


def test_a_password_that_is_entered_takes_the_place_of_the_files(served):
    administrator = served.as_("administrator")
    answer = changed(administrator, "/api/settings/cameras/gate", password="entered")
    assert "rtsp://passerby:entered@192.0.2.2/stream1" == used_address(served, "gate")
    assert "${GATE_PASSWORD}" not in text(served)
    assert answer.json()["cameras"][1]["password_stored"]


def test_a_password_needs_a_user(served):
    administrator = served.as_("administrator")
    new = {"name": "attic", "url": "rtsp://192.0.2.3/s", "password": "s3cret"}
    answer = changed(administrator, "/api/settings/cameras", **new)
    assert (422, True) == (answer.status_code, "user name" in answer.json()["detail"])


def test_a_password_goes_with_its_camera(served):
    administrator = served.as_("administrator")
    new = {"name": "attic", "url": "rtsp://192.0.2.3/s", "user": "admin", "password": "s3cret"}
    revision = changed(administrator, "/api/settings/cameras", **new).json()["revision"]
    administrator.delete("/api/settings/cameras/attic", params={"revision": revision})
    del new["password"]
    changed(administrator, "/api/settings/cameras", **new)
    assert "rtsp://admin@192.0.2.3/s" == used_address(served, "attic")


def test_a_camera_is_called_what_people_call_it(served):
    administrator = served.as_("administrator")
    for _ in range(2):
        answer = changed(administrator, "/api/settings/cameras", display_name="Höfe, Süd", url="rtsp://192.0.2.3/s")
        assert 200 == answer.status_code
    found = {camera["name"]: camera["display_name"] for camera in answer.json()["cameras"]}
    assert {"yard": "yard", "gate": "gate", "hoefe-sued": "Höfe, Süd", "hoefe-sued-2": "Höfe, Süd"} == found
    changed(administrator, "/api/settings/cameras/yard", display_name="School yard")
    assert "School yard" == administrator.get("/api/cameras/yard").json()["display_name"]
    assert ["door"] == [zone["name"] for zone in administrator.get("/api/cameras/yard").json()["zones"]]
    answer = changed(administrator, "/api/settings/cameras", url="rtsp://192.0.2.4/s")
    assert "192-0-2-4" in [camera["name"] for camera in answer.json()["cameras"]]
