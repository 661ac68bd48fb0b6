"""Settings are written to site.yaml, with its comments kept, and take effect at once."""

import pytest

from passerby.store.audit.log import read


def text(served):
    return served.context.config.read_text()


def comments(served):
    return [line.partition("#")[2] for line in text(served).splitlines() if "#" in line]


def test_settings_of_the_site(served):
    administrator, before = served.as_("administrator"), comments(served)
    config = administrator.get("/api/settings").json()
    assert ("North hall", False, True) == tuple(config[name] for name in ("name", "dual_approval", "hot_reload"))
    wish = {
        "revision": config["revision"],
        "name": "South hall",
        "retention": {"days": 7},
        "defaults": {"quality": 30},
    }
    after = administrator.put("/api/settings", wish).json()
    assert ("South hall", 7.0, 30) == (after["name"], after["retention"]["days"], after["defaults"]["quality"])
    assert before == comments(served)
    assert 7.0 == served.context.site.retention.days
    back = administrator.put("/api/settings", {"revision": after["revision"], "defaults": {"quality": None}}).json()
    assert 27 == back["defaults"]["quality"]


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
        ({"password_env": "NO_SUCH_VARIABLE", "user": "x"}, "NO_SUCH_VARIABLE"),
        ({"name": "../x"}, "name"),
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


def test_the_log_holds_scheme_and_host_of_an_address_alone(served):
    revision = served.get("/api/settings").json()["revision"]
    change = {"revision": revision, "url": "rtsp://192.0.2.3/user=admin_password=hunter2"}
    assert 200 == served.put("/api/settings/cameras/gate", change).status_code
    with served.context.database.read_transaction() as connection:
        logged = [entry.details for _, entry in read(connection)]
    assert "hunter2" not in str(logged)
    assert "rtsp://192.0.2.3" == logged[-1]["changes"]["cameras.gate.url"]
